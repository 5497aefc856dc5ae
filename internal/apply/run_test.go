package apply_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

func TestWritesAllAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.change(t, "one", "eu")
	p.Secrets = map[string]string{"/sigilgate/users/1/credential": "the old hash"}
	p.Changes[0].Fields = append(p.Changes[0].Fields, plan.FieldChange{
		Name: "credential", Key: "/sigilgate/users/1/credential", Action: plan.Update,
		Old: &plan.Value{Sensitive: true, Fingerprint: "aa", Text: "the old hash"}, New: &plan.Value{Sensitive: true, Fingerprint: "bb"},
	})
	before := w.Revision(t)
	r := w.applied(t, p, "apply-1")
	if r.Serial != 1 || r.Revision != before+1 || r.Writes != 5 || r.Guards != 4 || r.Bytes == 0 || r.Resolved {
		t.Errorf("got %+v", r)
	}
	for _, key := range append(w.Keys(t, prefix), w.Keys(t, state.Root)...) {
		if e, _ := w.Get(t, key); e.ModRevision != r.Revision {
			t.Errorf("%s is of revision %d", key, e.ModRevision)
		}
	}
	o := options("apply-1")
	want := state.Head{
		Format: 1, Network: network, Prefix: prefix, ClusterID: w.client.ClusterID(), Generation: "g1", Serial: 1, Time: o.Now,
		Actor: "alice", Apply: "apply-1", Commit: "c0ffee", ConfigDigest: "digest of one",
	}
	if diff := cmp.Diff(want, w.head(t)); diff != "" {
		t.Error(diff)
	}
	checkHistory(t, w)
	if r := w.applied(t, w.change(t, "two", "us"), "apply-2"); r.Serial != 2 || w.value(t) != "us" || w.head(t).Serial != 2 {
		t.Errorf("got %+v", r)
	}
}

func checkHistory(t *testing.T, w *world) {
	t.Helper()
	e, _ := w.Get(t, layout().History(1))
	h, err := state.DecodeHistory(e.Value, nil)
	if err != nil {
		t.Fatal(err)
	}
	if h.Serial != 1 || h.Apply != "apply-1" || h.Intent != "one" || h.Counts.Update != 1 || h.Changes[0].Address != "core.ams" || h.Changes[0].Fields[0].New.Text != "eu" {
		t.Errorf("got %+v", h)
	}
	if strings.Contains(fmt.Sprintf("%+v %+v", h.Changes[0].Fields[1].Old, h), "the old hash") {
		t.Error("the history holds a secret")
	}
	if e, _ := w.Get(t, layout().HistorySecret(1)); e.Value != `{"/sigilgate/users/1/credential":{"text":"the old hash"}}` {
		t.Errorf("got %q", e.Value)
	}
}

func TestNothingToDoWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied(t, w.change(t, "one", "eu"), "apply-1")
	p := w.change(t, "none", "eu")
	p.Data, p.State = nil, nil
	before := w.Revision(t)
	r, err := apply.Run(t.Context(), w.faults, p, options("apply-2"))
	if err != nil || r.Serial != 1 || r.Revision != p.Revision || r.Writes != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
	if w.Revision(t) != before || w.faults.Commits() != 0 {
		t.Error("something was written")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		spoil  func(w *world, p *plan.Plan)
		reason failure.Code
		texts  []string
	}{
		{"conflicts", func(_ *world, p *plan.Plan) { p.Conflicts = []plan.Conflict{{Summary: "it is there"}} }, failure.PlanConflicts, []string{"it is there"}},
		{"cluster", func(_ *world, p *plan.Plan) { p.ClusterID = "0123456789abcdef" }, failure.OtherCluster, []string{"0123456789abcdef"}},
		{"prefix", func(_ *world, p *plan.Plan) { p.Prefix = "/elsewhere/" }, failure.OtherNetwork, []string{"/elsewhere/", prefix}},
		{"generation", func(_ *world, p *plan.Plan) { p.Generation = "g2" }, failure.OtherGeneration, []string{"g1", "g2"}},
		{"first apply", func(_ *world, p *plan.Plan) { p.Serial, p.HeadRevision = 0, 0 }, failure.HeadMoved, []string{"serial 1", "alice", "2026-11-23T12:00:00Z"}},
		{"later serial", func(_ *world, p *plan.Plan) { p.Serial++ }, failure.Restored, []string{"serial 2"}},
		{"head touched", func(_ *world, p *plan.Plan) { p.HeadRevision-- }, failure.HeadMoved, nil},
		{"head was newer", func(_ *world, p *plan.Plan) { p.HeadRevision++ }, failure.Restored, []string{"serial 1"}},
		{"another apply of the serial", func(_ *world, p *plan.Plan) { p.HeadApply = "apply-0" }, failure.Restored, []string{"apply-0"}},
		{"cluster was newer", func(_ *world, p *plan.Plan) { p.Revision++ }, failure.Restored, []string{"revision"}},
		{"other name", func(_ *world, p *plan.Plan) { p.Network = "unknown" }, failure.StateGone, []string{"unknown"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.applied(t, w.change(t, "one", "eu"), "apply-1")
			p := w.change(t, "two", "us")
			test.spoil(w, p)
			before := w.Revision(t)
			_, err := apply.Run(t.Context(), w.faults, p, options("apply-2"))
			e := as[*apply.Refused](t, err)
			if e.Reason != test.reason || e.Summary == "" || e.Hint == "" {
				t.Errorf("got %+v", e)
			}
			for _, text := range test.texts {
				if !strings.Contains(e.Error(), text) {
					t.Errorf("%q is missing", text)
				}
			}
			if w.Revision(t) != before || w.faults.Commits() != 0 {
				t.Error("something was sent")
			}
		})
	}
}

func TestAppliedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied(t, w.change(t, "one", "eu"), "apply-1")
	p := w.change(t, "two", "us")
	w.applied(t, p, "apply-2")
	_, err := apply.Run(t.Context(), w.client, p, options("apply-3"))
	if e := as[*apply.Refused](t, err); e.Reason != failure.AppliedAlready || !strings.Contains(e.Error(), "serial 2") || e.Head.Apply != "apply-2" {
		t.Errorf("got %+v", e)
	}
	// Also when others applied since.
	w.applied(t, w.change(t, "three", "asia"), "apply-4")
	_, err = apply.Run(t.Context(), w.client, p, options("apply-5"))
	if e := as[*apply.Refused](t, err); e.Reason != failure.AppliedAlready || !strings.Contains(e.Error(), "serial 3") {
		t.Errorf("got %+v", e)
	}
	if w.value(t) != "asia" {
		t.Errorf("the value is %q", w.value(t))
	}
}

func TestRejectionNamesWhatMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied(t, w.change(t, "one", "eu"), "apply-1")
	p := w.change(t, "two", "us")
	key, planned := p.Data[0].Key, p.Guards[0].Revision
	p.Guards = append(p.Guards,
		kv.Guard{Kind: kv.Empty, Key: "/sigilgate/nodes/10.0.0.1/settings/"}, kv.Guard{Kind: kv.Exists, Key: "/sigilgate/users/9/username", Revision: 7})
	p.Changes = append(p.Changes, plan.Change{Address: "user.bob", Kind: addr.User, ID: "9", Action: plan.Delete})
	p.Guards = append(p.Guards, kv.Guard{Kind: kv.NotAfter, Key: "/sigilgate/users/9/devices/", Revision: p.Revision}, kv.Guard{Kind: kv.Empty, Key: "/sigilgate/cells/"})
	moved := w.Put(t, key, "someone else's")
	record := w.Put(t, p.Guards[1].Key, "{ }")
	device := w.Put(t, "/sigilgate/users/9/devices/d/device", "phone")
	cell := w.Put(t, "/sigilgate/cells/c.example/status", "active")
	added := w.Put(t, "/sigilgate/nodes/10.0.0.1/settings/mtu", "1400")
	_, err := apply.Run(t.Context(), w.client, p, options("apply-2"))
	e := as[*apply.Rejected](t, err)
	want := []apply.Moved{
		{Moved: kv.Moved{Guard: p.Guards[0], Key: key, Found: moved}, Address: "core.ams"},
		{Moved: kv.Moved{Guard: p.Guards[1], Key: layout().Record(addr.Core, "10.0.0.1"), Found: record}, Address: "core.ams"},
		{Moved: kv.Moved{Guard: p.Guards[2], Key: "/sigilgate/nodes/10.0.0.1/settings/mtu", Found: added}, Address: "core.ams"},
		{Moved: kv.Moved{Guard: p.Guards[3], Key: "/sigilgate/users/9/username"}, Address: "user.bob"},
		{Moved: kv.Moved{Guard: p.Guards[4], Key: "/sigilgate/users/9/devices/d/device", Found: device}, Address: "user.bob"},
		{Moved: kv.Moved{Guard: p.Guards[5], Key: "/sigilgate/cells/c.example/status", Found: cell}},
	}
	if diff := cmp.Diff(want, e.Moved); diff != "" || want[0].Guard.Revision != planned {
		t.Error(diff)
	}
	if w.value(t) != "someone else's" || w.head(t).Serial != 1 || w.Revision(t) != added {
		t.Error("something was written")
	}
}

func TestHeadMovesBetweenCheckAndCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied(t, w.change(t, "one", "eu"), "apply-1")
	p := w.change(t, "two", "us")
	w.faults.BeforeCommit = func(int, kv.Txn) error {
		w.applied(t, w.change(t, "three", "asia"), "apply-3")
		return nil
	}
	_, err := apply.Run(t.Context(), w.faults, p, options("apply-2"))
	if e := as[*apply.Refused](t, err); e.Reason != failure.HeadMoved || e.Head.Apply != "apply-3" {
		t.Errorf("got %+v", e)
	}
	if w.value(t) != "asia" {
		t.Error("it was overwritten")
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.change(t, "one", strings.Repeat("x", 2<<20))
	before := w.Revision(t)
	_, err := apply.Run(t.Context(), w.client, p, options("apply-1"))
	if e := as[*kv.TooLarge](t, err); e.Bytes < 2<<20 || w.Revision(t) != before {
		t.Errorf("got %+v", e)
	}
}

func TestThousandsOfWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.change(t, "one", "eu")
	for i := range 6_000 {
		key := fmt.Sprintf("%spaths/10.0.0.%d/field%d", prefix, i/100, i%100)
		p.Data = append(p.Data, kv.Op{Kind: kv.Put, Key: key, Value: "v"})
		p.Guards = append(p.Guards, kv.Guard{Kind: kv.Unmoved, Key: key})
	}
	if r := w.applied(t, p, "apply-1"); len(w.Keys(t, prefix)) != 6_001 || r.Revision != w.Revision(t) {
		t.Errorf("got %+v", r)
	}
}

func TestSameBytesForTheSameApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.change(t, "one", "eu")
	p.Secrets = map[string]string{"/b": "2", "/a": "1", "/c": "3"}
	first, err := apply.Transaction(p, "c", options("a"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := apply.Transaction(p, "c", options("a"))
	if err != nil || !cmp.Equal(first, second) {
		t.Errorf("%v\n%s", err, cmp.Diff(first, second))
	}
}

func TestInterruptedBeforeTheCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.change(t, "one", "eu")
	before := w.Revision(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.faults.BeforeCommit = func(int, kv.Txn) error { cancel(); return nil }
	if _, err := apply.Run(ctx, w.faults, p, options("apply-1")); err == nil || errors.As(err, new(*apply.Unknown)) {
		t.Errorf("got %v", err)
	}
	if w.Revision(t) != before {
		t.Error("something was written")
	}
}

func TestDamagedHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied(t, w.change(t, "one", "eu"), "apply-1")
	p := w.change(t, "two", "us")
	p.HeadRevision = w.Put(t, layout().Head(), "{")
	_, err := apply.Run(t.Context(), w.client, p, options("apply-2"))
	if e := as[*state.Damaged](t, err); e.Key != layout().Head() {
		t.Errorf("got %+v", e)
	}
}
