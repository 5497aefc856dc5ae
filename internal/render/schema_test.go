package render_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"

	"github.com/sigilgate/sigilform/internal/render"
)

const (
	schemaFolder = "../../docs/schema"
	schemaBase   = "https://github.com/sigilgate/sigilform/docs/schema/"
)

// schemas are the documents that have one: what standard output may hold, and a
// line of NDJSON. What opens each is in its first field.
func schemas() map[string]any {
	return map[string]any{
		"plan": render.PlanDocument{}, "drift": render.DriftDocument{}, "applied": render.AppliedDocument{}, "history": render.HistoryDocument{},
		"history_entry": render.HistoryEntryDocument{}, "status": render.StatusDocument{}, "acl": render.ACLDocument{}, "can": render.CanDocument{},
		"matrix": render.MatrixDocument{}, "verified": render.VerifiedDocument{}, "password": render.PasswordDocument{}, "diagnostics": render.DiagnosticsDocument{},
		"validation": render.ValidationDocument{}, "error": render.ErrorDocument{}, "outputs": render.OutputsDocument{}, "graph": render.GraphDocument{},
		"version": render.VersionDocument{}, "recovered": render.RecoveredDocument{}, "lock": render.LockDocument{}, "line": render.LineDocument{},
		"snapshot": render.SnapshotDocument{}, "drift_event": render.DriftEventDocument{},
	}
}

// schemaOf is the schema of a document. Fields may be added to a version, so none
// is refused that is not known.
func schemaOf(t *testing.T, name string, document any) []byte {
	t.Helper()
	r := &jsonschema.Reflector{AllowAdditionalProperties: true, ExpandedStruct: true, Anonymous: true}
	s := r.Reflect(document)
	s.ID = jsonschema.ID(schemaBase + name + ".json")
	s.Title = "sigilform " + strings.ReplaceAll(name, "_", " ") + ", format version " + render.FormatVersion
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// TestSchemas compares docs/schema with the types; -update writes it anew.
func TestSchemas(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(schemaFolder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, known := schemas()[strings.TrimSuffix(filepath.Base(file), ".json")]; !known {
			t.Errorf("%s is the schema of nothing", file)
		}
	}
	for name, document := range schemas() {
		want := schemaOf(t, name, document)
		path := filepath.Join(schemaFolder, name+".json")
		got, err := os.ReadFile(path)
		switch {
		case bytes.Equal(got, want):
		case *update:
			if err := os.WriteFile(path, want, 0o600); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s is not what the types say (%v); run the tests of this package with -update", path, err)
		}
	}
}

// compiled is a published schema, ready to validate.
func compiled(t *testing.T, path string) *validator.Schema {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document, err := validator.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(path, document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validates(t *testing.T, s *validator.Schema, where, text string) {
	t.Helper()
	v, err := validator.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %v", where, err)
	}
}

// TestGoldenFilesFitTheSchemas validates everything that is printed as JSON in
// the golden files, by the name that it opens with.
func TestGoldenFilesFitTheSchemas(t *testing.T) {
	t.Parallel()
	known := map[string]*validator.Schema{}
	for name := range schemas() {
		known[name] = compiled(t, filepath.Join(schemaFolder, name+".json"))
	}
	seen := map[string]int{}
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			switch {
			case strings.HasSuffix(f.Name, "json") && !strings.HasSuffix(f.Name, ".json") && f.Name != "ndjson":
				var opens struct {
					Document string `json:"document"`
				}
				if err := json.Unmarshal(f.Data, &opens); err != nil || known[opens.Document] == nil {
					t.Errorf("%s, %s: %q has no schema (%v)", path, f.Name, opens.Document, err)
					continue
				}
				seen[opens.Document]++
				validates(t, known[opens.Document], path+", "+f.Name, string(f.Data))
			case f.Name == "ndjson":
				for line := range strings.Lines(string(f.Data)) {
					seen["line"]++
					validates(t, known["line"], path+", "+f.Name, line)
				}
			}
		}
	}
	for _, name := range []string{"plan", "drift", "applied", "history", "history_entry", "status", "diagnostics", "error", "version", "line"} {
		if seen[name] == 0 {
			t.Errorf("no golden file holds a document %q", name)
		}
	}
}

// TestSchemasRefuse: a schema that takes anything would prove nothing.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	s := compiled(t, filepath.Join(schemaFolder, "plan.json"))
	text := string(openGolden(t, "testdata/plan/small.txtar").section("json"))
	for _, change := range [][2]string{{`"serial": `, `"seriel": `}, {`"has_changes": true`, `"has_changes": "yes"`}, {`"changes": [`, `"changes": null, "x": [`}} {
		broken := strings.Replace(text, change[0], change[1], 1)
		v, err := validator.UnmarshalJSON(strings.NewReader(broken))
		if err != nil || broken == text {
			t.Fatalf("%v: %v", change, err)
		}
		if s.Validate(v) == nil {
			t.Errorf("a plan with %s fits", change[1])
		}
	}
}

// TestSchemasOfAll: each document that docs/json.md opens with has a schema.
func TestSchemasOfAll(t *testing.T) {
	t.Parallel()
	for title, v := range documented() {
		typ := reflect.TypeOf(v)
		if typ.NumField() == 0 || typ.Field(0).Type != reflect.TypeFor[render.Head]() {
			continue
		}
		found := false
		for _, s := range schemas() {
			found = found || reflect.TypeOf(s) == typ
		}
		if !found {
			t.Errorf("%s has no schema", title)
		}
	}
}

// TestSARIFFitsItsSchema: the schema is OASIS's own, of SARIF 2.1.0 errata 01.
func TestSARIFFitsItsSchema(t *testing.T) {
	t.Parallel()
	s := compiled(t, "testdata/schema/sarif-schema-2.1.0.json")
	for name, r := range reports(t) {
		text := rendered(t, func(w *bytes.Buffer) error { return r.Write(w, render.SARIF, render.Options{}) })
		validates(t, s, name, text)
	}
	v, err := validator.UnmarshalJSON(strings.NewReader(`{"version": "2.1.0", "runs": [{"results": []}]}`))
	if err != nil || s.Validate(v) == nil {
		t.Errorf("a run without a tool fits (%v)", err)
	}
}

// TestGitLabFits: the schemas are written from GitLab's documentation of both
// reports.
func TestGitLabFits(t *testing.T) {
	t.Parallel()
	quality, terraform := compiled(t, "testdata/schema/gitlab-codequality.json"), compiled(t, "testdata/schema/gitlab-terraform.json")
	for name, r := range reports(t) {
		validates(t, quality, name, rendered(t, func(w *bytes.Buffer) error { return r.Write(w, render.CodeQuality, render.Options{}) }))
		if r.Plan == nil && r.Drift == nil {
			continue
		}
		validates(t, terraform, name, rendered(t, func(w *bytes.Buffer) error { return r.Write(w, render.GitLab, render.Options{}) }))
	}
}
