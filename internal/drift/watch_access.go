package drift

import (
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// accessFamily stands for all roles and users: they have no keys, and are
// compared together.
func accessFamily() familyID { return familyID{space: addr.ACL} }

// HasAccess reports whether roles or users were applied.
func (w *Watch) HasAccess() bool { return len(w.st.ACL) > 0 }

// AsksAccess reports whether roles and users have to be read anew, since an apply
// may have changed them. Until then nothing is said of them.
func (w *Watch) AsksAccess() bool { return w.asks && w.st.Journal == nil }

// Access takes the roles and users as they are now, nil where they can't be
// read, since etcd tells nobody when they change. It returns what began, changed
// or ended. In the middle of an apply with a journal nothing is said of them.
func (w *Watch) Access(live *kv.Auth, seen time.Time) []Event {
	w.auth = live
	w.asks = w.asks && w.st.Journal != nil
	return w.tell(append(w.compareAccess(), w.toldAccess()...), seen, false)
}

// compareAccess compares all roles and users, and returns those of which it may
// now hold something else.
func (w *Watch) compareAccess() []state.ID {
	before := w.access.ids
	for _, id := range before {
		w.drifted.set(id, nil)
	}
	w.access = access{}
	if w.auth != nil {
		changes, objects, fields := plan.CompareAccess(w.st, w.auth)
		w.access.objects, w.access.fields = objects, fields
		for i := range changes {
			id := state.ID{Kind: changes[i].Kind, ID: changes[i].ID}
			w.drifted.set(id, &changes[i])
			w.access.ids = append(w.access.ids, id)
		}
	}
	return append(before, w.access.ids...)
}

// toldAccess are the roles and users of which someone was told.
func (w *Watch) toldAccess() (out []state.ID) {
	for id := range w.told {
		if state.IsACL(id.Kind) {
			out = append(out, id)
		}
	}
	return out
}
