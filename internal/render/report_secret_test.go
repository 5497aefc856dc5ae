package render_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
)

// sensitive makes every value of the changes a secret that nobody has told the
// renderer of.
func sensitive(changes []plan.Change, secret string) {
	for i := range changes {
		for j := range changes[i].Fields {
			f := &changes[i].Fields[j]
			for _, v := range []*plan.Value{f.Old, f.New, f.Last} {
				if v != nil {
					v.Text, v.Sensitive, v.Fingerprint = secret, true, "3fa2c1d0"
				}
			}
		}
	}
}

// TestSensitiveFieldsAreInNoFormat: a value that is sensitive is nowhere, though
// nobody says that its text is a secret.
func TestSensitiveFieldsAreInNoFormat(t *testing.T) {
	t.Parallel()
	const secret = "PLANTED-5ecret"
	for _, a := range []plan.Action{plan.Delete, plan.Update, plan.Create, plan.Adopt, plan.Forget, plan.Record} {
		for _, member := range []bool{true, false} {
			p := acting("open", a, member)
			p.Access = nil
			sensitive(p.Changes, secret)
			r := filled[drift.Report]("open")
			r.Objects = p.Changes
			for _, f := range append(formats(), render.Text, render.JSON) {
				for name, report := range map[string]*render.Report{"plan": planReport(p), "drift": driftReport(&r)} {
					text := rendered(t, func(w *bytes.Buffer) error { return report.Write(w, f, render.Options{}) })
					if i := strings.Index(text, "PLANTED"); i >= 0 {
						t.Errorf("%s %s %v as %s shows a sensitive value: %q", name, a, member, f, around(text, i))
					}
				}
			}
		}
	}
}

// annotation is one command of a workflow, with nothing in it that ends it early.
var annotation = regexp.MustCompile(`^::(error|warning|notice)( (file=[^:,]+,line=\d+(,col=\d+)?,)?title=[^:,]*)?::.+$`)

// TestSecretsBreakNoFormat: a secret may be a word that a format is made of. It is
// hidden where others' texts have it, and the format stays what it is.
func TestSecretsBreakNoFormat(t *testing.T) {
	t.Parallel()
	secrets := []string{"details", "</details>", "summary", "error", "warning", "file", "title", "code", "diff", "testcase", "sigilform", "CAUTION", "-->", "more of this level"}
	rapid.Check(t, func(t *rapid.T) {
		o := render.Options{Secrets: rapid.SliceOfN(rapid.SampledFrom(secrets), 1, 5).Draw(t, "secrets")}
		room := rapid.IntRange(0, 20_000).Draw(t, "room")
		p := large(rapid.IntRange(0, 150).Draw(t, "objects"))
		p.Network = "n"
		for i := range p.Changes {
			p.Changes[i].Fields[0].New.Text = rapid.SampledFrom(secrets).Draw(t, "value") + strings.Repeat("x", i%90)
		}
		for i := range rapid.IntRange(0, 15).Draw(t, "warnings") {
			at := &diag.Range{File: "a.hcl", Start: diag.Pos{Line: i + 1, Column: 2}}
			p.Warnings = append(p.Warnings, diag.Diagnostic{Severity: diag.Warning, Summary: "the " + secrets[i%len(secrets)], Detail: "x", Range: at})
		}
		r := planReport(p)
		text := r.Markdown(render.Limit{Max: room, Bytes: true}, o)
		checkMarkdown(t, text, 1<<20)
		if len(text) > room || text != "" && !strings.HasPrefix(text, render.Marker("n")+"\n") {
			t.Errorf("%d bytes in a room of %d: %.80q", len(text), room, text)
		}
		var b bytes.Buffer
		if err := r.Write(&b, render.GitHub, o); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if !annotation.MatchString(strings.TrimSuffix(line, "\n")) {
				t.Errorf("with %q no annotation: %s", o.Secrets, line)
			}
		}
	})
}

