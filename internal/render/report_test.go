package render_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
)

// formats are all but those that have golden files of their own.
func formats() []render.Format {
	return []render.Format{render.Markdown, render.GitHub, render.GitLab, render.CodeQuality, render.SARIF, render.JUnit, render.NDJSON}
}

// places give every object of a plan a block.
func places(changes []plan.Change) map[string]diag.Range {
	out := map[string]diag.Range{}
	for i := range changes {
		out[changes[i].Address] = diag.Range{File: "network.hcl", Start: diag.Pos{Line: 10 * (i + 1), Column: 1}}
	}
	return out
}

func planReport(p *plan.Plan) *render.Report {
	d := render.NewPlan(p)
	r := &render.Report{Command: "sigilform plan", Tool: "0.1.0", Plan: &d, Places: places(p.Changes), Path: "."}
	switch {
	case len(p.Conflicts) > 0:
		r.Error, r.ExitCode = &render.ErrorDocument{Code: "conflict", Summary: "the plan has a conflict and can't be applied", ExitCode: 3}, 3
	case len(p.Denied()) > 0:
		r.Error, r.ExitCode = &render.ErrorDocument{Code: "denied", Summary: "it is denied", ExitCode: 6}, 6
	}
	return r
}

func driftReport(r *drift.Report) *render.Report {
	d := render.NewDrift(r)
	out := &render.Report{Command: "sigilform drift", Tool: "0.1.0", Drift: &d, Places: places(r.Objects), Path: "infra"}
	if d.Drifted {
		out.ExitCode = 2
	}
	return out
}

func validationReport(l diag.List) *render.Report {
	v := render.NewValidation(l)
	v.Network = "example"
	r := &render.Report{Command: "sigilform validate", Tool: "0.1.0", Validation: &v, Path: "network.hcl", Base: "infra/"}
	if !v.Valid {
		r.Error, r.ExitCode = &render.ErrorDocument{Code: "invalid", ExitCode: 1}, 1
	}
	return r
}

// reports are made from the inputs of the other golden files, by name.
func reports(t *testing.T) map[string]*render.Report {
	t.Helper()
	out := map[string]*render.Report{}
	each := func(folder, section string, report func(data []byte) *render.Report) {
		paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files in %s: %v", folder, err)
		}
		for _, path := range paths {
			name := folder + "_" + strings.TrimSuffix(filepath.Base(path), ".txtar")
			out[name] = report(openGolden(t, path).section(section))
		}
	}
	each("plan", "plan.json", func(data []byte) *render.Report { return planReport(decode[plan.Plan](t, data)) })
	each("drift", "report.json", func(data []byte) *render.Report { return driftReport(decode[drift.Report](t, data)) })
	each("diagnostics", "diagnostics.json", func(data []byte) *render.Report { return validationReport(*decode[diag.List](t, data)) })
	each("error", "error.json", func(data []byte) *render.Report {
		e := decode[render.ErrorDocument](t, data)
		return &render.Report{Command: "sigilform apply", Tool: "0.1.0", Error: e, ExitCode: e.ExitCode}
	})
	applied := decode[render.AppliedDocument](t, openGolden(t, "testdata/applied/applied.txtar").section("applied.json"))
	done := planReport(decode[plan.Plan](t, openGolden(t, "testdata/plan/small.txtar").section("plan.json")))
	done.Command, done.Applied = "sigilform apply", applied
	out["applied_small"] = done
	return out
}

func TestReportGolden(t *testing.T) {
	for name, r := range reports(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", "report", name+".txtar")
			if _, err := os.Stat(path); err != nil && *update {
				if err := os.WriteFile(path, txtar.Format(&txtar.Archive{}), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			g := openGolden(t, path)
			for _, f := range formats() {
				g.want(t, string(f), rendered(t, func(w *bytes.Buffer) error { return r.Write(w, f, render.Options{}) }))
			}
			g.want(t, "outputs", r.GitHubOutputs(render.Options{}))
			g.close(t)
		})
	}
}

// TestDocumentIsAsPrinted: the file of a format holds what standard output would.
func TestDocumentIsAsPrinted(t *testing.T) {
	t.Parallel()
	p := decode[plan.Plan](t, openGolden(t, "testdata/plan/mixed.txtar").section("plan.json"))
	for _, f := range []render.Format{render.Text, render.JSON} {
		want := rendered(t, func(w *bytes.Buffer) error { return render.Plan(w, p, render.Options{Format: f}) })
		got := rendered(t, func(w *bytes.Buffer) error { return planReport(p).Write(w, f, render.Options{}) })
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", f, got, want)
		}
	}
}

