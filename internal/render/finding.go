package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
)

// level is how bad a finding is.
type level int

// The levels, the worst first.
const (
	failing level = iota
	warning
	note
)

// The rules that findings are of, besides policies.
const (
	ruleConfiguration = "configuration"
	ruleConflict      = "conflict"
	ruleDrift         = "drift"
	ruleError         = "error"
	ruleWarning       = "warning"
	rulePolicy        = "policy/"
)

// finding is one thing that a reviewer should look at.
type finding struct {
	rule  string
	level level
	// title is one line without a full stop, message whole sentences.
	title, message string
	// parts become the message once no secret is in them: a sentence's end is cut,
	// which may be a secret's own.
	parts   []string
	address string
	at      *diag.Range
}

// findings are those of the whole report, the worst first; those of one level
// stay in the order of their documents.
func (r *Report) findings(redact *redactor) []finding {
	var out []finding
	if r.Error != nil && !r.told() {
		out = append(out, ofError(r.Error)...)
	}
	if r.Validation != nil {
		out = append(out, ofDiagnostics(r.Validation.Diagnostics, ruleConfiguration)...)
	}
	if r.Plan != nil {
		out = append(out, ofPlan(r.Plan)...)
	}
	if r.Drift != nil {
		for i := range r.Drift.Objects {
			out = append(out, ofDrift(&r.Drift.Objects[i]))
		}
	}
	for i := range out {
		r.locate(&out[i])
		out[i].redact(redact)
	}
	slices.SortStableFunc(out, func(a, b finding) int { return cmp.Compare(a.level, b.level) })
	return out
}

// redact takes secrets out before anything is escaped, after which they could not
// be found any more.
func (f *finding) redact(redact *redactor) {
	if f.parts != nil {
		f.message = redact.sentences(f.parts...)
	}
	for _, s := range []*string{&f.rule, &f.title, &f.message, &f.address} {
		*s = redact.text(*s)
	}
	if f.at != nil {
		at := *f.at
		at.File = redact.text(at.File)
		f.at = &at
	}
}

// locate gives a finding of an object the place of its block.
func (r *Report) locate(f *finding) {
	if f.at != nil || f.address == "" {
		return
	}
	if at, ok := r.Places[f.address]; ok {
		f.at = &at
	}
}

func ofError(e *ErrorDocument) []finding {
	out := ofDiagnostics(e.Diagnostics, ruleConfiguration)
	if e.Summary != "" {
		out = append(out, finding{rule: ruleError, level: failing, title: e.Summary, parts: []string{e.Detail, e.Hint}})
	}
	return out
}

func ofDiagnostics(l diag.List, rule string) []finding {
	out := make([]finding, 0, len(l))
	for i := range l {
		d := &l[i]
		f := finding{rule: rule, title: d.Summary, parts: []string{d.Detail, d.Hint}, address: d.Address, at: d.Range}
		if d.Severity == diag.Warning {
			f.level = warning
		}
		out = append(out, f)
	}
	return out
}

func ofPlan(d *PlanDocument) []finding {
	var out []finding
	for _, c := range d.Conflicts {
		out = append(out, finding{rule: ruleConflict, level: failing, title: c.Summary, parts: []string{c.Detail, c.Hint}, address: c.Address})
	}
	for i := range d.Policies {
		if d.Policies[i].verdict() != plan.Passed {
			out = append(out, ofPolicy(&d.Policies[i]))
		}
	}
	out = append(out, ofDiagnostics(d.Warnings, ruleWarning)...)
	for i := range d.Changes {
		if drifted(&d.Changes[i]) {
			out = append(out, ofDrift(&d.Changes[i]))
		}
	}
	return out
}

func ofPolicy(d *PolicyDocument) finding {
	f := finding{rule: rulePolicy + d.Name, level: warning, title: "Denied by " + d.noun() + " " + d.Name, parts: []string{d.Message, d.Hint}, at: d.Range}
	switch {
	case d.denies():
		f.level = failing
	case d.verdict() == plan.Allowed:
		f.title, f.level = "Allowed for this run: "+d.noun()+" "+d.Name, note
	default:
		f.title = "Warning of " + d.noun() + " " + d.Name
	}
	if len(d.Addresses) > 0 {
		f.address = d.Addresses[0]
	}
	return f
}

// drifted reports whether others changed or deleted something of an object.
func drifted(c *ChangeDocument) bool {
	return c.Reason == string(plan.Drift) || slices.ContainsFunc(c.Fields, func(f FieldDocument) bool {
		return f.reason() == plan.Drift || f.reason() == plan.Both
	})
}

// ofDrift names the fields, and no value.
func ofDrift(c *ChangeDocument) finding {
	var names []string
	for _, f := range visible(c.Fields) {
		if f.reason() == plan.Drift || f.reason() == plan.Both {
			names = append(names, f.Name)
		}
	}
	f := finding{rule: ruleDrift, level: warning, address: c.Address, title: c.Address + " drifted"}
	f.message = "Changed outside since it was last applied: " + strings.Join(names, ", ") + "."
	if c.action() == plan.Create || c.action() == plan.Forget || len(names) == 0 {
		f.title, f.message = c.Address+" was deleted outside", "It was applied, and is not there any more."
	}
	return f
}

// sentences joins what is said about one thing, without secrets.
func (r *redactor) sentences(parts ...string) string {
	var out []string
	for _, s := range parts {
		if s = strings.TrimSpace(r.text(s)); s != "" {
			out = append(out, strings.TrimRight(s, ".")+".")
		}
	}
	return strings.Join(out, " ")
}

// file is the path of a finding from the top of the repository, with slashes,
// and its line from 1; empty where it has no place in a file.
func (r *Report) file(f *finding) (path string, line int) {
	if f.at == nil || f.at.File == "" {
		return "", 0
	}
	return r.inRepository(f.at.File), max(f.at.Start.Line, 1)
}

func (r *Report) inRepository(name string) string {
	name = filepath.ToSlash(filepath.Clean(name))
	if below, ok := strings.CutPrefix(name, strings.TrimRight(r.Top, "/")+"/"); ok && r.Top != "" {
		return below
	}
	if r.Base == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.ToSlash(filepath.Clean(r.Base + name))
}

// fingerprints tell findings apart from run to run: by what is found where, not
// by the line, which moves.
func (r *Report) fingerprints(all []finding) []string {
	seen := map[string]int{}
	out := make([]string, len(all))
	for i := range all {
		f := &all[i]
		path, _ := r.file(f)
		text := strings.Join([]string{f.rule, path, f.address, f.title}, "\x00")
		seen[text]++
		sum := sha256.Sum256([]byte(text + "\x00" + strconv.Itoa(seen[text])))
		out[i] = hex.EncodeToString(sum[:])
	}
	return out
}