// TestLinesHaveATime: every line says when, and what is wrong with a configuration
// has a line for each finding, also where a plan came to nothing because of it.
func TestLinesHaveATime(t *testing.T) {
	t.Parallel()
	l := diag.List{{Severity: diag.Error, Summary: "one"}, {Severity: diag.Error, Summary: "two"}}
	r := &render.Report{Command: "sigilform plan", ExitCode: 1, At: time.Unix(9, 0), Error: render.NewError(render.ErrorDocument{Code: "invalid", Diagnostics: l, ExitCode: 1})}
	text := rendered(t, func(w *bytes.Buffer) error { return r.Write(w, render.NDJSON, render.Options{}) })
	var got []string
	for line := range strings.Lines(text) {
		d := decodeLoose[render.LineDocument](t, line)
		if d.Time == nil || !d.Time.Equal(time.Unix(9, 0)) {
			t.Errorf("no time in %s", line)
		}
		got = append(got, d.Type)
	}
	if strings.Join(got, ",") != "diagnostic,diagnostic,result" || strings.Count(text, `"summary":"one"`) != 1 {
		t.Errorf("got\n%s", text)
	}
	if len(r.Error.Diagnostics) != 2 {
		t.Error("writing changed the report")
	}
}

// TestPathsFromTheTop: however the user named a file, it is named from the top of
// the repository, where that is known.
func TestPathsFromTheTop(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ top, base, file, want string }{
		{"/repo", "infra/", "a.hcl", "infra/a.hcl"},
		{"/repo", "infra/", "./x/../a.hcl", "infra/a.hcl"},
		{"/repo", "infra/", "../b.hcl", "b.hcl"},
		{"/repo", "infra/", "/repo/other/c.hcl", "other/c.hcl"},
		{"/repo/", "", "/repo/other/c.hcl", "other/c.hcl"},
		{"/repo", "infra/", "/repository/c.hcl", "/repository/c.hcl"},
		{"", "", "/repo/c.hcl", "/repo/c.hcl"},
	} {
		l := diag.List{{Severity: diag.Error, Summary: "x", Range: &diag.Range{File: x.file, Start: diag.Pos{Line: 3, Column: 1}}}}
		r := validationReport(l)
		r.Top, r.Base = x.top, x.base
		for f, want := range map[render.Format]string{render.CodeQuality: `"path": %q`, render.SARIF: `"uri": %q`} {
			text := rendered(t, func(w *bytes.Buffer) error { return r.Write(w, f, render.Options{}) })
			if want := fmt.Sprintf(want, x.want); !strings.Contains(text, want) {
				t.Errorf("%+v as %s has no %s:\n%s", x, f, want, text)
			}
		}
	}
}

// TestSecretAtTheEndOfASentence: making sentences takes full stops and spaces off,
// which may be a secret's own.
func TestSecretAtTheEndOfASentence(t *testing.T) {
	t.Parallel()
	const secret = "hunter22.. "
	o := render.Options{Secrets: []string{secret}}
	e := &render.ErrorDocument{Code: "x", Summary: "refused " + secret, Detail: "It was " + secret, Hint: "not " + secret, ExitCode: 1}
	p := large(0)
	p.Warnings = diag.List{{Severity: diag.Warning, Summary: "s " + secret, Detail: "d " + secret, Hint: "h " + secret}}
	failed := planReport(p)
	failed.Error, failed.ExitCode = e, 1
	for _, r := range []*render.Report{{Command: "sigilform apply", Error: e, ExitCode: 1}, failed} {
		for _, f := range append(formats(), render.Text, render.JSON) {
			text := rendered(t, func(w *bytes.Buffer) error { return r.Write(w, f, o) })
			if i := strings.Index(text, "hunter22"); i >= 0 {
				t.Errorf("%s shows it: %q", f, around(text, i))
			}
		}
	}
}