// large is a plan of many objects with long fields.
func large(n int) *plan.Plan {
	p := &plan.Plan{Catalogue: schema.Network(), Tool: "t", Mode: plan.ModeApply, Network: "big", Prefix: "/p/", Intent: strings.Repeat("ab", 32), Data: nil}
	for i := range n {
		action := plan.Create
		if i < n/20 {
			action = plan.Delete
		} else if i < n/4 {
			action = plan.Update
		}
		c := plan.Change{Address: fmt.Sprintf("entry.pool[%d]", i), Kind: addr.Entry, ID: fmt.Sprintf("10.0.%d.%d", i/250, i%250), Action: action}
		for _, f := range []string{"domain", "region", "bound_to", "settings.x"} {
			c.Fields = append(c.Fields, plan.FieldChange{Name: f, Action: action, Old: &plan.Value{Text: "before " + f}, New: &plan.Value{Text: "after `" + f + "` </details>"}})
		}
		p.Changes = append(p.Changes, c)
	}
	return p
}

func TestMarkdownOfTenThousandObjects(t *testing.T) {
	t.Parallel()
	text := rendered(t, func(w *bytes.Buffer) error {
		return planReport(large(10_000)).Write(w, render.Markdown, render.Options{})
	})
	checkMarkdown(t, text, 65_536)
	for _, want := range []string{
		"<!-- sigilform:big -->\n", "500 to delete, 2,000 to update, 7,500 to create", "**500 objects are deleted.**", "| entry | 500 | 2,000 | 7,500 |",
		"#### Delete", "#### Left out here", "update, entry: 2,000", "create, entry: 7,500", "entry.pool&#91;2500–9999&#93; (7,500)",
		"--expect-digest " + strings.Repeat("ab", 32),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s\n…\n%s", want, text[:2000], text[len(text)-3000:])
		}
	}
	if n := strings.Count(text, "<details>"); n < 100 {
		t.Errorf("only %d objects are shown, of %d characters", n, len(text))
	}
	// GitHub's summaries are larger, and measured in bytes.
	summary := planReport(large(10_000)).Markdown(render.SummaryLimit(500_000), render.Options{})
	if len(summary) > 1<<20-500_000 || len(summary) < 400_000 {
		t.Errorf("the summary has %d bytes", len(summary))
	}
}

// checkMarkdown: whole blocks only, and not too long.
func checkMarkdown(t interface{ Errorf(string, ...any) }, text string, limit int) {
	if n := len(utf16.Encode([]rune(text))); n > limit {
		t.Errorf("%d units, at most %d are allowed", n, limit)
	}
	if !utf8.ValidString(text) {
		t.Errorf("it is not UTF-8")
	}
	fence, open := "", 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case fence != "":
			if line == fence {
				fence = ""
			}
		case strings.HasPrefix(line, "```"):
			fence = strings.TrimRight(line, "abcdefghijklmnopqrstuvwxyz")
		default:
			open += strings.Count(line, "<details>") - strings.Count(line, "</details>")
			if open < 0 || open > 1 {
				t.Errorf("the details are not balanced at %q", line)
			}
		}
	}
	if fence != "" || open != 0 {
		t.Errorf("something is left open: fence %q, %d details", fence, open)
	}
}

// TestMarkdownIsBalanced: whatever others write into fields and names.
func TestMarkdownIsBalanced(t *testing.T) {
	t.Parallel()
	nasty := rapid.SliceOfN(rapid.SampledFrom([]string{"`", "```", "````\n", "</details>", "<details>", "@everyone", "|", "\n", "-->", "<!--", "💥", "a", " ", "\\", "\x00", "[x](y)"}), 0, 30)
	word := rapid.Custom(func(t *rapid.T) string { return strings.Join(nasty.Draw(t, "parts"), "") })
	rapid.Check(t, func(t *rapid.T) {
		p := large(rapid.IntRange(0, 120).Draw(t, "objects"))
		p.Network = word.Draw(t, "network")
		for i := range p.Changes {
			if i%37 == 0 {
				p.Changes[i].Address, p.Changes[i].Fields[0].New.Text, p.Changes[i].ID = word.Draw(t, "address"), strings.Repeat(word.Draw(t, "value"), 40), word.Draw(t, "id")
				p.Changes[i].Falls = []string{word.Draw(t, "key")}
			}
		}
		for range rapid.IntRange(0, 40).Draw(t, "warnings") {
			p.Warnings = append(p.Warnings, diag.Diagnostic{Severity: diag.Warning, Summary: word.Draw(t, "summary") + "x", Detail: strings.Repeat("w", 900)})
		}
		text := planReport(p).Markdown(render.CommentLimit(), render.Options{})
		checkMarkdown(t, text, 65_536)
		if called := inert.ReplaceAllString(text, " "); strings.Contains(called, "@everyone") {
			t.Errorf("somebody is called: %s", called)
		}
	})
}

