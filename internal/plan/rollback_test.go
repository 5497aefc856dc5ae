package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// chronicle is a world whose history is kept.
type chronicle struct {
	*world
	// history holds what an apply's record remembers, secrets its old
	// sensitive values, after the content after each serial, from 1.
	history []state.History
	secrets []map[string]string
	after   []map[string]string
	// network is all that the network held then, but for stamps and counters.
	network []map[string]string
}

func (c *chronicle) record(t *rapid.T, p *plan.Plan) {
	if len(p.Conflicts) > 0 {
		t.Skip(p.Conflicts[0].Summary)
	}
	h := historyOf(p)
	secrets := maps.Clone(p.Secrets)
	if broken := c.commit(p); len(broken) > 0 {
		t.Fatalf("guards of a fresh plan don't hold: %v", broken)
	}
	if !p.HasChanges() {
		return
	}
	c.history, c.secrets, c.after = append(c.history, h), append(c.secrets, secrets), append(c.after, c.owned(t))
	c.network = append(c.network, c.values())
}

// historyOf is what an apply's record remembers of a plan.
func historyOf(p *plan.Plan) state.History {
	h := state.History{Serial: p.Serial + 1, Before: p.Before}
	for i := range p.Changes {
		change := state.HistoryChange{Address: p.Changes[i].Address, Kind: string(p.Changes[i].Kind), ID: p.Changes[i].ID, Action: string(p.Changes[i].Action), Reason: string(p.Changes[i].Reason), Falls: p.Changes[i].Falls}
		for _, f := range p.Changes[i].Fields {
			change.Fields = append(change.Fields, state.HistoryField{
				Name: f.Name, Key: f.Key, Action: string(f.Action), Reason: string(f.Reason), Old: remembered(f.Old), New: remembered(f.New),
			})
		}
		h.Changes = append(h.Changes, change)
	}
	return h
}

// values are the network's keys with their values, without what is never
// compared.
func (c *chronicle) values() map[string]string {
	out := c.under("/sigilgate/")
	maps.DeleteFunc(out, func(key, _ string) bool {
		return strings.HasSuffix(key, "_at") || strings.HasSuffix(key, "/created") || strings.HasSuffix(key, "/health") || strings.Contains(key, "/counters/")
	})
	return out
}

// remembered is a value as the history has it.
func remembered(v *plan.Value) *state.HistoryValue {
	if v == nil {
		return nil
	}
	return &state.HistoryValue{Text: v.Text, Sensitive: v.Sensitive, Fingerprint: v.Fingerprint}
}

// owned is what sigilform answers for: the records, and the live values of the
// fields that they enforce.
func (c *chronicle) owned(t *rapid.T) map[string]string {
	out := map[string]string{}
	prefix := state.NewLayout("prod").ObjectsPrefix()
	for key, value := range c.under(prefix) {
		if _, released, _ := state.NewLayout("prod").Object(key); released {
			continue // what was sensitive since stays so
		}
		r, err := state.DecodeRecord(value)
		if err != nil {
			t.Fatal(err)
		}
		r.Marked = nil  // what was sensitive since stays so
		r.Initial = nil // what an object was first given may differ when it is made again
		left := func(name string) bool { return keys.Ignored(r.Ignore, name) }
		maps.DeleteFunc(r.Declared, func(name, _ string) bool { return left(name) })
		maps.DeleteFunc(r.Secret, func(name, _ string) bool { return left(name) })
		maps.DeleteFunc(r.Sets, func(name string, _ []string) bool { return left(name) })
		for set, members := range r.Sets {
			r.Sets[set] = slices.DeleteFunc(members, func(member string) bool { return left(set + "." + member) })
		}
		text, err := state.EncodeRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimPrefix(key, prefix)] = text
	}
	return out
}

