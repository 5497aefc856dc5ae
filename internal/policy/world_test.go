package policy_test

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/policy"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// applied is a state with some objects: identities by kind. Each Entry is bound
// to the first Core.
func applied(objects map[addr.Kind][]string) *state.State {
	st := state.Empty("t")
	for kind, ids := range objects {
		for _, id := range ids {
			r := &state.Record{Kind: kind, ID: id, Address: string(kind) + "." + id, Declared: map[string]string{}}
			if kind == addr.Entry {
				r.Declared["bound_to"] = objects[addr.Core][0]
			}
			st.Records[state.ID{Kind: kind, ID: id}] = r
		}
	}
	return st
}

func change(action plan.Action, kind addr.Kind, id string, fields ...plan.FieldChange) plan.Change {
	return plan.Change{Action: action, Kind: kind, ID: id, Address: string(kind) + "." + id, Fields: fields}
}

func to(name, value string) plan.FieldChange {
	return plan.FieldChange{Name: name, Action: plan.Update, New: &plan.Value{Text: value}}
}

// many are identities a to …
func many(n int) []string {
	out := make([]string, 0, n)
	for i := range n {
		out = append(out, string(rune('a'+i/26))+string(rune('a'+i%26)))
	}
	return out
}

// load reads a configuration of one file.
func load(t *testing.T, text string) *config.Config {
	t.Helper()
	c, found := config.Load(t.Context(), config.Options{Catalogue: schema.Network(), FS: fstest.MapFS{"main.hcl": &fstest.MapFile{Data: []byte(text)}}})
	if found.HasErrors() {
		t.Fatalf("the configuration has errors: %v", found)
	}
	return c
}

// failing are the names of what did not pass.
func failing(t *testing.T, in policy.Input) []string {
	t.Helper()
	results, found := policy.Check(t.Context(), in)
	if found.HasErrors() {
		t.Fatalf("%v", found)
	}
	out := map[string]bool{}
	for _, r := range results {
		if r.Verdict == plan.Failed {
			out[r.Name] = true
			if r.Message == "" || r.Denies() && r.Hint == "" {
				t.Errorf("%s has no message or no hint: %+v", r.Name, r)
			}
		}
	}
	return slices.Sorted(maps.Keys(out))
}