// inert is where nobody is called: comments, code, and the blocks of differences.
var inert = regexp.MustCompile("(?s)<!--.*?-->|<code>[^<]*</code>|(?:^|\n)(```+)diff\n.*?\n```+\n")

func TestMarkerCantBeForged(t *testing.T) {
	t.Parallel()
	if m := render.Marker("a --> <b"); strings.Count(m, "-->") != 1 || strings.Contains(m, "<b") {
		t.Errorf("got %s", m)
	}
}

// TestAnnotationsAreFew: GitHub shows ten of each level, and the tenth counts the rest.
func TestAnnotationsAreFew(t *testing.T) {
	t.Parallel()
	var l diag.List
	for i := range 30 {
		severity := diag.Warning
		if i%2 == 0 {
			severity = diag.Error
		}
		l = append(l, diag.Diagnostic{Severity: severity, Summary: fmt.Sprintf("n%d: 100%%,\nx", i), Detail: "a:b"})
	}
	text := rendered(t, func(w *bytes.Buffer) error { return validationReport(l).Write(w, render.GitHub, render.Options{}) })
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 20 || !strings.HasPrefix(lines[0], `::error title=n0%3A 100%25%2C\nx::a:b`) || !strings.HasPrefix(lines[9], "::error::6 more") || !strings.HasPrefix(lines[10], "::warning ") {
		t.Errorf("got\n%s", text)
	}
}

// TestFingerprintsStay: a block that moves keeps its fingerprint, and two equal
// findings have two.
func TestFingerprintsStay(t *testing.T) {
	t.Parallel()
	type issue struct {
		Fingerprint string `json:"fingerprint"`
	}
	prints := func(line int) []string {
		at := &diag.Range{File: "a.hcl", Start: diag.Pos{Line: line, Column: 1}}
		l := diag.List{{Severity: diag.Error, Summary: "x", Range: at}, {Severity: diag.Error, Summary: "x", Range: at}, {Severity: diag.Error, Summary: "y", Range: at}}
		text := rendered(t, func(w *bytes.Buffer) error { return validationReport(l).Write(w, render.CodeQuality, render.Options{}) })
		var out []string
		for _, i := range *decodeLoose[[]issue](t, text) {
			out = append(out, i.Fingerprint)
		}
		return out
	}
	a, b := prints(3), prints(99)
	if !slices.Equal(a, b) || len(a) != 3 || a[0] == a[1] || a[0] == a[2] {
		t.Errorf("got %v and %v", a, b)
	}
}

func decodeLoose[T any](t *testing.T, text string) *T {
	t.Helper()
	v := new(T)
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return v
}

// TestNDJSON: each line is an object by itself, and the last one the result.
func TestNDJSON(t *testing.T) {
	t.Parallel()
	for name, r := range reports(t) {
		text := rendered(t, func(w *bytes.Buffer) error {
			if err := render.Stage(w, time.Unix(0, 0), "planning"); err != nil {
				return err
			}
			return r.Write(w, render.NDJSON, render.Options{})
		})
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		for i, line := range lines {
			d := decodeLoose[render.LineDocument](t, line)
			if d.FormatVersion != render.FormatVersion || (d.Type == "result") != (i == len(lines)-1) || (d.Type == "stage") != (i == 0) {
				t.Errorf("%s: line %d is %s", name, i, line)
			}
		}
	}
}

// TestJUnitCounts: the counts are those of the cases, and what denies fails.
func TestJUnitCounts(t *testing.T) {
	t.Parallel()
	type suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Cases []struct {
				Name      string    `xml:"name,attr"`
				Classname string    `xml:"classname,attr"`
				Failure   *struct{} `xml:"failure"`
				Error     *struct{} `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	for name, r := range reports(t) {
		text := rendered(t, func(w *bytes.Buffer) error { return r.Write(w, render.JUnit, render.Options{}) })
		var got suites
		if err := xml.NewDecoder(strings.NewReader(text)).Decode(&got); err != nil && !errors.Is(err, io.EOF) {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		failures, errs := 0, 0
		for _, c := range got.Suites[0].Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errs++
			}
			if c.Name == "" || c.Classname == "" {
				t.Errorf("%s: a case without a name:\n%s", name, text)
			}
		}
		if len(got.Suites) != 1 || got.Tests != len(got.Suites[0].Cases) || got.Failures != failures || got.Errors != errs {
			t.Errorf("%s: wrong counts:\n%s", name, text)
		}
		if (r.ExitCode != 0) != (failures+errs > 0) {
			t.Errorf("%s: exit code %d with %d failures and %d errors", name, r.ExitCode, failures, errs)
		}
	}
}
