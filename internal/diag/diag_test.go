package diag_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/diag"
)

func at(file string, start, end int) *diag.Range {
	return &diag.Range{File: file, Start: diag.Pos{Line: 1, Column: start + 1, Byte: start}, End: diag.Pos{Line: 1, Column: end + 1, Byte: end}}
}

func TestSort(t *testing.T) {
	t.Parallel()
	want := diag.List{
		{Severity: diag.Error, Summary: "first of its file", Range: at("a.hcl", 0, 1)},
		{Severity: diag.Error, Summary: "shorter", Range: at("a.hcl", 5, 6)},
		{Severity: diag.Error, Summary: "longer", Range: at("a.hcl", 5, 9)},
		{Severity: diag.Error, Summary: "next file", Range: at("b.hcl", 0, 1)},
		{Severity: diag.Error, Summary: "no place", Address: "core.a", Attribute: "domain"},
		{Severity: diag.Error, Summary: "no place", Address: "core.a", Attribute: "ip"},
		{Severity: diag.Warning, Summary: "no place", Address: "core.a", Attribute: "ip"},
		{Severity: diag.Warning, Summary: "no place", Address: "core.b"},
		{Severity: diag.Warning, Summary: "no place", Detail: "and a detail", Address: "core.b"},
	}
	rapid.Check(t, func(t *rapid.T) {
		shuffled := rapid.Permutation(append(want[3:5:5], want...)).Draw(t, "order")
		given := append(diag.List{}, shuffled...)
		if diff := cmp.Diff(want, shuffled.Sort()); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(given, shuffled); diff != "" {
			t.Fatalf("the list itself was changed:\n%s", diff)
		}
	})
}

func TestErr(t *testing.T) {
	t.Parallel()
	warnings := diag.List{{Severity: diag.Warning, Summary: "only a warning"}}
	if warnings.HasErrors() || warnings.Err() != nil || diag.List(nil).Err() != nil {
		t.Error("warnings stop nothing")
	}
	all := diag.List{warnings[0], {Severity: diag.Error, Summary: "one"}, {Severity: diag.Error, Summary: "two"}}
	err := fmt.Errorf("load: %w", all.Err())
	var failure *diag.Failure
	if !errors.As(err, &failure) || len(failure.Diagnostics) != 3 {
		t.Fatalf("the diagnostics are lost in %v", err)
	}
	if err.Error() != "load: one\ntwo" {
		t.Errorf("error text %q", err)
	}
}

// TestJSON holds the form that other programs read.
func TestJSON(t *testing.T) {
	t.Parallel()
	d := diag.Diagnostic{
		Severity: diag.Error, Summary: "s", Address: "core.a", Attribute: "ip", Range: at("a.hcl", 3, 4),
		Snippet: &diag.Snippet{Line: 1, Code: "ip=1", Start: 3, End: 4},
		Related: []diag.Place{{Message: "first", Address: "core.b"}},
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"severity":"error","summary":"s","address":"core.a","attribute":"ip",` +
		`"range":{"file":"a.hcl","start":{"line":1,"column":4,"byte":3},"end":{"line":1,"column":5,"byte":4}},` +
		`"snippet":{"line":1,"code":"ip=1","start":3,"end":4},"related":[{"message":"first","address":"core.b"}]}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	var back diag.Diagnostic
	if err := json.Unmarshal(text, &back); err != nil || !cmp.Equal(d, back) {
		t.Errorf("read back as %+v, %v", back, err)
	}
}
