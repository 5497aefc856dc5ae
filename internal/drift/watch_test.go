package drift_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// store is a cluster as a map, with revisions.
type store struct {
	revision int64
	entries  map[string]kv.Entry
}

func (s *store) snapshot() *kv.Snapshot {
	out := &kv.Snapshot{ClusterID: "c", Revision: s.revision}
	for _, key := range slices.Sorted(maps.Keys(s.entries)) {
		out.Entries = append(out.Entries, s.entries[key])
	}
	return out
}

// write is one transaction: nil removes a key.
func (s *store) write(values map[string]*string) kv.Batch {
	s.revision++
	b := kv.Batch{Revision: s.revision}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		value, old := values[key], s.entries[key]
		if value == nil {
			if old.Key == "" {
				continue
			}
			delete(s.entries, key)
			b.Events = append(b.Events, kv.Event{Entry: kv.Entry{Key: key, ModRevision: s.revision}, Deleted: true})
			continue
		}
		e := kv.Entry{Key: key, Value: *value, CreateRevision: old.CreateRevision, ModRevision: s.revision}
		if old.Key == "" {
			e.CreateRevision = s.revision
		}
		s.entries[key] = e
		b.Events = append(b.Events, kv.Event{Entry: e})
	}
	return b
}

const (
	head    = "/sigilform/v1/prod/head"
	journal = "/sigilform/v1/prod/journal/head"
	second  = "7ba7b810-9dad-41d1-80b4-00c04fd430c8"
)

func encoded[T any](t interface{ Fatal(...any) }, encode func(T) (string, error), value T) *string {
	text, err := encode(value)
	if err != nil {
		t.Fatal(err)
	}
	return &text
}

func headOf(t interface{ Fatal(...any) }, serial int64) *string {
	return encoded(t, state.EncodeHead, state.Head{
		Format: 1, Network: "prod", Prefix: "/sigilgate/", Serial: serial, Actor: "olga", Time: time.Unix(serial, 0).UTC(),
		Apply: fmt.Sprint("apply-", serial), Generation: "g",
	})
}

func journalOf(t interface{ Fatal(...any) }, moves int) *string {
	return encoded(t, state.EncodeJournal, &state.Journal{
		Format: 1, Apply: "next", Serial: 9, Owner: "o", Actor: "olga", Phase: state.Applying, Moves: moves,
	})
}

// universe are keys of few objects, so that histories meet: known and unknown
// fields, remains, a UUID of two users, others' objects, stray keys.
func universe() []string {
	var out []string
	for _, node := range []string{"192.0.2.1", "192.0.2.2"} {
		for _, f := range []string{"role", "status", "region", "health", "core_service_name", "odd"} {
			out = append(out, "/sigilgate/nodes/"+node+"/"+f)
		}
		out = append(out, "/sigilgate/topology/links/"+node+"/192.0.2.9", "/sigilgate/topology/links/"+node+"/192.0.2.2",
			"/sigilgate/topology/bindings/"+node+"/core", "/sigilgate/paths/"+node+"/192.0.2.2/weight")
	}
	for _, user := range []string{"4", "9"} {
		out = append(out, "/sigilgate/users/"+user+"/username", "/sigilgate/users/"+user+"/credential", "/sigilgate/users/"+user+"/status")
		for _, d := range []string{device, second} {
			for _, f := range []string{"device", "core_node", "status"} {
				out = append(out, "/sigilgate/users/"+user+"/devices/"+d+"/"+f)
			}
		}
	}
	for _, d := range []string{device, second} {
		out = append(out, "/sigilgate/routes/"+d+"/core_ip", "/sigilgate/routes/"+d+"/status")
	}
	return append(out, "/sigilgate/cells/a.example/domain", "/sigilgate/counters/user_id", "/sigilgate/stray", "/sigilform/v1/other/head")
}