// enforced leaves out what the records of a serial left alone.
func (c *chronicle) enforced(t *rapid.T, serial int, values map[string]string) map[string]string {
	layout, out := keys.NewLayout(schema.Network(), "/sigilgate/"), map[string]string{}
	left := map[string][]string{}
	for key, text := range c.after[serial-1] {
		r, err := state.DecodeRecord(text)
		if err != nil {
			t.Fatal(err)
		}
		kind, id, _ := strings.Cut(key, "/")
		left[string(keys.Space(addr.Kind(kind)))+"/"+id] = r.Ignore
	}
	for key, value := range values {
		at, _ := layout.Locate(key)
		if name := layout.FieldOf(at.Space, kv.Entry{Key: key}).Name; !keys.Ignored(left[string(at.Space)+"/"+at.ID], name) {
			out[key] = value
		}
	}
	return out
}

// TestRollbackRestores: after any row of applies, the state after any of them
// can be brought back: records, and what they enforce.
func TestRollbackRestores(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := &chronicle{world: newWorld()}
		for range rapid.IntRange(2, 4).Draw(t, "applies") {
			var options []option
			if rapid.IntRange(0, 6).Draw(t, "destroys") == 0 && len(c.history) > 0 {
				options = append(options, destroy)
			}
			c.record(t, c.plan(t, valid(t, drawNetwork(t)), append(options, cascade)...))
			c.put("/sigilgate/nodes/192.0.2.1/health", "healthy")
		}
		if len(c.history) == 0 {
			t.Skip("nothing was applied")
		}
		serial := rapid.IntRange(1, len(c.history)).Draw(t, "serial")
		others := c.under("/sigilgate/api_tokens/")
		back := c.rollback(t, serial)
		c.confirms(t, &network.Network{Catalogue: schema.Network(), Name: "prod", Prefix: "/sigilgate/"}, back, c.back(t, serial))
		c.record(t, back)
		if diff := cmp.Diff(c.after[serial-1], c.owned(t)); diff != "" {
			t.Fatalf("rolled back to %d:\n%s", serial, diff)
		}
		if diff := cmp.Diff(c.enforced(t, serial, c.network[serial-1]), c.enforced(t, serial, c.values())); diff != "" {
			t.Fatalf("the network, rolled back to %d:\n%s", serial, diff)
		}
		c.requireInSync(t, &network.Network{Catalogue: schema.Network(), Name: "prod", Prefix: "/sigilgate/"})
		c.requireWholeNodes(t)
		requireEmpty(t, c.rollback(t, serial))
		if diff := cmp.Diff(others, c.under("/sigilgate/api_tokens/")); diff != "" {
			t.Fatal(diff)
		}
	})
}

// back is the input of a rollback.
func (c *chronicle) back(t *rapid.T, serial int) option {
	st, err := state.Decode(c.snapshot(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	past := st.Rewind()
	for n := len(c.history); n > serial; n-- {
		if err := past.Undo(&c.history[n-1], c.secrets[n-1]); err != nil {
			t.Fatal(err)
		}
	}
	return func(in *plan.Input) {
		in.Mode, in.Past, in.Serial, in.Cascade = plan.ModeRollback, past, int64(serial), true
	}
}

func (c *chronicle) rollback(t *rapid.T, serial int) *plan.Plan {
	in, err := c.input(&network.Network{Catalogue: schema.Network(), Name: "prod", Prefix: "/sigilgate/"}, c.back(t, serial))
	if err != nil {
		t.Fatal(err)
	}
	p, diags := plan.Make(in)
	if diags.HasErrors() {
		t.Fatal(diags.Err())
	}
	return p
}

// requireWholeNodes: no node comes back without what it can't work without.
func (c *chronicle) requireWholeNodes(t *rapid.T) {
	for key, role := range c.under("/sigilgate/nodes/") {
		node, isRole := strings.CutSuffix(key, "role")
		if !isRole {
			continue
		}
		needs := map[string][]string{"core": {"core_service_name", "uuid"}, "entry": {"client_service_name"}}[role]
		for _, name := range needs {
			if c.entries[node+name].Value == "" {
				t.Fatalf("%s is missing", node+name)
			}
		}
	}
}
