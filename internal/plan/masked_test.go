package plan_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/snapshot"
	"github.com/sigilgate/sigilform/internal/state"
)

// saved is what a file holds of this world: masked as of a configuration,
// written and read again.
func (w *world) saved(t rapid.TB, n *network.Network) *snapshot.Snapshot {
	in, err := w.input(n)
	if err != nil {
		t.Fatal(err)
	}
	in.IDs = &sequence{}
	wanted, err := plan.Wanted(in)
	if err != nil {
		t.Fatal(err)
	}
	key := in.State.DigestKey
	if key == "" {
		key = "key-of-the-snapshot"
	}
	secrets := map[string]bool{}
	for i := range wanted {
		for _, f := range wanted[i].Fields {
			if f.Sensitive && len(f.Value) > 4 {
				secrets[f.Value] = true
			}
		}
	}
	out := &snapshot.Snapshot{TakenAt: in.Now.Truncate(time.Second), Tool: "test", Network: n.Name, Prefix: n.Prefix, MaskKey: key}
	out.Store, out.Masked, err = snapshot.Mask(in.Snapshot, snapshot.Masking{
		Catalogue: schema.Network(),
		Network:   n.Name, Prefix: n.Prefix, State: in.State, Wanted: wanted, Secrets: secrets, Key: key,
	})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := snapshot.Write(&file, out); err != nil {
		t.Fatal(err)
	}
	read, err := snapshot.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out, read); diff != "" {
		t.Fatal(diff)
	}
	return read
}

// offline plans from what was saved.
func (w *world) offline(t rapid.TB, s *snapshot.Snapshot, n *network.Network, options ...option) *plan.Plan {
	in, err := w.input(n, options...)
	if err != nil {
		t.Fatal(err)
	}
	if in.State, err = state.Decode(s.Store, n.Name); err != nil {
		t.Fatal(err)
	}
	in.Snapshot, in.MaskKey, in.IDs = s.Store, s.MaskKey, &sequence{}
	p, found := plan.Make(in)
	if found.HasErrors() {
		t.Fatal(found.Err())
	}
	return p
}

// online plans from the world itself, with the same choices.
func (w *world) online(t rapid.TB, n *network.Network, options ...option) *plan.Plan {
	w.ids = &sequence{}
	return w.plan(t, n, options...)
}

// TestPlanOfASnapshotIsThatOfTheNetwork: whatever was applied, whatever others
// did, and whatever is wanted next, the plan of a saved snapshot says what the
// plan of the network says, with the same intent, and the file has no secret.
func TestPlanOfASnapshotIsThatOfTheNetwork(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		applied := valid(t, drawNetwork(t))
		if rapid.IntRange(0, 4).Draw(t, "applied") > 0 {
			w.apply(t, applied)
		}
		for range rapid.IntRange(0, 6).Draw(t, "disturbances") {
			w.disturb(t)
		}
		// Taken with the configuration that was applied last, planned with
		// another; or both with another.
		taken, wanted := applied, valid(t, drawNetwork(t))
		if rapid.Bool().Draw(t, "taken with what is wanted") {
			taken = wanted
		}
		s := w.saved(t, taken)
		w.requireNoSecret(t, s)
		ways := [][]option{nil, {adopt}, {adopt, cascade}}
		if taken == applied { // a destroy does not know what a file marks that was never applied
			ways = append(ways, []option{destroy}, []option{destroy, cascade})
		}
		options := rapid.SampledFrom(ways).Draw(t, "options")
		requireSamePlan(t, w.online(t, wanted, options...), w.offline(t, s, wanted, options...))
	})
}

// requireSameConflicts compares conflicts. That of a snapshot may hide a value that
// is masked in it.
func requireSameConflicts(t rapid.TB, online, offline []plan.Conflict) {
	if len(online) != len(offline) {
		t.Fatalf("conflicts: %v, of the snapshot %v", online, offline)
	}
	for i, c := range online {
		masked := offline[i].Address + ": " + offline[i].Summary
		pattern := strings.ReplaceAll(regexp.QuoteMeta(masked), `\(sensitive\)`, `\S+`)
		if said := c.Address + ": " + c.Summary; said != masked && !regexp.MustCompile("^"+pattern+"$").MatchString(said) {
			t.Fatalf("conflict %q, of the snapshot %q", said, masked)
		}
	}
}