func anyRecord(t *rapid.T) (key string, value *string) {
	ids := []state.ID{
		{Kind: addr.Core, ID: "192.0.2.1"},
		{Kind: addr.Entry, ID: "192.0.2.1"},
		{Kind: addr.Core, ID: "192.0.2.2"},
		{Kind: addr.User, ID: "4"},
		{Kind: addr.Device, ID: device},
		{Kind: addr.Device, ID: second},
		{Kind: addr.Route, ID: "192.0.2.1/192.0.2.2"},
		{Kind: addr.ACLRole, ID: "reader"},
	}
	id := rapid.SampledFrom(ids).Draw(t, "record")
	key = "/sigilform/v1/prod/objects/" + string(id.Kind) + "/" + id.ID
	if rapid.IntRange(0, 3).Draw(t, "record goes") == 0 {
		return key, nil
	}
	word := rapid.SampledFrom([]string{"a", "b", "192.0.2.2"})
	r := &state.Record{Address: string(id.Kind) + "." + rapid.SampledFrom([]string{"x", "y"}).Draw(t, "name")}
	switch id.Kind {
	case addr.Core, addr.Entry:
		r.Declared = map[string]string{"region": word.Draw(t, "region")}
		r.Initial = map[string]string{"status": "active"}
		r.Sets = map[string][]string{"links": {"192.0.2.2"}}
	case addr.User:
		r.Declared = map[string]string{"username": word.Draw(t, "username")}
		r.Secret = map[string]string{"credential": state.Digest("k", "user/4/credential", "a")}
	case addr.Device:
		r.Parent = rapid.SampledFrom([]string{"4", "9"}).Draw(t, "owner")
		r.Address = "user.u.device[\"" + r.Address + "\"]"
		r.Declared = map[string]string{"name": word.Draw(t, "device"), "core": word.Draw(t, "core"), "status": "active"}
	default:
		r.Declared = map[string]string{"weight": word.Draw(t, "weight")}
	}
	return key, encoded(t, state.EncodeRecord, r)
}

