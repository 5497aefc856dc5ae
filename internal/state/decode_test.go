package state_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// entries are one of each key that a state is read from.
func entries(t *testing.T) []kv.Entry {
	t.Helper()
	l := state.NewLayout("prod")
	lock, err := state.EncodeLock(state.Lock{ID: "l1", Actor: "olga@ops", Host: "h", PID: 7, Command: "apply", Since: time.Unix(9, 0).UTC()})
	if err != nil {
		t.Fatal(err)
	}
	journal, err := state.EncodeJournal(&state.Journal{Format: state.FormatVersion, Apply: "a", Owner: "o", Serial: 4, Phase: state.Preparing})
	if err != nil {
		t.Fatal(err)
	}
	out := []kv.Entry{
		{Key: state.NetworksPrefix + "lab", Value: "/lab/"},
		{Key: state.NetworksPrefix + "prod", Value: "/sigilgate/"},
		{Key: l.DigestKey(), Value: "k"},
		{Key: l.PlanKey(), Value: "p"},
		{Key: l.Head(), Value: head(t, func(*state.Head) {}), ModRevision: 8},
		{Key: l.Journal(), Value: journal},
		{Key: l.Lock(), Value: lock},
		{Key: l.Record(addr.Core, "192.0.2.1"), Value: `{"address":"core.ams"}`},
		{Key: l.Record(addr.ACL, "authentication"), Value: `{"address":"acl"}`},
		{Key: l.Record(addr.ACLRole, "core"), Value: `{"address":"acl.role"}`},
		{Key: l.Record(addr.ACLUser, "ams"), Value: `{"address":"acl.user"}`},
		{Key: l.Released(addr.User, "4"), Value: `{"serial":3,"marked":{"credential":"d"}}`},
		{Key: l.ObjectsPrefix() + "core/", Value: "a key of a later version"},
		{Key: l.ObjectsPrefix() + "hologram/1", Value: "another"},
	}
	for i := range out {
		out[i].CreateRevision = 8
		out[i].ModRevision = 8
	}
	slices.SortFunc(out, func(a, b kv.Entry) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// TestDecodeReadsAll: each key of a state is read, each into its place.
func TestDecodeReadsAll(t *testing.T) {
	t.Parallel()
	st, err := state.Decode(&kv.Snapshot{Revision: 9, Entries: entries(t)}, "prod")
	if err != nil {
		t.Fatal(err)
	}
	if st.DigestKey != "k" || st.PlanKey != "p" || st.HeadRevision != 8 || st.Journal == nil || st.Journal.Serial != 4 {
		t.Errorf("keys, head or journal are not read: %+v", st)
	}
	want := &state.Lock{ID: "l1", Actor: "olga@ops", Host: "h", PID: 7, Command: "apply", Since: time.Unix(9, 0).UTC()}
	if diff := cmp.Diff(want, st.Lock); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"lab": "/lab/", "prod": "/sigilgate/"}, st.Networks); diff != "" {
		t.Error(diff)
	}
	if len(st.Records) != 1 || len(st.ACL) != 3 || st.ACL[state.ID{Kind: addr.ACLRole, ID: "core"}] == nil {
		t.Errorf("records %v, of the authentication %v", st.Records, st.ACL)
	}
	if r := st.Released[state.ID{Kind: addr.User, ID: "4"}]; len(st.Released) != 1 || r.Marked["credential"] != "d" {
		t.Errorf("released are %v", st.Released)
	}
}

