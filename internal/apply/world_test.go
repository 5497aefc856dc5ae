package apply_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

const network, prefix = "main", "/sigilgate/"

// world is a real server with a client, and faults between it and the apply.
type world struct {
	*etcdtest.Server
	client *etcd.Client
	faults *etcdtest.Faults
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := etcdtest.Start(t)
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &world{Server: s, client: c, faults: &etcdtest.Faults{Store: c}}
}

func layout() state.Layout { return state.NewLayout(network) }

// change is a plan that sets one field of a node from what the server holds now.
func (w *world) change(t *testing.T, intent, value string) *plan.Plan {
	t.Helper()
	key := prefix + "nodes/10.0.0.1/region"
	p := &plan.Plan{
		Catalogue: schema.Network(),
		Tool:      "test", Mode: plan.ModeApply, ClusterID: w.client.ClusterID(), Network: network, Prefix: prefix, Generation: "g1",
		Revision: w.Revision(t), ConfigDigest: "digest of " + intent, Commit: "c0ffee", Intent: intent,
		Data:  []kv.Op{{Kind: kv.Put, Key: key, Value: value}},
		State: []kv.Op{{Kind: kv.Put, Key: layout().Record(addr.Core, "10.0.0.1"), Value: "{}"}},
	}
	old, _ := w.Get(t, key)
	record, _ := w.Get(t, layout().Record(addr.Core, "10.0.0.1"))
	p.Guards = []kv.Guard{
		{Kind: kv.Unmoved, Key: key, Revision: old.ModRevision},
		{Kind: kv.Unmoved, Key: layout().Record(addr.Core, "10.0.0.1"), Revision: record.ModRevision},
	}
	p.Changes = []plan.Change{{Address: "core.ams", Kind: addr.Core, ID: "10.0.0.1", Action: plan.Update, Fields: []plan.FieldChange{{
		Name: "region", Key: key, Action: plan.Update, Row: plan.RowUpdate, Old: &plan.Value{Text: old.Value}, New: &plan.Value{Text: value},
	}}}}
	if e, ok := w.Get(t, layout().Head()); ok {
		h, err := state.DecodeHead(e.Value)
		if err != nil {
			t.Fatal(err)
		}
		p.Serial, p.HeadRevision, p.Generation, p.HeadApply = h.Serial, e.ModRevision, h.Generation, h.Apply
	}
	return p
}

func options(id string) apply.Options {
	return apply.Options{
		Catalogue: schema.Network(),
		Actor:     "alice", Apply: id, Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

// applied carries out a plan that must succeed.
func (w *world) applied(t *testing.T, p *plan.Plan, id string) *apply.Result {
	t.Helper()
	r, err := apply.Run(t.Context(), w.client, p, options(id))
	if err != nil {
		t.Fatalf("apply: %v", err)
	}
	return r
}

func (w *world) value(t *testing.T) string {
	t.Helper()
	e, _ := w.Get(t, prefix+"nodes/10.0.0.1/region")
	return e.Value
}

func (w *world) head(t *testing.T) state.Head {
	t.Helper()
	e, ok := w.Get(t, layout().Head())
	if !ok {
		t.Fatal("there is no head")
	}
	h, err := state.DecodeHead(e.Value)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// as is the error as the type T, or the end of the test.
func as[T error](t *testing.T, err error) T {
	t.Helper()
	var e T
	if !errors.As(err, &e) {
		t.Fatalf("got %T: %v", err, err)
	}
	t.Log(e.Error())
	return e
}
