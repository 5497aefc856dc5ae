package render_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what is rendered with the sections of a txtar file. The
// sections named *.json before the first expected one are the input.
type golden struct {
	path    string
	archive *txtar.Archive
	changed bool
}

func openGolden(t *testing.T, path string) *golden {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return &golden{path: path, archive: a}
}

func (g *golden) section(name string) []byte {
	for _, f := range g.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func (g *golden) want(t *testing.T, name, got string) {
	t.Helper()
	want := string(g.section(name))
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s, %s:\n--- got\n%s\n--- want\n%s", g.path, name, got, want)
		return
	}
	g.changed = true
	for i := range g.archive.Files {
		if g.archive.Files[i].Name == name {
			g.archive.Files[i].Data = []byte(got)
			return
		}
	}
	g.archive.Files = append(g.archive.Files, txtar.File{Name: name, Data: []byte(got)})
}

func (g *golden) close(t *testing.T) {
	t.Helper()
	if g.changed {
		if err := os.WriteFile(g.path, txtar.Format(g.archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// eachGolden runs a test for each file of a folder.
func eachGolden(t *testing.T, folder string, test func(t *testing.T, g *golden)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files in %s: %v", folder, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			g := openGolden(t, path)
			test(t, g)
			g.close(t)
		})
	}
}

func decode[T any](t *testing.T, data []byte) *T {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	v := new(T)
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
	switch v := any(v).(type) { // no file holds a catalogue
	case *plan.Plan:
		v.Catalogue = schema.Network()
	case *drift.Report:
		v.Catalogue = schema.Network()
	}
	return v
}

// rendered calls a renderer and returns its text.
func rendered(t *testing.T, show func(w *bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := show(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The tests of golden files don't run in parallel: with -update they write what
// the test of the documents reads.

func TestPlanGolden(t *testing.T) {
	eachGolden(t, "plan", func(t *testing.T, g *golden) {
		t.Helper()
		p := decode[plan.Plan](t, g.section("plan.json"))
		show := func(o render.Options) string {
			return rendered(t, func(w *bytes.Buffer) error { return render.Plan(w, p, o) })
		}
		g.want(t, "text", show(render.Options{}))
		g.want(t, "summary", show(render.Options{Summary: true}))
		g.want(t, "quiet", show(render.Options{Quiet: true}))
		g.want(t, "json", show(render.Options{Format: render.JSON}))
	})
}

func TestDriftGolden(t *testing.T) {
	eachGolden(t, "drift", func(t *testing.T, g *golden) {
		t.Helper()
		r := decode[drift.Report](t, g.section("report.json"))
		show := func(o render.Options) string {
			return rendered(t, func(w *bytes.Buffer) error { return render.Drift(w, r, o) })
		}
		g.want(t, "text", show(render.Options{}))
		g.want(t, "quiet", show(render.Options{Quiet: true}))
		g.want(t, "json", show(render.Options{Format: render.JSON}))
	})
}

// shown compares the text and the JSON of one golden file.
func (g *golden) shown(t *testing.T, show func(w *bytes.Buffer, o render.Options) error) {
	t.Helper()
	for _, x := range []struct {
		name string
		o    render.Options
	}{
		{"text", render.Options{}},
		{"colour", render.Options{Color: true, Width: 100}},
		{"json", render.Options{Format: render.JSON}},
	} {
		got := rendered(t, func(w *bytes.Buffer) error { return show(w, x.o) })
		if x.name == "colour" {
			got = strings.ReplaceAll(got, "\x1b", "␛")
		}
		g.want(t, x.name, got)
	}
}

func TestDiagnosticsGolden(t *testing.T) {
	eachGolden(t, "diagnostics", func(t *testing.T, g *golden) {
		t.Helper()
		l := *decode[diag.List](t, g.section("diagnostics.json"))
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.Diagnostics(w, l, o) })
		g.want(t, "validation", rendered(t, func(w *bytes.Buffer) error {
			return render.Validation(w, render.ValidationDocument{Network: "example", Objects: 17, Diagnostics: l}, render.Options{})
		}))
	})
}

func TestHistoryGolden(t *testing.T) {
	eachGolden(t, "history", func(t *testing.T, g *golden) {
		t.Helper()
		h := *decode[state.History](t, g.section("history.json"))
		h.Revision, h.Bytes = 4711, 812
		older := state.History{Serial: 11, Time: h.Time.AddDate(0, 0, -3), Actor: "ci", Mode: "destroy", Revision: 99}
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.HistoryEntry(w, schema.Network(), h, o) })
		g.want(t, "table", rendered(t, func(w *bytes.Buffer) error {
			return render.History(w, []state.History{h, older}, render.Options{})
		}))
		g.want(t, "table json", rendered(t, func(w *bytes.Buffer) error {
			return render.History(w, []state.History{h, older}, render.Options{Format: render.JSON})
		}))
		g.want(t, "empty table", rendered(t, func(w *bytes.Buffer) error { return render.History(w, nil, render.Options{}) }))
	})
}

func TestStatusGolden(t *testing.T) {
	eachGolden(t, "status", func(t *testing.T, g *golden) {
		t.Helper()
		s := *decode[render.StatusDocument](t, g.section("status.json"))
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.Status(w, s, o) })
	})
}

func TestErrorGolden(t *testing.T) {
	eachGolden(t, "error", func(t *testing.T, g *golden) {
		t.Helper()
		e := *decode[render.ErrorDocument](t, g.section("error.json"))
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.Error(w, e, o) })
	})
}

func TestAppliedGolden(t *testing.T) {
	eachGolden(t, "applied", func(t *testing.T, g *golden) {
		t.Helper()
		a := *decode[render.AppliedDocument](t, g.section("applied.json"))
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.Applied(w, a, o) })
	})
}

func TestVersionGolden(t *testing.T) {
	eachGolden(t, "version", func(t *testing.T, g *golden) {
		t.Helper()
		v := *decode[render.VersionDocument](t, g.section("version.json"))
		g.shown(t, func(w *bytes.Buffer, o render.Options) error { return render.Version(w, v, o) })
	})
}