func TestDecodeOfNothing(t *testing.T) {
	t.Parallel()
	none, err := state.Decode(&kv.Snapshot{}, "prod")
	if diff := cmp.Diff(state.Empty("prod"), none, cmp.AllowUnexported(state.Layout{})); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// TestFollowIsDecode: a state that follows events is that which would be read,
// whatever key comes, changes or goes.
func TestFollowIsDecode(t *testing.T) {
	t.Parallel()
	all := entries(t)
	st := state.Empty("prod")
	compare := func(what string, entries []kv.Entry) {
		t.Helper()
		want, err := state.Decode(&kv.Snapshot{Entries: entries}, "prod")
		if err != nil {
			t.Fatal(err)
		}
		want.PlanKey = st.PlanKey // nobody who follows needs it
		if diff := cmp.Diff(want, st, cmp.AllowUnexported(state.Layout{})); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	for i, e := range all {
		id, record, err := st.Follow(&kv.Event{Entry: e})
		if err != nil || record != isRecord(e.Key) || record && id.ID == "" {
			t.Errorf("%s is the record of %v, %v, %v", e.Key, id, record, err)
		}
		compare("with "+e.Key, all[:i+1])
	}
	for i, e := range all {
		_, record, err := st.Follow(&kv.Event{Entry: kv.Entry{Key: e.Key, ModRevision: 11}, Deleted: true})
		if err != nil || record != isRecord(e.Key) {
			t.Errorf("%s is gone: %v, %v", e.Key, record, err)
		}
		compare("without "+e.Key, all[i+1:])
	}
}

// isRecord tells the keys of records among [entries].
func isRecord(key string) bool {
	return strings.Contains(key, "/objects/") && !strings.Contains(key, "hologram") && !strings.HasSuffix(key, "/")
}

// TestDamageIsFollowed: what can't be read is an error with its key, read at once
// or later; but for a lock, which is none then.
func TestDamageIsFollowed(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("prod")
	for _, key := range []string{l.Head(), l.Journal(), l.Record(addr.Core, "1"), l.Released(addr.Core, "1")} {
		bad := kv.Entry{Key: key, Value: "{"}
		_, record, followed := state.Empty("prod").Follow(&kv.Event{Entry: bad})
		_, decoded := state.Decode(&kv.Snapshot{Entries: []kv.Entry{bad}}, "prod")
		for _, err := range []error{followed, decoded} {
			if damaged := new(state.Damaged); !errors.As(err, &damaged) || damaged.Key != key || damaged.Cause == nil {
				t.Errorf("a damaged %s: %v, %v", key, record, err)
			}
		}
	}
	for _, value := range []string{"{", `{"actor":"nobody"}`} {
		bad := kv.Entry{Key: l.Lock(), Value: value}
		followed := state.Empty("prod")
		_, _, err := followed.Follow(&kv.Event{Entry: bad})
		read, failed := state.Decode(&kv.Snapshot{Entries: []kv.Entry{bad}}, "prod")
		if err = errors.Join(err, failed); err != nil || followed.Lock != nil || read.Lock != nil {
			t.Errorf("a lock that can't be read is %+v, %v", followed.Lock, err)
		}
	}
}

// TestObject: which object a key of the state is about.
func TestObject(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("prod")
	core := state.ID{Kind: addr.Core, ID: "a/b"}
	for key, want := range map[string]struct {
		id           state.ID
		released, ok bool
	}{
		l.Record(addr.Core, "a/b"): {core, false, true}, l.Released(addr.Core, "a/b"): {core, true, true}, l.Head(): {},
	} {
		if id, released, ok := l.Object(key); id != want.id || released != want.released || ok != want.ok {
			t.Errorf("%s is about %v, %v, %v", key, id, released, ok)
		}
	}
}

// TestByAddressOfTwo: of two records that bear one address the lower identity is
// found.
func TestByAddressOfTwo(t *testing.T) {
	t.Parallel()
	st := state.Empty("prod")
	for _, id := range []string{"3", "1", "2"} {
		of := state.ID{Kind: addr.Core, ID: id}
		st.Records[of] = &state.Record{Kind: of.Kind, ID: id, Address: "core.a"}
	}
	if got := st.ByAddress()["core.a"].ID; got != "1" {
		t.Errorf("found %s", got)
	}
}

// TestOverlappingIsNotOneself: neither the network itself nor one without a
// prefix overlaps.
func TestOverlappingIsNotOneself(t *testing.T) {
	t.Parallel()
	st := state.Empty("prod")
	st.Networks = map[string]string{"prod": "/a/", "gone": ""}
	if other, _, ok := st.Overlapping("prod", "/a/"); ok {
		t.Errorf("it overlaps with %q", other)
	}
}