// anyWrite is a foreign change, an apply, a step of an apply, or all at once.
func anyWrite(t *rapid.T) map[string]*string {
	out := map[string]*string{}
	words := []string{"a", "b", "core", "entry", "active", "192.0.2.2"}
	for range rapid.IntRange(0, 4).Draw(t, "writes") {
		key := rapid.SampledFrom(universe()).Draw(t, "key")
		out[key] = nil
		if v := rapid.IntRange(0, len(words)).Draw(t, "value"); v > 0 {
			out[key] = &words[v-1]
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "records") {
		key, value := anyRecord(t)
		out[key] = value
	}
	switch rapid.IntRange(0, 9).Draw(t, "own keys") {
	case 0:
		out[head] = headOf(t, rapid.Int64Range(1, 9).Draw(t, "serial"))
	case 1, 2:
		out[journal] = journalOf(t, rapid.IntRange(1, 9).Draw(t, "moves"))
	case 3:
		out[journal] = nil
	case 4:
		key := rapid.SampledFrom([]string{"k", "l"}).Draw(t, "digest key")
		out["/sigilform/v1/prod/digest_key"] = &key
	}
	return out
}

func decoded(t interface{ Fatal(...any) }, s *kv.Snapshot) *state.State {
	st, err := state.Decode(s, "prod")
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// told is what someone knows who has only heard the events.
type told map[string]plan.Change

func (k told) hear(t *rapid.T, events []drift.Event) {
	for i := range events {
		e := &events[i]
		id := string(e.Object.Kind) + "/" + e.Object.ID
		_, known := k[id]
		if known != (e.Kind != drift.Began) {
			t.Fatalf("%s of %s, which was known to drift: %v", e.Kind, id, known)
		}
		if len(e.Fields) == 0 && !strings.HasPrefix(id, "acl") && e.Kind == drift.Began {
			t.Fatalf("%s of %s says nothing: %+v", e.Kind, id, e)
		}
		k[id] = e.Object
		if e.Kind == drift.Ended {
			delete(k, id)
		}
	}
}

func (k told) knows(t *rapid.T, r *drift.Report) {
	want := told{}
	for _, c := range r.Objects {
		want[string(c.Kind)+"/"+c.ID] = c
	}
	// A value that is written again is no news, though its revision is.
	if diff := cmp.Diff(want, k, cmpopts.IgnoreFields(plan.FieldChange{}, "Revision"), cmpopts.IgnoreFields(plan.Change{}, "Address")); diff != "" {
		t.Fatalf("at revision %d what was told is not what is (-is +told):\n%s", r.Revision, diff)
	}
}

// TestWatchIsDetectAtEachRevision: over any history the watch knows what a
// comparison from scratch finds, and who hears its events knows it, too.
func TestWatchIsDetectAtEachRevision(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &store{revision: 5, entries: map[string]kv.Entry{}}
		s.write(map[string]*string{head: headOf(t, 1)})
		for range rapid.IntRange(0, 6).Draw(t, "before") {
			s.write(anyWrite(t))
		}
		s.write(map[string]*string{journal: nil})
		var live *kv.Auth
		w := drift.NewWatch(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), live)
		known := told{}
		known.hear(t, w.Begin(time.Unix(1, 0)))
		for range rapid.IntRange(1, 12).Draw(t, "revisions") {
			events, err := w.Apply(s.write(anyWrite(t)), time.Unix(2, 0))
			if err != nil {
				t.Fatal(err)
			}
			known.hear(t, events)
			if w.AsksAccess() || rapid.IntRange(0, 5).Draw(t, "roles are read") == 0 {
				live = &kv.Auth{Roles: map[string]map[kv.Range]kv.Access{}, Enabled: rapid.Bool().Draw(t, "enforced")}
				known.hear(t, w.Access(live, time.Unix(3, 0)))
			}
			snapshot := s.snapshot()
			want := drift.Detect(schema.Network(), snapshot, decoded(t, snapshot), live)
			if diff := cmp.Diff(want, w.Report(), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(drift.Report{})); diff != "" {
				t.Fatalf("at revision %d (-detect +watch):\n%s", s.revision, diff)
			}
			if w.Journal() == nil {
				known.knows(t, want)
			}
		}
	})
}

// TestWatchJoinsBatches: a caller that was behind, and is told of each key once,
// ends where one ends that was told of each revision; and so does one that lost
// the watch and began anew.
func TestWatchJoinsBatches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &store{revision: 5, entries: map[string]kv.Entry{}}
		s.write(map[string]*string{head: headOf(t, 1)})
		s.write(anyWrite(t))
		s.write(map[string]*string{journal: nil})
		w, lost := drift.NewWatch(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), nil), drift.NewWatch(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), nil)
		behind, anew := told{}, told{}
		behind.hear(t, w.Begin(time.Unix(1, 0)))
		anew.hear(t, lost.Begin(time.Unix(1, 0)))
		var all []kv.Batch
		for range rapid.IntRange(1, 8).Draw(t, "revisions") {
			all = append(all, s.write(anyWrite(t)))
		}
		all = append(all, s.write(map[string]*string{journal: nil}))
		events, err := w.Apply(kv.Join(all), time.Unix(2, 0))
		if err != nil {
			t.Fatal(err)
		}
		behind.hear(t, events)
		again := drift.NewWatch(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), nil)
		anew.hear(t, again.Continue(lost, time.Unix(2, 0)))
		want := drift.Detect(schema.Network(), s.snapshot(), decoded(t, s.snapshot()), nil)
		if diff := cmp.Diff(want, w.Report(), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(drift.Report{})); diff != "" {
			t.Fatalf("-detect +watch:\n%s", diff)
		}
		behind.knows(t, want)
		anew.knows(t, want)
	})
}
