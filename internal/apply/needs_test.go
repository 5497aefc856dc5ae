package apply_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

// need finds, right before a step, a write of it that relies on what an earlier
// step did by the kind.
func need(in *state.Intent, done int, txn kv.Txn, kind kv.OpKind) (key string, ok bool) {
	for _, n := range in.Needs {
		op := in.Ops[n.At]
		written := slices.ContainsFunc(txn.Ops, func(o kv.Op) bool { return o.Kind == op.Kind && o.Key == op.Key })
		if of := in.Ops[n.Of]; n.Of < done && n.At >= done && written && of.Kind == kind && op.Kind == kv.Put {
			return of.Key, true
		}
	}
	return "", false
}

// TestStepsRelyOnEarlierOnes: what an earlier step created and a later one refers
// to is removed by others between the two; and a key that an earlier step
// removed, to be written later, is written by others. Both refuse the step, which
// names the key, and the apply is taken back.
func TestStepsRelyOnEarlierOnes(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		next   func(*testing.T) *model.Network
		kind   kv.OpKind
		others func(t *testing.T, w *town, key string)
	}{
		"created, and removed by others": {newNetwork, kv.Put, func(t *testing.T, w *town, key string) { t.Helper(); w.Delete(t, key) }},
		"removed, and written by others": {swappedNetwork, kv.Delete, func(t *testing.T, w *town, key string) { t.Helper(); w.Put(t, key, "others'") }},
		// Of a node that stays: nothing else guards the key by then.
		"given up for a ring, and written by others": {ringNetwork, kv.Delete, func(t *testing.T, w *town, key string) { t.Helper(); w.Put(t, key, "others'") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			key := ""
			w.faults.BeforeCommit = func(_ int, txn kv.Txn) error {
				if key != "" || w.steps(t) == 0 {
					return nil
				}
				in, j, _ := w.intent(t)
				if found, ok := need(in, j.Done, txn, row.kind); ok {
					key = found
					row.others(t, w, key)
				}
				return nil
			}
			_, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, row.next(t)), w.options("second"))
			if key == "" {
				t.Fatalf("no step relies on an earlier one: %v", err)
			}
			_ = as[*apply.RolledBack](t, err)
			var moved *apply.Rejected
			if !errors.As(err, &moved) || !slices.ContainsFunc(moved.Moved, func(m apply.Moved) bool { return m.Key == key }) {
				t.Errorf("%s is not named: %v", key, err)
			}
			if e, there := w.Get(t, key); row.kind == kv.Delete && (!there || e.Value != "others'") {
				t.Errorf("what others wrote at %s is %+v", key, e)
			}
		})
	}
}

// ringNetwork is the old one whose nodes hand their domains on in a ring that no
// request of the town's holds.
func ringNetwork(t *testing.T) *model.Network {
	t.Helper()
	n := oldNetwork(t)
	var domains []*model.Text
	for i := range n.Cores {
		domains = append(domains, &n.Cores[i].Domain)
	}
	for i := range n.Entries {
		domains = append(domains, &n.Entries[i].Domain)
	}
	first := *domains[0]
	for i := range domains[1:] {
		*domains[i] = *domains[i+1]
	}
	*domains[len(domains)-1] = first
	return normal(t, n)
}
