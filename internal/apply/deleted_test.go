package apply_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/laws"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
)

// TestOthersWriteToWhatIsDeleted lets others write random keys that keep every
// law of the layout, between plan and apply, and before any commit of an apply
// in several transactions, while the plan deletes random objects. Either it is
// refused and names what they wrote, or all that they wrote is there. In
// neither case is a law broken.
func TestOthersWriteToWhatIsDeleted(t *testing.T) {
	t.Parallel()
	refused, done := 0, 0
	for seed := range uint64(60 / stride()) {
		for _, limits := range []kv.Limits{kv.DefaultLimits(), narrow()} {
			if othersWrite(t, rand.New(rand.NewPCG(seed, 1)), limits) {
				done++
			} else {
				refused++
			}
		}
	}
	t.Logf("%d were refused, %d were done", refused, done)
	if (refused == 0 || done == 0) && !testing.Short() {
		t.Error("only one of the two happens")
	}
}

// othersWrite reports whether the apply was done.
func othersWrite(t *testing.T, r *rand.Rand, limits kv.Limits) bool {
	t.Helper()
	w := newTown(t)
	w.faults.Store = w.connect(t, limits)
	p := w.plan(t, w.client, shrunk(t, r))
	before := broken(w.content(t))
	wrote := map[string]string{}
	others := func() {
		for range 8 {
			maps.Copy(wrote, w.idea(t, r))
		}
	}
	at := 0
	if limits == narrow() {
		at = r.IntN(14)
	}
	w.faults.BeforeCommit = func(n int, _ kv.Txn) error {
		if n == at {
			others()
		}
		return nil
	}
	if at == 0 {
		others()
	}
	_, err := apply.Run(t.Context(), w.faults, p, w.options("second"))
	when := fmt.Sprintf("written before commit %d, %v", at, err)
	w.unharmed(t, when, wrote, before)
	if err != nil {
		namesOnly(t, err, wrote)
	}
	return err == nil
}

// unharmed checks that what others wrote is there, and that no law is broken.
func (w *town) unharmed(t *testing.T, when string, wrote map[string]string, before map[laws.Broken]bool) {
	t.Helper()
	now := w.content(t)
	for _, key := range slices.Sorted(maps.Keys(wrote)) {
		if value, there := now[key]; !there || value != wrote[key] {
			t.Errorf("%s: %s was %q, and is %q, there: %v", when, key, wrote[key], value, there)
		}
	}
	for b := range broken(now) {
		if !before[b] {
			t.Errorf("%s: %s; they wrote %q", when, b, wrote)
		}
	}
}

// namesOnly checks that an apply was refused for what others wrote.
func namesOnly(t *testing.T, err error, wrote map[string]string) {
	t.Helper()
	rejected := as[*apply.Rejected](t, err)
	if len(rejected.Moved) == 0 {
		t.Errorf("it names nothing: %v", err)
	}
	for _, m := range rejected.Moved {
		if _, theirs := wrote[m.Key]; !theirs {
			t.Errorf("refused for %+v, which they did not write", m)
		}
	}
}

// shrunk is the town's network without some of its objects, and with some
// values changed.
func shrunk(t *testing.T, r *rand.Rand) *model.Network {
	t.Helper()
	cores, entries := 4+r.IntN(2), 5+r.IntN(4)
	n := nettest.Network(nettest.Size{Cores: cores, Entries: entries, Routes: entries, Users: 5 + r.IntN(5)})
	for i := range n.Cores {
		n.Cores[i].Region = model.Text{Value: "moved", Named: true}
	}
	return normal(t, n)
}

func broken(content map[string]string) map[laws.Broken]bool {
	out := map[laws.Broken]bool{}
	for _, b := range laws.Check(content, "/sigilgate/") {
		out[b] = true
	}
	return out
}

// idea is what others write at once: to an object that is there, or a reference
// to one. What would break a law is given up.
func (w *town) idea(t *testing.T, r *rand.Rand) map[string]string {
	t.Helper()
	now := w.content(t)
	pick := func(space string, role string) string {
		var ids []string
		for key, value := range now {
			p := strings.Split(strings.TrimPrefix(key, "/sigilgate/"), "/")
			if len(p) == 3 && p[0] == space && p[2] == map[string]string{"nodes": "role", "users": "username", "cells": "status"}[space] && (role == "" || value == role) {
				ids = append(ids, p[1])
			}
		}
		if len(ids) == 0 {
			return "none"
		}
		slices.Sort(ids)
		return ids[r.IntN(len(ids))]
	}
	core, entry, user := pick("nodes", "core"), pick("nodes", "entry"), pick("users", "")
	uuid := fmt.Sprintf("7ba7b810-9dad-41d1-80b4-%012x", r.IntN(1<<30))
	device := "users/" + user + "/devices/" + uuid + "/"
	ideas := []map[string]string{
		{"nodes/" + core + "/settings/theirs": "x"},
		{"nodes/" + entry + "/settings/theirs": "x"},
		{"nodes/" + core + "/agent/state": "x"},
		{"nodes/" + entry + "/status": "inactive"},
		{"users/" + user + "/status": "archived"},
		{"users/" + user + "/access/theirs": ""},
		{"users/" + user + "/core_nodes/" + core: ""},
		{"topology/bindings/" + entry + "/core": core},
		{"paths/" + entry + "/" + core + "/status": "active", "paths/" + entry + "/" + core + "/tls/sni": "theirs.example.net"},
		{"users/900/username": "theirs", "users/900/core_nodes/" + core: "", "users/900/status": "active"},
		{"users/" + user + "/core_nodes/" + core: "", device + "device": "theirs", device + "core_node": core, device + "status": "active", "routes/" + uuid + "/core_ip": core, "routes/" + uuid + "/status": "active"},
		{"nodes/10.9.0.1/role": "entry", "topology/bindings/10.9.0.1/core": core},
		{"nodes/10.9.0.2/role": "core", "topology/links/10.9.0.2/" + core: "", "topology/links/" + core + "/10.9.0.2": ""},
		{"nodes/10.9.0.3/role": "core", "nodes/10.9.0.3/cell_domain": pick("cells", "")},
	}
	next, wrote := maps.Clone(now), map[string]string{}
	for key, value := range ideas[r.IntN(len(ideas))] {
		next["/sigilgate/"+key], wrote["/sigilgate/"+key] = value, value
	}
	already := broken(now)
	for b := range broken(next) {
		if !already[b] {
			return nil
		}
	}
	for key, value := range wrote {
		w.Put(t, key, value)
	}
	return wrote
}
