package plan_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
)

// copied is a plan that shares nothing with another.
func copied(t *rapid.T, p *plan.Plan) *plan.Plan {
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var out plan.Plan
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

// bend changes one thing of a plan, as someone would who knows its key; ok is
// false where the plan has nothing of that.
func bend(t *rapid.T, p *plan.Plan) (what string, ok bool) {
	op := func(label string, ops []kv.Op) *kv.Op { return &ops[rapid.IntRange(0, len(ops)-1).Draw(t, label)] }
	puts := slices.DeleteFunc(slices.Clone(p.Data), func(o kv.Op) bool { return o.Kind != kv.Put })
	switch rapid.IntRange(0, 9).Draw(t, "bent") {
	case 0:
		p.Guards = nil
		return "no guards", len(p.Data) > 0
	case 1: // of a key that is written
		if len(puts) == 0 {
			return "", false
		}
		key := op("unguarded", puts).Key
		p.Guards = slices.DeleteFunc(p.Guards, func(g kv.Guard) bool {
			return g.Key == key || g.Kind == kv.Empty && strings.HasPrefix(key, g.Key)
		})
		return "no guard of " + key, true
	case 2:
		if len(puts) == 0 {
			return "", false
		}
		key := op("changed", puts).Key
		for i := range p.Data {
			if p.Data[i].Key == key {
				p.Data[i].Value += "0"
			}
		}
		return "another value of " + key, true
	case 3:
		p.Data = append(p.Data, kv.Op{Kind: kv.Put, Key: "/sigilgate/api_tokens/t1", Value: "mine"})
		return "others' key", true
	case 4:
		p.Data = append(p.Data, kv.Op{Kind: kv.DeletePrefix, Key: "/sigilgate/nodes/"})
		return "all nodes", true
	case 5:
		p.State = append(p.State, kv.Op{Kind: kv.Put, Key: "/sigilform/v1/prod/history/00000000000000000001", Value: "mine"})
		return "the history", true
	case 6:
		p.State = append(p.State, kv.Op{Kind: kv.Put, Key: "/sigilform/v1/prod/plan_key", Value: "mine"})
		return "the key of plans", true
	case 7:
		if len(p.Data) == 0 {
			return "", false
		}
		at := rapid.IntRange(0, len(p.Data)-1).Draw(t, "dropped")
		key := p.Data[at].Key
		p.Data = slices.Delete(p.Data, at, at+1)
		return "not written: " + key, key != "/sigilgate/counters/user_id"
	case 8:
		p.Changes = nil
		return "nothing shown", len(p.Data) > 0
	default:
		records := slices.DeleteFunc(slices.Clone(p.State), func(o kv.Op) bool { return o.Kind != kv.Put || !strings.Contains(o.Value, `"region":"`) })
		if len(records) == 0 {
			return "", false
		}
		key := op("record", records).Key
		for i := range p.State {
			if p.State[i].Key == key {
				p.State[i].Value = strings.Replace(p.State[i].Value, `"region":"`, `"region":"x`, 1)
			}
		}
		return "another record " + key, !strings.Contains(records[0].Value, `"ignore"`)
	}
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
		if moved, err := bent.Confirm(in.Snapshot, in.State); err != nil || len(moved) > 0 {
			t.Fatalf("straight, it is not confirmed: %v %v", err, moved)
		}
		what, ok := bend(t, bent)
		if !ok {
			t.Skip("it has nothing of that")
		}
		moved, err := bent.Confirm(in.Snapshot, in.State)
		if len(moved) == 0 && !errors.As(err, new(*plan.Unsound)) {
			t.Fatalf("%s: confirmed", what)
		}
	})
}
