package drift

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// ErrElsewhere is the error for a network whose head says that it lies under
// another prefix now, or that is gone: there only a new snapshot helps.
var ErrElsewhere = errors.New("the network was moved or forgotten")

// Watch is the drift of a network, kept up to date. It holds what was last
// applied and what is live, is given what changes, and compares only the objects
// that a change is about. At each revision it knows what [Detect] finds there.
//
// It is for one goroutine.
type Watch struct {
	cluster  string
	denied   []string
	revision int64
	layout   keys.Layout
	st       *state.State
	families map[familyID]*family
	// drifted is how objects differ, told how they did when that was last told.
	drifted *ledger
	told    map[state.ID]plan.Change
	// held are families that a journaled apply wrote which has not ended: what
	// differs there is its own doing until it has.
	held   map[familyID]bool
	auth   *kv.Auth
	access access
	// asks says that roles and users have to be read anew before anything is
	// said of them: an apply may have changed them.
	asks     bool
	compared int
	// foreigners are the objects of others, unless that is stale.
	foreigners []plan.Unmanaged
	stale      bool
	// secrets counts where each live value of a sensitive field is.
	secrets map[string]int
	// moves counts what applies wrote of their own keys.
	moves int
}

// access is what the last comparison of roles and users looked at.
type access struct {
	ids             []state.ID
	objects, fields int
}

// NewWatch begins at a snapshot: of the network, and of what [state.Decode] reads
// its state from. The watch changes the state from then on. live is nil where
// roles and users could not be read. What differs already is taken as told.
func NewWatch(c *schema.Catalogue, s *kv.Snapshot, st *state.State, live *kv.Auth) *Watch {
	w := &Watch{
		cluster: s.ClusterID, denied: s.Denied, revision: s.Revision, layout: keys.NewLayout(c, st.Head.Prefix), st: st, auth: live,
		families: map[familyID]*family{}, drifted: newLedger(), told: map[state.ID]plan.Change{}, held: map[familyID]bool{}, stale: true,
		secrets: map[string]int{},
	}
	for _, e := range s.Under(st.Head.Prefix) {
		if at, ok := w.layout.Locate(e.Key); ok {
			f := w.family(familyID{space: at.Space, id: at.ID})
			f.entries = append(f.entries, e)
		}
	}
	for id := range st.Records {
		w.family(familyOf(id))
	}
	for id, f := range w.families {
		w.compare(id, f)
	}
	w.compareAccess()
	w.holdJournaled(s)
	for i := range w.drifted.rows {
		if r := &w.drifted.rows[i]; !w.holds(r.id) {
			w.told[r.id] = r.change
		}
	}
	return w
}

func (w *Watch) family(id familyID) *family {
	f := w.families[id]
	if f == nil {
		f = &family{}
		w.families[id] = f
	}
	return f
}

// Revision is the one up to which everything is known.
func (w *Watch) Revision() int64 { return w.revision }

// Moves counts what applies have written of their own: where it is as it was, none
// was under way that had not been before.
func (w *Watch) Moves() int { return w.moves }

// Secrets are the live values of sensitive fields, which no output may hold.
func (w *Watch) Secrets() iter.Seq[string] { return maps.Keys(w.secrets) }

// Denied lists the optional keys that the user might not read in the snapshot.
func (w *Watch) Denied() []string { return w.denied }

// Journal is that of an apply that has not ended, nil where there is none.
func (w *Watch) Journal() *state.Journal { return w.st.Journal }

// Apply takes what changed, and returns what began, changed or ended with it, by
// address. After an error the watch is of no use: begin anew, and hand what was
// told to [Watch.Continue].
func (w *Watch) Apply(b kv.Batch, seen time.Time) ([]Event, error) {
	w.revision = b.Revision
	if len(b.Events) == 0 {
		return nil, nil
	}
	apply := w.st.Head.Apply
	during := w.st.Journal != nil
	touched, step, err := w.take(b)
	if err != nil {
		return nil, err
	}
	ids := make([]state.ID, 0, len(touched))
	for id := range touched {
		ids = append(ids, w.compare(id, w.family(id))...)
	}
	switch {
	case w.st.Journal != nil && step:
		for id := range touched {
			w.held[id] = true
		}
	case w.st.Journal == nil && during:
		// It ended: what it wrote is judged now.
		for id := range w.held {
			ids = append(ids, w.records(id)...)
		}
		clear(w.held)
		w.asks = w.asks || len(w.st.ACL) > 0
	}
	return w.tell(ids, seen, step || apply != w.st.Head.Apply), nil
}

// take applies the events to what is known, and returns the families that have
// to be compared. step says that a journaled apply wrote the batch, or began or
// ended with it: no one else moves the journal.
func (w *Watch) take(b kv.Batch) (touched map[familyID]bool, step bool, err error) {
	touched = map[familyID]bool{}
	access := false
	for i := range b.Events {
		e := &b.Events[i]
		if at, ok := w.layout.Locate(e.Key); ok {
			id := familyID{space: at.Space, id: at.ID}
			w.family(id).set(e)
			touched[id] = true
			continue
		}
		if !strings.HasPrefix(e.Key, state.Root) {
			continue
		}
		id, record, err := w.st.Follow(e)
		switch {
		case err != nil:
			return nil, false, err //nolint:wrapcheck // it says which key
		case record && state.IsACL(id.Kind):
			access = true
		case record:
			touched[familyOf(id)] = true
		case e.Key == w.st.Layout.Journal():
			step = true
			w.moves++
		case e.Key == w.st.Layout.Head():
			w.moves++
		case e.Key == w.st.Layout.DigestKey():
			for id := range w.families {
				touched[id] = true
			}
		}
	}
	if w.st.Head == nil || w.st.Head.Prefix != w.layout.Prefix() {
		return nil, false, fmt.Errorf("at revision %d: %w", b.Revision, ErrElsewhere)
	}
	if access {
		touched[accessFamily()] = true
		w.asks = true
	}
	return touched, step, nil
}

// compare looks at one family anew, and returns the identities of which it may
// now hold something else.
func (w *Watch) compare(id familyID, f *family) []state.ID {
	if id == accessFamily() {
		return w.compareAccess()
	}
	w.compared -= f.compared
	w.count(f, -1)
	before := f.unmanaged
	results := f.compare(w.layout, w.st, id)
	w.compared += f.compared
	w.count(f, 1)
	if !slices.Equal(shownOf(before), shownOf(f.unmanaged)) {
		w.stale = true
	}
	ids := w.records(id)
	for _, known := range ids {
		w.drifted.set(known, nil)
	}
	for i := range results {
		if len(results[i].change.Fields) > 0 {
			w.drifted.set(results[i].id, &results[i].change)
		}
	}
	if len(f.entries) == 0 && len(results) == 0 {
		delete(w.families, id)
	}
	return ids
}

// count notes a family's sensitive values, or forgets them.
func (w *Watch) count(f *family, by int) {
	for _, s := range f.secrets {
		if w.secrets[s] += by; w.secrets[s] <= 0 {
			delete(w.secrets, s)
		}
	}
}

// records are the identities that records of a family may have.
func (w *Watch) records(id familyID) []state.ID {
	if id == accessFamily() {
		return w.access.ids
	}
	out := make([]state.ID, 0, 2)
	for _, kind := range id.kinds() {
		out = append(out, state.ID{Kind: kind, ID: id.id})
	}
	return out
}

func shownOf(all []foreign) []plan.Unmanaged {
	out := make([]plan.Unmanaged, 0, len(all))
	for i := range all {
		out = append(out, all[i].shown)
	}
	return out
}
