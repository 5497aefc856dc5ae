package drift

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// holds reports whether nothing is said of an object yet, since an apply that
// has not ended wrote it.
func (w *Watch) holds(id state.ID) bool {
	if state.IsACL(id.Kind) {
		return w.asks || w.st.Journal != nil
	}
	return w.held[familyOf(id)]
}

// tell returns what is new about objects since it was last told.
func (w *Watch) tell(ids []state.ID, seen time.Time, byApply bool) []Event {
	slices.SortFunc(ids, state.CompareIDs)
	var out []Event
	for _, id := range slices.Compact(ids) {
		if w.holds(id) {
			continue
		}
		var before *plan.Change
		if told, ok := w.told[id]; ok {
			before = &told
		}
		after := w.drifted.get(id)
		if fields, differs := difference(before, after); differs {
			out = append(out, w.event(before, after, fields, seen, byApply))
		}
		if after == nil {
			delete(w.told, id)
		} else {
			w.told[id] = *after
		}
	}
	sortEvents(out)
	return out
}

func (w *Watch) event(before, after *plan.Change, fields []FieldEvent, seen time.Time, byApply bool) Event {
	h := w.st.Head
	e := Event{
		Kind: Moved, Fields: fields, Revision: w.revision, Seen: seen, ByApply: byApply,
		Serial: h.Serial, AppliedAt: h.Time, AppliedBy: h.Actor, Commit: h.Commit,
	}
	switch {
	case after == nil:
		e.Kind, e.Object = Ended, *before
		return e
	case before == nil:
		e.Kind = Began
	}
	e.Object = *after
	return e
}

// Begin are the events for a caller that has been told nothing: all that differs
// now began.
func (w *Watch) Begin(seen time.Time) []Event {
	clear(w.told)
	return w.tell(w.all(), seen, false)
}

// Continue takes over what another watch of the same network told, one that was
// lost, and returns what is new since: what happened in between, as far as it
// has left a trace.
func (w *Watch) Continue(lost *Watch, seen time.Time) []Event {
	w.told, w.moves = lost.told, lost.moves
	if before, now := lost.st.Journal, w.st.Journal; before != nil && now != nil && before.Apply == now.Apply {
		maps.Copy(w.held, lost.held)
	}
	if lost.st.Head.Apply != w.st.Head.Apply || w.st.Journal != nil {
		w.moves++
	}
	ids := w.all()
	for id := range w.told {
		ids = append(ids, id)
	}
	return w.tell(ids, seen, w.st.Head.Apply != lost.st.Head.Apply)
}

func (w *Watch) all() []state.ID {
	out := make([]state.ID, 0, len(w.drifted.rows))
	for i := range w.drifted.rows {
		out = append(out, w.drifted.rows[i].id)
	}
	return out
}

// holdJournaled holds what an apply wrote that was under way when the snapshot
// was taken: its journal says at which revisions. Of keys that are gone nobody
// knows when they went, so what lacks some is held, too.
func (w *Watch) holdJournaled(s *kv.Snapshot) {
	j := w.st.Journal
	if j == nil {
		return
	}
	steps := map[int64]bool{}
	if e, ok := s.Get(w.st.Layout.Journal()); ok {
		for _, step := range j.At(e.ModRevision).Steps {
			steps[step.Revision] = true
		}
	}
	for id, f := range w.families {
		if slices.ContainsFunc(f.entries, func(e kv.Entry) bool { return steps[e.ModRevision] }) {
			w.held[id] = true
		}
	}
	for i := range w.drifted.rows {
		gone := func(f plan.FieldChange) bool { return f.Old == nil }
		if r := &w.drifted.rows[i]; !state.IsACL(r.id.Kind) && slices.ContainsFunc(r.change.Fields, gone) {
			w.held[familyOf(r.id)] = true
		}
	}
}

// Report is the drift as it is, as [Detect] would report it. It is the caller's.
func (w *Watch) Report() *Report {
	h := w.st.Head
	r := &Report{
		Catalogue: w.layout.Catalogue(), ClusterID: w.cluster, Network: h.Network, Prefix: h.Prefix, Revision: w.revision,
		Serial: h.Serial, AppliedAt: h.Time, AppliedBy: h.Actor, Commit: h.Commit,
		Objects: w.drifted.changes(), Unmanaged: w.unmanagedNow(),
		CheckedObjects: len(w.st.Records) + w.access.objects, CheckedFields: w.compared + w.access.fields,
		AccessUnchecked: len(w.st.ACL) > 0 && w.auth == nil,
	}
	if w.st.DigestKey == "" {
		for _, record := range w.st.Records {
			r.UncheckedFields += len(record.Secret)
		}
	}
	r.Names = plan.References(w.layout, r.Objects, w.st.Address)
	return r
}

// Drifted reports whether anything differs now.
func (w *Watch) Drifted() bool { return len(w.drifted.rows) > 0 }

// unmanagedNow lists the objects of others in the order of keys.Decode.
func (w *Watch) unmanagedNow() []plan.Unmanaged {
	if w.stale {
		var all []foreign
		for _, f := range w.families {
			all = append(all, f.unmanaged...)
		}
		slices.SortFunc(all, func(a, b foreign) int { return keys.CompareLive(a.at, b.at) })
		w.foreigners, w.stale = shownOf(all), false
	}
	return slices.Clone(w.foreigners)
}

func sortFields(fields []FieldEvent) {
	slices.SortFunc(fields, func(a, b FieldEvent) int { return strings.Compare(a.Name, b.Name) })
}

// sortEvents puts events into the order of addresses.
func sortEvents(events []Event) {
	at := func(e *Event) addr.Addr {
		a, err := addr.Parse(e.Object.Address)
		if err != nil {
			return addr.Addr{}
		}
		return a
	}
	slices.SortStableFunc(events, func(a, b Event) int { return addr.Compare(at(&a), at(&b)) })
}
