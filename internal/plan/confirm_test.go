package plan_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
)

// copied is a plan that shares nothing with another.
func copied(t interface{ Fatal(args ...any) }, p *plan.Plan) *plan.Plan {
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out plan.Plan
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	out.Catalogue = p.Catalogue
	return &out
}

// bends change one thing of a plan each, as someone would who knows its key; ok
// is false where the plan has nothing of that.
func bends() map[string]func(t *rapid.T, p *plan.Plan) (ok bool) {
	always := func(do func(p *plan.Plan)) func(*rapid.T, *plan.Plan) bool {
		return func(_ *rapid.T, p *plan.Plan) bool { do(p); return true }
	}
	state := func(key string) func(*rapid.T, *plan.Plan) bool {
		return always(func(p *plan.Plan) {
			p.State = append(p.State, kv.Op{Kind: kv.Put, Key: "/sigilform/v1/prod/" + key, Value: "mine"})
		})
	}
	data := func(op kv.Op) func(*rapid.T, *plan.Plan) bool {
		return always(func(p *plan.Plan) { p.Data = append(p.Data, op) })
	}
	return map[string]func(t *rapid.T, p *plan.Plan) bool{
		"no guards":          func(_ *rapid.T, p *plan.Plan) bool { p.Guards = nil; return len(p.Data) > 0 },
		"nothing is shown":   func(_ *rapid.T, p *plan.Plan) bool { p.Changes = nil; return len(p.Data) > 0 },
		"others' key":        data(kv.Op{Kind: kv.Put, Key: "/sigilgate/api_tokens/t1", Value: "mine"}),
		"all nodes":          data(kv.Op{Kind: kv.DeletePrefix, Key: "/sigilgate/nodes/"}),
		"the history":        state("history/00000000000000000001"),
		"the key of plans":   state("plan_key"),
		"a key unguarded":    unguardOne,
		"a guard left out":   leaveOut,
		"another value":      changeOne,
		"a write left out":   dropOne,
		"a record that lies": lieInOne,
	}
}

// onePut draws a write of a value.
func onePut(t *rapid.T, p *plan.Plan) (at int, ok bool) {
	var puts []int
	for i := range p.Data {
		if p.Data[i].Kind == kv.Put {
			puts = append(puts, i)
		}
	}
	if len(puts) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(puts).Draw(t, "put"), true
}

// leaveOut drops one guard, of a kind that is drawn first: most are of few kinds.
// That something exists is guarded twice at times.
func leaveOut(t *rapid.T, p *plan.Plan) bool {
	kinds := map[kv.GuardKind][]int{}
	for i, g := range p.Guards {
		if g.Kind != kv.Exists {
			kinds[g.Kind] = append(kinds[g.Kind], i)
		}
	}
	if len(kinds) == 0 {
		return false
	}
	kind := rapid.SampledFrom(slices.Sorted(maps.Keys(kinds))).Draw(t, "kind")
	at := rapid.SampledFrom(kinds[kind]).Draw(t, "guard")
	p.Guards = slices.Delete(p.Guards, at, at+1)
	return true
}

func unguardOne(t *rapid.T, p *plan.Plan) bool {
	at, ok := onePut(t, p)
	p.Guards = slices.DeleteFunc(p.Guards, func(g kv.Guard) bool {
		return ok && (g.Key == p.Data[at].Key || g.Kind == kv.Empty && strings.HasPrefix(p.Data[at].Key, g.Key))
	})
	return ok
}

func changeOne(t *rapid.T, p *plan.Plan) bool {
	at, ok := onePut(t, p)
	if ok {
		p.Data[at].Value += "0"
	}
	return ok
}

func dropOne(t *rapid.T, p *plan.Plan) bool {
	at, ok := onePut(t, p)
	if !ok {
		return false
	}
	p.Data = slices.Delete(p.Data, at, at+1)
	return true
}

func lieInOne(_ *rapid.T, p *plan.Plan) bool {
	for i := range p.State {
		op := &p.State[i]
		if op.Kind == kv.Put && strings.Contains(op.Value, `"region":"`) && !strings.Contains(op.Value, `"ignore"`) && !strings.Contains(op.Value, `"marked"`) {
			op.Value = strings.Replace(op.Value, `"region":"`, `"region":"x`, 1)
			return true
		}
	}
	return false
}

// TestBentPlansAreNotConfirmed: whoever knows the key of plan files still can't
// make one that writes anything else than it shows, or that others are not safe
// from.
func TestBentPlansAreNotConfirmed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.apply(t, valid(t, drawNetwork(t)))
		for range rapid.IntRange(0, 4).Draw(t, "disturbances") {
			w.disturb(t)
		}
		next := valid(t, drawNetwork(t))
		p := w.plan(t, next, adopt, cascade)
		if len(p.Conflicts) > 0 || !p.HasChanges() {
			t.Skip("nothing to bend")
		}
		in, err := w.input(next)
		if err != nil {
			t.Fatal(err)
		}
		bent := copied(t, p)
		if moved, err := bent.Confirm(in.Snapshot, in.State, in.Past); err != nil || len(moved) > 0 {
			t.Fatalf("straight, it is not confirmed: %v %v", err, moved)
		}
		what := rapid.SampledFrom(slices.Sorted(maps.Keys(bends()))).Draw(t, "bent")
		if !bends()[what](t, bent) {
			t.Skip("it has nothing of that")
		}
		plan.Redigest(bent)
		moved, err := bent.Confirm(in.Snapshot, in.State, in.Past)
		if len(moved) == 0 && !errors.As(err, new(*plan.Unsound)) {
			t.Fatalf("%s: confirmed", what)
		}
	})
}
