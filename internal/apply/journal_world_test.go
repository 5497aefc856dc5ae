package apply_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// narrow are limits that make a journal of any change worth one.
func narrow() kv.Limits { return kv.Limits{MaxTxnOps: 128, MaxRequestBytes: 6 << 10} }

// town is a network on a real server, with the change from the old form to the
// new one still to be made, and neighbours that nothing may touch.
type town struct {
	etcdtest.Verbs
	client *etcd.Client
	faults *etcdtest.Faults
	before map[string]string
	others []kv.Entry
	ids    int
	// config is how the town's clients connect.
	config etcd.Config
}

// newTown applies the old network. Clients are narrow from then on.
func newTown(t *testing.T) *town {
	t.Helper()
	s := etcdtest.Start(t)
	return newTownOn(t, s.Verbs, etcd.Config{Endpoints: []string{s.Endpoint()}})
}

// newTownOn is a town on servers that are there already.
func newTownOn(t *testing.T, v etcdtest.Verbs, c etcd.Config) *town {
	t.Helper()
	w := &town{Verbs: v, config: c}
	w.client = w.connect(t, kv.DefaultLimits())
	for i := range 5 {
		w.Put(t, fmt.Sprintf("/sigilgate/api_tokens/%d", i), "token\xff\x00")
		w.Put(t, fmt.Sprintf("/other/%d", i), "other's")
		w.Put(t, fmt.Sprintf("/sigilform/v1/elsewhere/objects/core/10.9.9.%d", i), "{}")
	}
	w.others = w.neighbours(t)
	if _, err := apply.Run(t.Context(), w.client, w.plan(t, w.client, oldNetwork(t)), w.options("first")); err != nil {
		t.Fatal(err)
	}
	// Core nodes write here all day, also below what the change deletes.
	for i := range 8 {
		w.Put(t, fmt.Sprintf("/sigilgate/nodes/10.1.0.%d/health", i+1), "healthy")
	}
	w.before = w.content(t)
	w.client = w.connect(t, narrow())
	w.faults = &etcdtest.Faults{Store: w.client}
	return w
}

