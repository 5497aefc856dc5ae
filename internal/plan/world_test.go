package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// world is a network's keys as data, with what a commit means for data: guards
// are judged and operations done on a map. What a real store does with the
// same transaction is tested in apply and engine.
type world struct {
	entries  map[string]kv.Entry
	revision int64
	ids      *sequence
}

func newWorld() *world {
	return &world{entries: map[string]kv.Entry{}, revision: 1, ids: &sequence{}}
}

func (w *world) snapshot() *kv.Snapshot {
	s := &kv.Snapshot{ClusterID: "c1", Revision: w.revision}
	for _, key := range slices.Sorted(maps.Keys(w.entries)) {
		s.Entries = append(s.Entries, w.entries[key])
	}
	return s
}

func (w *world) put(key, value string) {
	w.revision++
	w.set(key, value)
}

func (w *world) set(key, value string) {
	e, there := w.entries[key]
	if !there {
		e = kv.Entry{Key: key, CreateRevision: w.revision}
	}
	e.Value, e.ModRevision = value, w.revision
	w.entries[key] = e
}

func (w *world) del(key string) {
	w.revision++
	delete(w.entries, key)
}

func (w *world) delUnder(prefix string) {
	w.revision++
	maps.DeleteFunc(w.entries, func(key string, _ kv.Entry) bool { return strings.HasPrefix(key, prefix) })
}

// commit does the plan's transaction, or returns the guards that don't hold.
func (w *world) commit(p *plan.Plan) []kv.Guard {
	var broken []kv.Guard
	now := w.snapshot()
	for _, g := range p.Guards {
		if len(now.Moved(g)) > 0 {
			broken = append(broken, g)
		}
	}
	for _, m := range kv.ReferringOf(p.Guards, p.Data).Moved(now) {
		broken = append(broken, m.Guard)
	}
	if len(broken) > 0 || !p.HasChanges() {
		return broken
	}
	w.revision++
	for _, op := range p.Txn().Ops {
		switch op.Kind {
		case kv.Put:
			w.set(op.Key, op.Value)
		case kv.Delete:
			delete(w.entries, op.Key)
		case kv.DeletePrefix, kv.DeleteRange:
			maps.DeleteFunc(w.entries, func(key string, _ kv.Entry) bool { return op.Covers(key) })
		}
	}
	h, err := state.EncodeHead(state.Head{
		Format: state.FormatVersion, Network: p.Network, Prefix: p.Prefix, ClusterID: p.ClusterID,
		Generation: p.Generation, Serial: p.Serial + 1,
	})
	if err != nil {
		return []kv.Guard{{Key: err.Error()}}
	}
	w.set(state.NewLayout(p.Network).Head(), h)
	return nil
}

type option func(*plan.Input)

func adopt(in *plan.Input)   { in.Adopt = true }
func cascade(in *plan.Input) { in.Cascade = true }
func destroy(in *plan.Input) { in.Mode = plan.ModeDestroy }

// input is what a plan of the network in this world is made from.
func (w *world) input(n *network.Network, options ...option) (plan.Input, error) {
	s := w.snapshot()
	st, err := state.Decode(s, n.Name)
	if err != nil {
		return plan.Input{}, fmt.Errorf("decode state: %w", err)
	}
	in := plan.Input{
		Network: n, Snapshot: s, State: st, Mode: plan.ModeApply,
		Now: time.Date(2026, 4, 19, 12, 0, 0, 0, time.UTC), IDs: w.ids, Tool: "test",
	}
	for _, o := range options {
		o(&in)
	}
	return in, nil
}

// sequence gives ids that tell where they come from.
type sequence struct{ n int }

func (s *sequence) next(format string) string {
	s.n++
	return fmt.Sprintf(format, s.n)
}

func (s *sequence) UUID() string        { return s.next("00000000-0000-4000-8000-%012d") }
func (s *sequence) ServiceName() string { return s.next("api.v2.rpc.%016x") }
func (s *sequence) Secret() string      { return s.next("secret-%d") }
func (s *sequence) Generation() string  { return s.next("generation-%d") }

var _ plan.IDs = (*sequence)(nil)

// under returns the keys below a prefix with their values.
func (w *world) under(prefix string) map[string]string {
	out := map[string]string{}
	for key, e := range w.entries {
		if strings.HasPrefix(key, prefix) {
			out[key] = e.Value
		}
	}
	return out
}
