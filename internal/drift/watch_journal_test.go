package drift_test

import (
	"maps"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

const (
	nodeA = "/sigilgate/nodes/192.0.2.1/"
	nodeB = "/sigilgate/nodes/192.0.2.2/"
)

// regions are two Cores whose regions were applied.
func regions(t *testing.T) *store {
	t.Helper()
	s := &store{revision: 5, entries: map[string]kv.Entry{}}
	role, region := "core", "nl"
	writes := map[string]*string{head: headOf(t, 1)}
	for _, node := range []string{"192.0.2.1", "192.0.2.2"} {
		writes["/sigilgate/nodes/"+node+"/role"], writes["/sigilgate/nodes/"+node+"/region"] = &role, &region
		writes["/sigilform/v1/prod/objects/core/"+node] = recordOf(t, node, region)
	}
	s.write(writes)
	return s
}

func recordOf(t *testing.T, node, region string) *string {
	t.Helper()
	return encoded(t, state.EncodeRecord, &state.Record{Address: "core." + node[len(node)-1:], Declared: map[string]string{"region": region}})
}

// step is a transaction of a journaled apply: it moves the journal.
func (s *store) step(t *testing.T, moves int, writes map[string]*string) kv.Batch {
	t.Helper()
	all := maps.Clone(writes)
	all[journal] = journalOf(t, moves)
	return s.write(all)
}

func applyBatch(t *testing.T, w *drift.Watch, b kv.Batch) []drift.Event {
	t.Helper()
	events, err := w.Apply(b, time.Unix(2, 0))
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestJournaledStepsAreNotTold: an object that an apply wrote in parts differs
// from its record between two of its steps. That is not drift; what others write
// to other objects then is, and what is left in the end.
func TestJournaledStepsAreNotTold(t *testing.T) {
	t.Parallel()
	s := regions(t)
	w := drift.NewWatch(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), nil)
	de, fr := "de", "fr"
	if got := applyBatch(t, w, s.step(t, 1, map[string]*string{nodeA + "region": &de})); len(got) != 0 {
		t.Errorf("the first part of an object is told: %+v", got)
	}
	if !w.Report().Drifted() || w.Journal() == nil {
		t.Error("the report is not as of that revision")
	}
	got := applyBatch(t, w, s.write(map[string]*string{nodeB + "region": &fr}))
	if len(got) != 1 || got[0].Kind != drift.Began || got[0].Object.ID != "192.0.2.2" || got[0].ByApply {
		t.Errorf("what others write in the middle: %+v", got)
	}
	if got := applyBatch(t, w, s.step(t, 2, map[string]*string{"/sigilform/v1/prod/objects/core/192.0.2.1": recordOf(t, "192.0.2.1", de)})); len(got) != 0 {
		t.Errorf("the second part is told: %+v", got)
	}
	if got := applyBatch(t, w, s.write(map[string]*string{nodeA + "region": &fr})); len(got) != 0 {
		t.Errorf("an object that the apply wrote is told before it ended: %+v", got)
	}
	got = applyBatch(t, w, s.write(map[string]*string{journal: nil, head: headOf(t, 2)}))
	if len(got) != 1 || got[0].Kind != drift.Began || got[0].Object.ID != "192.0.2.1" || got[0].Serial != 2 {
		t.Errorf("what differs when the apply has ended: %+v", got)
	}
}

// TestJournaledStepsBeforeTheSnapshot: a watch that begins, or begins anew, in the
// middle of an apply knows by the journal which revisions were the apply's.
func TestJournaledStepsBeforeTheSnapshot(t *testing.T) {
	t.Parallel()
	s := regions(t)
	before := drift.NewWatch(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), nil)
	de, fr := "de", "fr"
	s.write(map[string]*string{nodeB + "region": &fr})
	s.write(map[string]*string{nodeA + "region": &de, journal: encoded(t, state.EncodeJournal, &state.Journal{
		Format: 1, Apply: "next", Serial: 2, Owner: "o", Actor: "olga", Phase: state.Applying, Ops: 2, Done: 1, Steps: []state.JournalStep{{End: 1}},
	})})
	for name, begin := range map[string]func(*drift.Watch) []drift.Event{
		"anew": func(w *drift.Watch) []drift.Event { return w.Continue(before, time.Unix(2, 0)) },
		"new":  func(w *drift.Watch) []drift.Event { return w.Begin(time.Unix(2, 0)) },
	} {
		w := drift.NewWatch(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), nil)
		if got := begin(w); len(got) != 1 || got[0].Object.ID != "192.0.2.2" {
			t.Errorf("%s: %+v", name, got)
		}
		last := &store{revision: s.revision, entries: maps.Clone(s.entries)}
		b := last.write(map[string]*string{
			journal: nil, head: headOf(t, 2), "/sigilform/v1/prod/objects/" + string(addr.Core) + "/192.0.2.1": recordOf(t, "192.0.2.1", de),
		})
		if got := applyBatch(t, w, b); len(got) != 0 {
			t.Errorf("%s: what the apply wrote is told: %+v", name, got)
		}
	}
}

// TestElsewhere: a network whose head is gone, or says another prefix, is none to
// be followed any longer.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	moved := encoded(t, state.EncodeHead, state.Head{Format: 1, Network: "prod", Prefix: "/other/", Serial: 2, Apply: "a", Generation: "g"})
	for name, value := range map[string]*string{"gone": nil, "moved": moved} {
		s := regions(t)
		w := drift.NewWatch(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), nil)
		if _, err := w.Apply(s.write(map[string]*string{head: value}), time.Unix(2, 0)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