func (w *town) connect(t *testing.T, l kv.Limits) *etcd.Client {
	t.Helper()
	config := w.config
	config.Limits = l
	c, err := etcd.Connect(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func oldNetwork(t *testing.T) *model.Network {
	t.Helper()
	return normal(t, nettest.Network(nettest.Size{Cores: 5, Entries: 8, Routes: 10, Users: 9}))
}

// newNetwork loses Entries, routes and users, gains a Core and a link, and
// changes values.
func newNetwork(t *testing.T) *model.Network {
	t.Helper()
	n := nettest.Network(nettest.Size{Cores: 6, Entries: 7, Routes: 8, Users: 7})
	for i := range n.Cores {
		n.Cores[i].Region = model.Text{Value: "moved", Named: true}
	}
	for i := range n.Users {
		n.Users[i].Access.Values = append(n.Users[i].Access.Values, "more")
	}
	return normal(t, n)
}

func normal(t *testing.T, n *model.Network) *model.Network {
	t.Helper()
	if l := append(n.Normalize(), n.Validate()...); l.HasErrors() {
		t.Fatal(l.Err())
	}
	return n
}

// plan plans a network on what the server holds.
func (w *town) plan(t *testing.T, s apply.Store, n *model.Network) *plan.Plan {
	t.Helper()
	snapshot, st := w.view(t, s)
	w.ids += 1000
	p, l := plan.Make(plan.Input{
		Network: n, Snapshot: snapshot, State: st, Mode: plan.ModeApply, IDs: &numbers{n: w.ids}, Now: options("").Now, Tool: "test",
	})
	if l.HasErrors() || len(p.Conflicts) > 0 {
		t.Fatalf("%v %+v", l.Err(), p.Conflicts)
	}
	return p
}

func (w *town) view(t *testing.T, s apply.Store) (*kv.Snapshot, *state.State) {
	t.Helper()
	layout := keys.NewLayout(schema.Network(), "/sigilgate/")
	snapshot, err := s.Scan(t.Context(), 0, append(append(layout.ReadPrefixes(), layout.UserIDCounter(), state.NetworksPrefix), state.NewLayout(nettest.Name).Base())...)
	if err != nil {
		t.Fatal(err)
	}
	st, err := state.Decode(snapshot, nettest.Name)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot, st
}

// options are of a run with a lock of the town's own client.
func (w *town) options(id string) apply.Options {
	o := options(id)
	o.Owner, o.Command = "owner of "+id, "sigilform apply"
	o.Lock = locker(w.client, id)
	return o
}

func locker(c *etcd.Client, id string) apply.Locker {
	return func(ctx context.Context) (apply.Held, error) {
		return c.Lock(ctx, state.NewLayout(nettest.Name).Lock(), `{"id":"`+id+`"}`, 10*time.Second)
	}
}

// content is the network's keys and their records, but for stamps.
func (w *town) content(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, e := range append(w.Entries(t, "/sigilgate/"), w.Entries(t, state.NewLayout(nettest.Name).ObjectsPrefix())...) {
		out[e.Key] = e.Value
	}
	return out
}

// steps is how many steps the journal has, 0 where there is none.
func (w *town) steps(t *testing.T) int {
	t.Helper()
	e, ok := w.Get(t, state.NewLayout(nettest.Name).Journal())
	if !ok {
		return 0
	}
	j, err := state.DecodeJournal(e.Value)
	if err != nil {
		t.Error(err)
		return 0
	}
	return len(j.Steps)
}

func (w *town) neighbours(t *testing.T) []kv.Entry {
	t.Helper()
	return slices.Concat(w.Entries(t, "/sigilgate/api_tokens/"), w.Entries(t, "/other/"), w.Entries(t, "/sigilform/v1/elsewhere/"))
}

// unlock breaks the lock that a killed process left.
func (w *town) unlock(t *testing.T) {
	t.Helper()
	if e, ok := w.Get(t, state.NewLayout(nettest.Name).Lock()); ok {
		if _, err := w.client.BreakLock(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

// isOld and isNew check that the network is all of one kind.
func (w *town) isOld(t *testing.T) {
	t.Helper()
	w.sound(t, 1)
	if diff := cmp.Diff(w.before, w.content(t)); diff != "" {
		t.Errorf("the network is not as it was:\n%s", diff)
	}
}

func (w *town) isNew(t *testing.T) {
	t.Helper()
	w.sound(t, 2)
	if p := w.plan(t, w.client, newNetwork(t)); p.HasChanges() {
		t.Errorf("there is still something to do: %+v", p.Changes)
	}
	if h := w.history(t, 2); h.Serial != 2 || len(h.Changes) == 0 {
		t.Errorf("the history says %+v", h)
	}
}

func (w *town) history(t *testing.T, serial int64) state.History {
	t.Helper()
	e, ok := w.Get(t, state.NewLayout(nettest.Name).History(serial))
	if !ok {
		t.Fatalf("there is no history of serial %d", serial)
	}
	h, err := state.DecodeHistory(e.Value, func(n int) (string, bool) {
		part, ok := w.Get(t, state.NewLayout(nettest.Name).HistoryPart(serial, n))
		return part.Value, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	if parts := w.Keys(t, state.NewLayout(nettest.Name).History(serial)+"/part/"); len(parts) != h.Parts {
		t.Errorf("the history has %d parts, and there are %q", h.Parts, parts)
	}
	return h
}

// sound checks what holds whatever happened.
func (w *town) sound(t *testing.T, serial int64) {
	t.Helper()
	if left := w.Keys(t, state.NewLayout(nettest.Name).JournalPrefix()); len(left) > 0 {
		t.Errorf("the journal is there: %q", left)
	}
	if diff := cmp.Diff(w.others, w.neighbours(t)); diff != "" {
		t.Errorf("others' keys changed:\n%s", diff)
	}
	snapshot, st := w.view(t, w.client)
	if st.Head == nil || st.Head.Serial != serial {
		t.Errorf("the head is %+v, want serial %d", st.Head, serial)
	}
	if r := drift.Detect(schema.Network(), snapshot, st, nil); r.Drifted() {
		t.Errorf("state and data disagree: %+v", r.Objects)
	}
	if _, ok := w.Get(t, state.NewLayout(nettest.Name).History(serial+1)); ok {
		t.Error("the history is ahead of the head")
	}
	for _, key := range w.Keys(t, state.Root) {
		if strings.Contains(key, "/refuse/") {
			t.Errorf("%s is there", key)
		}
	}
}

// numbers is a source of ids that starts where it is told.
type numbers struct{ n int }

func (c *numbers) next(format string) string {
	c.n++
	return fmt.Sprintf(format, c.n)
}

func (c *numbers) UUID() string        { return c.next("00000000-0000-4000-8000-%012x") }
func (c *numbers) ServiceName() string { return c.next("api.v2.rpc.%016x") }
func (c *numbers) Secret() string      { return c.next("%064x") }
func (c *numbers) Generation() string  { return c.next("%032x") }
