package render

import (
	"strconv"
	"strings"
)

// maxAnnotations is how many of each level GitHub shows of a step.
const maxAnnotations = 10

// annotations are the findings as commands of a GitHub workflow, the worst first.
// Of a level with more than are shown, the last one counts the rest.
func (r *Report) annotations(redact *redactor) string {
	all := r.findings(redact)
	total := map[level]int{}
	for i := range all {
		total[all[i].level]++
	}
	var b strings.Builder
	seen := map[level]int{}
	for i := range all {
		f := &all[i]
		seen[f.level]++
		switch n := seen[f.level]; {
		case n < maxAnnotations, n == maxAnnotations && total[f.level] == n:
			b.WriteString(r.annotation(f, redact))
		case n == maxAnnotations:
			b.WriteString("::" + command(f.level) + "::" + counted(total[f.level]-n+1, "more of this level; the report has it", "more of this level; the report has them") + "\n")
		}
	}
	return b.String()
}

func command(l level) string { return [...]string{"error", "warning", "notice"}[l] }

func (r *Report) annotation(f *finding, redact *redactor) string {
	var at []string
	if path, line := r.file(f); path != "" {
		at = append(at, "file="+property(redact.text(path)), "line="+strconv.Itoa(line))
		if f.at.Start.Column > 0 {
			at = append(at, "col="+strconv.Itoa(f.at.Start.Column))
		}
	}
	at = append(at, "title="+property(f.title))
	message := f.message
	if f.address != "" && !strings.Contains(f.title, f.address) {
		message = strings.TrimSpace(f.address + ": " + message)
	}
	if message == "" {
		message = f.title
	}
	return "::" + command(f.level) + " " + strings.Join(at, ",") + "::" + data(message) + "\n"
}

// data is a text of others as the message of a command.
func data(s string) string { return strings.ReplaceAll(Escape(s), "%", "%25") }

// property is a text of others as a property of a command.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}

// GitHubOutputs are the outputs of a step, as lines of its file.
func (r *Report) GitHubOutputs(o Options) string {
	var n ActionCounts
	changes, digest, drift, deniedBy := false, "", 0, 0
	if d := r.Plan; d != nil {
		n, changes, digest, drift, deniedBy = d.Summary.ActionCounts, d.HasChanges, d.Intent, d.Summary.Drift, denied(d.Policies)
	}
	if d := r.Drift; d != nil {
		drift = len(d.Objects)
	}
	redact := o.redactor()
	var b strings.Builder
	for _, x := range [][2]string{
		{"has_changes", strconv.FormatBool(changes)},
		{"create", strconv.Itoa(n.Create)},
		{"update", strconv.Itoa(n.Update)},
		{"delete", strconv.Itoa(n.Delete)},
		{"drift", strconv.Itoa(drift)},
		{"digest", digest},
		{"network", r.Network()},
		{"denied", strconv.FormatBool(deniedBy > 0)},
		{"exit_code", strconv.Itoa(r.ExitCode)},
	} {
		b.WriteString(x[0] + "=" + clean(redact, x[1]) + "\n")
	}
	return b.String()
}