// requireSamePlan compares what two plans say: all of it, but for fingerprints
// before there is a key that lasts.
func requireSamePlan(t rapid.TB, online, offline *plan.Plan) {
	if online.Intent != offline.Intent {
		t.Fatalf("another intent: %s", cmp.Diff(online.Changes, offline.Changes))
	}
	if online.Serial > 0 {
		if diff := cmp.Diff(online.Changes, offline.Changes); diff != "" {
			t.Fatal(diff)
		}
	}
	said := func(p *plan.Plan) any {
		var unmanaged []plan.Unmanaged
		for _, u := range p.Unmanaged {
			u.Title = "" // one that repeats a secret is left out
			unmanaged = append(unmanaged, u)
		}
		var ops []string
		for _, op := range p.Data {
			ops = append(ops, string(op.Kind)+" "+op.Key)
		}
		return []any{unmanaged, ops, p.Guards, p.Warnings, p.Names, p.Objects, p.InSync, p.HasChanges()}
	}
	if diff := cmp.Diff(said(online), said(offline)); diff != "" {
		t.Fatal(diff)
	}
	requireSameConflicts(t, online.Conflicts, offline.Conflicts)
	text, err := json.Marshal([]any{offline.Changes, offline.Unmanaged, offline.Conflicts, offline.Warnings, offline.Names})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), hash) || strings.Contains(string(text), "sigilform-digest") {
		t.Fatalf("a masked value is shown: %s", text)
	}
}

// requireNoSecret holds that what was applied as sensitive is masked.
func (w *world) requireNoSecret(t *rapid.T, s *snapshot.Snapshot) {
	words := []string{network.Active, network.Inactive, network.Archived}
	for key, live := range w.under("/sigilgate/users/") {
		if e, _ := s.Store.Get(key); live != "" && strings.HasSuffix(key, "/credential") && !state.LooksMasked(e.Value) {
			t.Fatalf("%s holds the credential %q", key, live)
		}
	}
	for _, e := range s.Store.Entries {
		if strings.Contains(e.Value, hash) {
			t.Fatalf("%s holds a credential", e.Key)
		}
	}
	in, err := w.input(&network.Network{Catalogue: schema.Network(), Name: "prod", Prefix: "/sigilgate/"})
	if err != nil {
		t.Fatal(err)
	}
	layout := keys.NewLayout(schema.Network(), "/sigilgate/")
	for id, r := range in.State.Records {
		for name := range r.Secret {
			key := layout.FieldKey(id.Kind, id.ID, r.Parent, name)
			live, there := w.entries[key]
			e, _ := s.Store.Get(key)
			if there && !slices.Contains(words, live.Value) && live.Value != "" && !state.LooksMasked(e.Value) {
				t.Fatalf("%s holds %q, which was applied as sensitive", key, live.Value)
			}
		}
	}
	if _, there := s.Store.Get("/sigilgate/api_tokens/t1"); there {
		t.Fatal("a token of others is in the snapshot")
	}
}

// TestWhatLooksMaskedIsNotBelieved holds that nobody hides a changed value by
// writing what stands for the wanted one: not from a plan of the network, and
// not from one of a snapshot.
func TestWhatLooksMaskedIsNotBelieved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, n := newWorld(), secretive(1)
		w.apply(t, n)
		in, err := w.input(n)
		if err != nil {
			t.Fatal(err)
		}
		const key = "/sigilgate/users/1/credential"
		user := state.ID{Kind: "user", ID: "1"}
		w.put(key, state.Masked(state.FieldDigest(in.State.DigestKey, user, "credential", n.Users[0].Credential.Value)))
		for what, p := range map[string]*plan.Plan{"the network": w.online(t, n), "a snapshot": w.offline(t, w.saved(t, n), n)} {
			if len(p.Changes) != 1 || len(p.Changes[0].Fields) != 1 || p.Changes[0].Fields[0].Reason != plan.Drift {
				t.Fatalf("the plan of %s does not see that %s changed: %+v", what, key, p.Changes)
			}
		}
	})
}

// TestSnapshotOfAMovedSecret: a device moves to another user, and its status becomes a
// secret: that of its route goes with one and comes with the other, and is shown of
// neither, in a snapshot too.
func TestSnapshotOfAMovedSecret(t *testing.T) {
	s := start(t)
	phone := &s.net.Users[0].Devices[0]
	phone.Status = named(network.Archived)
	s.apply()
	moved := *phone
	bob := addr.New(addr.User, "bob", addr.NoKey)
	moved.Addr, moved.Status = bob.DeviceOf(moved.Name), secretly(network.Archived)
	s.net.Users[0].Devices = nil
	s.net.Users = append(s.net.Users, network.User{
		Addr: bob, Username: named("bob"), CoreNodes: s.net.Users[0].CoreNodes, Devices: []network.Device{moved},
		Credential: network.Text{Value: hash, Named: true, Sensitive: true},
	})
	s.put(route+"status", "other")
	online := s.online(t, s.net)
	requireSamePlan(t, online, s.offline(t, s.saved(t, s.net), s.net))
	for i := range online.Changes {
		if f := fieldOf(online.Changes[i], "route.status"); f != nil && f.Old != nil && !f.Old.Sensitive {
			t.Errorf("%s shows %q", online.Changes[i].Address, f.Old.Text)
		}
	}
}
