package apply_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestUndoLeavesWhatOthersRelyOn lets others write random keys that keep every
// law of the layout, to whatever is there, in the middle of an apply and of its
// undoing. All that they wrote is there in the end, no law is broken, what could
// not be undone is named, and is still ours.
func TestUndoLeavesWhatOthersRelyOn(t *testing.T) {
	t.Parallel()
	named := 0
	for seed := range uint64(60 / stride()) {
		limits := narrow()
		if seed%4 == 3 {
			limits.MaxRequestBytes = 3 << 10 // an object is more than a request holds
		}
		// A test of its own, so that its server ends with it.
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			named += undoneBesides(t, rand.New(rand.NewPCG(seed, 7)), seed, limits)
		})
	}
	if named == 0 && !testing.Short() {
		t.Error("nothing was ever left")
	}
}

// undoneBesides returns how many keys were left.
func undoneBesides(t *testing.T, r *rand.Rand, seed uint64, limits kv.Limits) int {
	t.Helper()
	w := newTown(t)
	w.client = w.connect(t, limits)
	w.faults.Store = w.client
	n := normal(t, nettest.Network(nettest.Size{Cores: 7, Entries: 10, Routes: 13, Users: 13}))
	// The plan binds an Entry to its own Core again, after which others remove theirs.
	const binding, core = "/sigilgate/topology/bindings/10.1.0.1/core", "10.9.9.9"
	w.Put(t, "/sigilgate/nodes/"+core+"/role", "core")
	w.Put(t, binding, core)
	p := w.plan(t, w.client, n)
	before, wrote := broken(w.content(t)), map[string]string{}
	at := 3 + r.IntN(7)
	stop := at + 1 + r.IntN(3)
	failed := false
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		if n == at || failed && r.IntN(3) == 0 {
			for range 6 {
				maps.Copy(wrote, w.idea(t, r))
			}
			w.daily(t)
			w.lose(t, "/sigilgate/nodes/"+core+"/role")
		}
		if n >= stop && !failed {
			failed = true
			return errors.New("no")
		}
		return nil
	}
	_, err := apply.Run(t.Context(), w.faults, p, w.options("second"))
	when := fmt.Sprintf("seed %d, written before commit %d, undone from %d", seed, at, stop)
	var left []state.Left
	var back *apply.RolledBack
	switch {
	case errors.As(err, &back):
		left = back.Left
	case errors.As(err, new(*apply.Stopped)):
		w.unlock(t)
		done, err := apply.Recover(t.Context(), w.faults, nettest.Name, "/sigilgate/", w.options("recovery"))
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		left = done.Left
	}
	w.unharmed(t, when, wrote, before)
	w.stillOurs(t, when, left)
	return len(left)
}

// stillOurs checks that what an undoing left has a record, or is a key of an
// object that has one.
func (w *town) stillOurs(t *testing.T, when string, left []state.Left) {
	t.Helper()
	_, st := w.view(t, w.client)
	now := w.content(t)
	for _, left := range left {
		if left.Why == "" {
			t.Errorf("%s: nothing says why %s was left", when, left.Key)
		}
	}
	counter, _ := w.Get(t, "/sigilgate/counters/user_id")
	for _, key := range slices.Sorted(maps.Keys(now)) {
		p := strings.Split(strings.TrimPrefix(key, "/sigilgate/"), "/")
		if id, err := strconv.Atoi(p[1]); err == nil && p[0] == "users" && id < 900 {
			if highest, err := strconv.Atoi(counter.Value); err != nil || highest < id {
				t.Errorf("%s: user %d is there, and the counter says %q", when, id, counter.Value)
			}
		}
		if len(p) != 3 || p[0] != "nodes" || p[2] != "role" || strings.HasPrefix(p[1], "10.9.") {
			continue
		}
		if st.Address(state.ID{Kind: addr.Kind(now[key]), ID: p[1]}) == "" {
			t.Errorf("%s: node %s is nobody's", when, p[1])
		}
	}
}

// daily writes what Core nodes write all day, to every node and device.
func (w *town) daily(t *testing.T) {
	t.Helper()
	for key := range w.content(t) {
		prefix, name := key[:strings.LastIndexByte(key, '/')+1], key[strings.LastIndexByte(key, '/')+1:]
		switch name {
		case "role":
			if prefix == "/sigilgate/nodes/10.9.9.9/" {
				continue
			}
			w.Put(t, prefix+"health", "healthy")
		case "device":
			w.Put(t, prefix+"status_at", "2026-04-19T13:00:00Z")
		}
	}
}

// lose removes a key of others, unless that breaks a law.
func (w *town) lose(t *testing.T, key string) {
	t.Helper()
	now := w.content(t)
	next := maps.Clone(now)
	delete(next, key)
	already := broken(now)
	for b := range broken(next) {
		if !already[b] {
			return
		}
	}
	w.Delete(t, key)
}

// TestUndoLeavesWhatADeviceStandsOn: a user gets a Core, others give it a device
// there, and the apply is undone: the Core stays the user's.
func TestUndoLeavesWhatADeviceStandsOn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	const user, device, uuid = "/sigilgate/users/1/", "/sigilgate/users/1/devices/7ba7b810-9dad-41d1-80b4-00000fa9ee7c/", "7ba7b810-9dad-41d1-80b4-00000fa9ee7c"
	n := newNetwork(t)
	core := ""
	for i := range n.Cores {
		if _, has := w.Get(t, user+"core_nodes/"+n.Cores[i].IP.Value); !has {
			core = n.Cores[i].IP.Value
			n.Users[0].CoreNodes.To = append(n.Users[0].CoreNodes.To, n.Cores[i].Addr)
			break
		}
	}
	p := w.plan(t, w.client, n)
	gave := false
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		if _, has := w.Get(t, user+"core_nodes/"+core); has && !gave {
			gave = true
			w.Put(t, device+"device", "theirs")
			w.Put(t, device+"core_node", core)
			w.Put(t, "/sigilgate/routes/"+uuid+"/core_ip", core)
			return errors.New("no")
		}
		return nil
	}
	before := broken(w.content(t))
	_, err := apply.Run(t.Context(), w.faults, p, w.options("second"))
	var back *apply.RolledBack
	if !gave || !errors.As(err, &back) {
		t.Fatalf("given: %v, %v", gave, err)
	}
	w.unharmed(t, "undone", map[string]string{device + "core_node": core}, before)
	if !slices.ContainsFunc(back.Left, func(l state.Left) bool { return l.Key == user+"core_nodes/"+core && strings.Contains(l.Why, device) }) {
		t.Errorf("it is not named: %+v", back.Left)
	}
}
