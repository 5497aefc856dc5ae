package render

import "github.com/sigilgate/sigilform/internal/plan"

// terraformReport is what GitLab reads as artifacts:reports:terraform. It needs
// exactly these three.
type terraformReport struct {
	Create int `json:"create"`
	Update int `json:"update"`
	Delete int `json:"delete"`
}

// terraform is the report. Where there is no plan there is nothing to count: then
// an object without counts, which GitLab shows as a failed report.
func (r *Report) terraform() any {
	switch {
	case r.Plan != nil:
		s := r.Plan.Summary
		return terraformReport{Create: s.Create, Update: s.Update, Delete: s.Delete}
	case r.Drift != nil:
		var n terraformReport
		for i := range r.Drift.Objects {
			switch r.Drift.Objects[i].action() {
			case plan.Create:
				n.Create++
			case plan.Delete:
				n.Delete++
			default:
				n.Update++
			}
		}
		return n
	}
	return struct{}{}
}

// quality is one issue of GitLab's code quality report.
type quality struct {
	Description string          `json:"description"`
	CheckName   string          `json:"check_name"`
	Fingerprint string          `json:"fingerprint"`
	Severity    string          `json:"severity"`
	Location    qualityLocation `json:"location"`
}

type qualityLocation struct {
	Path  string       `json:"path"`
	Lines qualityLines `json:"lines"`
}

type qualityLines struct {
	Begin int `json:"begin"`
}

// codeQuality is every finding as an issue. One without a place is of the
// configuration as a whole, since an issue needs a path.
func (r *Report) codeQuality(redact *redactor) []quality {
	all := r.findings(redact)
	prints := r.fingerprints(all)
	out := make([]quality, 0, len(all))
	for i := range all {
		f := &all[i]
		path, line := r.file(f)
		if path == "" {
			path, line = r.whole(redact), 1
		}
		out = append(out, quality{
			Description: f.text(), CheckName: f.rule, Fingerprint: prints[i], Severity: [...]string{"critical", "major", "info"}[f.level],
			Location: qualityLocation{Path: path, Lines: qualityLines{Begin: line}},
		})
	}
	return out
}

// text is a finding in one line.
func (f *finding) text() string {
	text := Escape(f.title)
	if f.message != "" {
		text += ". " + Escape(f.message)
	}
	return text
}

// whole is the configuration as a path.
func (r *Report) whole(redact *redactor) string {
	if r.Path == "" {
		return r.inRepository(".")
	}
	return redact.text(r.inRepository(r.Path))
}
