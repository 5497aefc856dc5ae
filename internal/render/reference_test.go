package render_test

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
)

const docsPath = "../../docs/json.md"

// documented are the objects that docs/json.md describes, by heading.
func documented() map[string]any {
	return map[string]any{
		"Plan": render.PlanDocument{}, "Plan file": render.PlanFileDocument{}, "Plan summary": render.PlanSummary{}, "Kind": render.KindSummary{}, "Change": render.ChangeDocument{},
		"Field": render.FieldDocument{}, "Value": render.ValueDocument{}, "Conflict": render.ConflictDocument{}, "Policy": render.PolicyDocument{},
		"Unmanaged object": render.UnmanagedDocument{}, "Drift": render.DriftDocument{}, "Since": render.SinceDocument{}, "Drift event": render.DriftEventDocument{}, "Drift event field": render.DriftEventField{}, "Applied": render.AppliedDocument{},
		"Counts": render.ActionCounts{}, "History": render.HistoryDocument{}, "Apply": render.ApplyDocument{}, "Apply counts": render.ApplyCounts{},
		"History entry": render.HistoryEntryDocument{}, "Status": render.StatusDocument{}, "Node": render.StatusNode{}, "Route": render.StatusRoute{},
		"Link": render.StatusLink{}, "Status count": render.StatusCount{}, "Foreign keys": render.StatusForeign{}, "Member": render.StatusMember{},
		"Quorum": render.StatusQuorum{}, "Access": render.AccessDocument{}, "ACL": render.ACLDocument{}, "ACL role": render.ACLRoleDocument{}, "ACL grant": render.ACLGrantDocument{}, "ACL user": render.ACLUserDocument{},
		"Can": render.CanDocument{}, "Ground": render.GroundDocument{}, "Matrix": render.MatrixDocument{}, "Matrix row": render.MatrixUsers{}, "Matrix cell": acl.Cell{}, "Password": render.PasswordDocument{},
		"Verified": render.VerifiedDocument{}, "Verified user": render.VerifiedUserDocument{}, "Verified password": render.VerifiedPasswordDocument{}, "Wrong try": render.WrongTryDocument{}, "Diagnostics": render.DiagnosticsDocument{}, "Validation": render.ValidationDocument{},
		"Diagnostic": diag.Diagnostic{}, "Place": diag.Place{}, "Range": diag.Range{}, "Position": diag.Pos{}, "Snippet": diag.Snippet{},
		"Error": render.ErrorDocument{}, "Moved key": render.MovedKey{}, "Size": render.SizeDocument{}, "Outputs": render.OutputsDocument{},
		"Output": render.OutputDocument{}, "Graph": render.GraphDocument{}, "Graph cell": render.GraphCell{}, "Graph node": render.GraphNode{},
		"Journal": render.JournalDocument{}, "Lock holder": state.Lock{}, "Left key": state.Left{}, "Recovered": render.RecoveredDocument{},
		"Snapshot": render.SnapshotDocument{}, "Origin": render.OriginDocument{}, "Lock": render.LockDocument{}, "Restored cluster": render.RestoredDocument{}, "Graph edge": render.GraphEdge{}, "Version": render.VersionDocument{},
	}
}

var row = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([^|]+) \\|")

// TestDocsListEveryField compares the tables of docs/json.md with the types:
// every field, in order, with its type.
func TestDocsListEveryField(t *testing.T) {
	t.Parallel()
	text := readDocs(t)
	titles := map[reflect.Type]string{}
	for title, v := range documented() {
		titles[reflect.TypeOf(v)] = title
	}
	for title, v := range documented() {
		var got []string
		for _, m := range row.FindAllStringSubmatch(docsSection(text, title), -1) {
			got = append(got, "| `"+m[1]+"` | "+m[2]+" |")
		}
		want := fieldRows(reflect.TypeOf(v), titles)
		if !slices.Equal(got, want) {
			t.Errorf("%s has\n%s\nand should have\n%s", title, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func readDocs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(docsPath)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// docsSection is the text below a heading.
func docsSection(text, title string) string {
	_, rest, _ := strings.Cut(text, "# "+title+"\n")
	section, _, _ := strings.Cut(rest, "\n#")
	return section
}

// fieldRows are the beginnings of the rows of a type's table. What opens every
// document is described once.
func fieldRows(typ reflect.Type, titles map[reflect.Type]string) []string {
	var rows []string
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Type == reflect.TypeFor[render.Head]() || !f.IsExported():
		case f.Anonymous:
			rows = append(rows, fieldRows(f.Type, titles)...)
		default:
			optional := ""
			if strings.Contains(options, "omitempty") {
				optional = "?"
			}
			rows = append(rows, fmt.Sprintf("| `%s` | %s%s |", name, typeName(f.Type, titles), optional))
		}
	}
	return rows
}

func typeName(typ reflect.Type, titles map[reflect.Type]string) string {
	if title, ok := titles[typ]; ok {
		return fmt.Sprintf("[%s](#%s)", strings.ToLower(title), strings.ReplaceAll(strings.ToLower(title), " ", "-"))
	}
	if typ == reflect.TypeFor[time.Time]() {
		return "time"
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return typeName(typ.Elem(), titles)
	case reflect.Slice:
		return "list of " + typeName(typ.Elem(), titles)
	case reflect.Map:
		return "object of " + typeName(typ.Elem(), titles)
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Float64:
		return "number"
	case reflect.Interface:
		return "any"
	default:
		return "integer"
	}
}

var example = regexp.MustCompile("(?s)<!-- example: ([a-z/]+) -->\n```json\n(.*?)```")

// TestDocsExamplesAreTrue compares each example with the golden file that it
// comes from; -update writes them anew.
func TestDocsExamplesAreTrue(t *testing.T) {
	text := readDocs(t)
	count := 0
	fresh := example.ReplaceAllStringFunc(text, func(block string) string {
		count++
		name := example.FindStringSubmatch(block)[1]
		archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
		if err != nil {
			t.Error(err)
			return block
		}
		for _, f := range archive.Files {
			if f.Name == "json" {
				return "<!-- example: " + name + " -->\n```json\n" + string(f.Data) + "```"
			}
		}
		t.Errorf("%s has no JSON", name)
		return block
	})
	if count < 5 {
		t.Errorf("only %d examples", count)
	}
	switch {
	case fresh == text:
	case *update:
		if err := os.WriteFile(docsPath, []byte(fresh), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("the examples of docs/json.md are not what is printed; run the tests of this package with -update")
	}
}
