package apply_test

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// swappedNetwork is the old one with a Core and an Entry in each other's place:
// all that refers to either changes at once.
func swappedNetwork(t *testing.T) *model.Network {
	t.Helper()
	n := oldNetwork(t)
	n.Cores[0].IP, n.Entries[0].IP = n.Entries[0].IP, n.Cores[0].IP
	return normal(t, n)
}

// barerNetwork is the old one with much that is not declared any more, and a
// device at another user.
func barerNetwork(t *testing.T) *model.Network {
	t.Helper()
	n := oldNetwork(t)
	for i := range n.Cores {
		n.Cores[i].TLS, n.Cores[i].Region = model.TLS{}, model.Text{}
	}
	for i := range n.Entries {
		if i%2 == 0 {
			n.Entries[i].BoundTo, n.Entries[i].Status = model.Ref{}, model.Text{Value: model.Archived, Named: true}
		}
		n.Entries[i].Domain = model.Text{}
	}
	n.Routes = slices.DeleteFunc(n.Routes, func(r model.Route) bool {
		return slices.ContainsFunc(n.Entries, func(e model.Entry) bool { return e.Addr == r.Entry.To && e.Status.Named })
	})
	for i := range n.Users {
		u := &n.Users[i]
		u.Access, u.Credential = model.Words{}, model.Text{}
		if i%3 == 0 {
			u.Devices, u.CoreNodes = nil, model.Refs{}
		}
	}
	return normal(t, n)
}

// TestAbandonedAnywhereNothingIsOrphaned ends an apply after each of its
// commits, also between the parts of a unit that no request holds, and abandons
// it. The next apply, of the new files or of the old ones, ends with the keys
// that the network has without all that: nothing of ours is left to nobody.
func TestAbandonedAnywhereNothingIsOrphaned(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T) *model.Network{"swapped": swappedNetwork, "barer": barerNetwork, "smaller": newNetwork} {
		sizes := []int{5 << 10}
		if name == "swapped" {
			sizes = append(sizes, 12<<10)
		}
		for _, size := range sizes {
			t.Run(name+"/"+strconv.Itoa(size), func(t *testing.T) {
				t.Parallel()
				limits := kv.Limits{MaxTxnOps: 128, MaxRequestBytes: size}
				whole := newTown(t)
				before := spelled(t, whole)
				if _, err := apply.Run(t.Context(), whole.client, whole.plan(t, whole.client, change(t)), whole.options("whole")); err != nil {
					t.Fatal(err)
				}
				after := spelled(t, whole)
				for at := 2; ; at += stride() {
					w := newTown(t)
					w.faults.Store = w.connect(t, limits)
					ended := w.endedAt(t, at, change(t))
					if !ended {
						if at < 6 {
							t.Errorf("the apply has only %d commits", at)
						}
						return
					}
					w.client = w.connect(t, limits)
					next, want := change, after
					if at%2 == 0 {
						next, want = oldNetwork, before
					}
					w.abandonAndApply(t, next(t))
					if diff := cmp.Diff(want, spelled(t, w)); diff != "" {
						t.Errorf("after commit %d:\n%s", at, diff)
					}
				}
			})
		}
	}
}

// endedAt kills an apply before one of its commits; false where it came to its end.
func (w *town) endedAt(t *testing.T, at int, n *model.Network) bool {
	t.Helper()
	return w.endedWhen(t, func(commit int) bool { return commit >= at }, n)
}

// endedAfter kills an apply after so many steps.
func (w *town) endedAfter(t *testing.T, steps int, n *model.Network) {
	t.Helper()
	if !w.endedWhen(t, func(int) bool { return w.steps(t) >= steps }, n) {
		t.Fatal("the apply came to its end")
	}
	w.unlock(t)
}

func (w *town) endedWhen(t *testing.T, when func(commit int) bool, n *model.Network) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := false
	w.faults.BeforeCommit = func(commit int, _ kv.Txn) error {
		if !ended && !when(commit) {
			return nil
		}
		ended = true
		cancel()
		return context.Canceled
	}
	_, err := apply.Run(ctx, w.faults, w.plan(t, w.client, n), w.options("ended"))
	if (err == nil) == ended {
		t.Fatalf("ended %v: %v", ended, err)
	}
	return ended
}

// abandonAndApply abandons what there is to abandon, and applies twice: the
// second time there must be nothing to do.
func (w *town) abandonAndApply(t *testing.T, n *model.Network) {
	t.Helper()
	w.unlock(t)
	if _, err := apply.Abandon(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("abandon")); err != nil {
		t.Fatal(err)
	}
	if left := w.Keys(t, state.NewLayout(nettest.Name).JournalPrefix()); len(left) > 0 {
		t.Fatalf("the journal is there: %q", left)
	}
	if _, err := apply.Run(t.Context(), w.client, w.plan(t, w.client, n), w.options("next")); err != nil {
		t.Fatal(err)
	}
	if p := w.plan(t, w.client, n); p.HasChanges() {
		t.Errorf("there is still something to do: %+v", p.Changes)
	}
	snapshot, st := w.view(t, w.client)
	if r := drift.Detect(schema.Network(), snapshot, st, nil); r.Drifted() {
		t.Errorf("state and data disagree: %+v", r.Objects)
	}
	for serial := int64(1); serial <= st.Head.Serial; serial++ {
		w.history(t, serial)
	}
}

// chosen is what differs between two applies of the same files.
var chosen = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// spelled are the network's keys and their records, without what was chosen,
// and what others wrote below them. A user is spelled by its name.
func spelled(t *testing.T, w *town) []string {
	t.Helper()
	names := []string{}
	for _, e := range w.Entries(t, "/sigilgate/users/") {
		if id, ok := strings.CutSuffix(strings.TrimPrefix(e.Key, "/sigilgate/users/"), "/username"); ok {
			names = append(names, "/users/"+id+"/", "/users/"+e.Value+"/", "/objects/user/"+id+"/", "/objects/user/"+e.Value)
		}
	}
	byName := strings.NewReplacer(names...)
	var out []string
	for _, prefix := range []string{"/sigilgate/", state.NewLayout(nettest.Name).ObjectsPrefix()} {
		for _, key := range w.Keys(t, prefix) {
			if !strings.HasSuffix(key, "/health") {
				out = append(out, chosen.ReplaceAllString(byName.Replace(key+"/"), "*"))
			}
		}
	}
	slices.Sort(out)
	return out
}
