package drift_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

const (
	core   = "/sigilgate/nodes/192.0.2.1/"
	links  = "/sigilgate/topology/links/192.0.2.1/"
	user   = "/sigilgate/users/4/"
	device = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	secret = "the old credential"
)

// live is a network in which nothing drifted: the keys by name.
func live() map[string]string {
	return map[string]string{
		core + "role": "core", core + "status": "inactive", core + "region": "nl",
		core + "core_service_name": "api.v2.rpc.rotated", core + "health": "degraded",
		links + "192.0.2.2": "",
		user + "username":   "alice", user + "status": "active", user + "credential": secret,
		user + "devices/" + device + "/device":     "phone",
		user + "devices/" + device + "/core_node":  "192.0.2.1",
		user + "devices/" + device + "/status":     "active",
		"/sigilgate/routes/" + device + "/core_ip": "192.0.2.1",
		"/sigilgate/routes/" + device + "/status":  "active",
		"/sigilgate/users/9/username":              "made by a core",
		"/sigilgate/nodes/203.0.113.9/health":      "healthy",
	}
}

func applied() *state.State {
	st := state.Empty("prod")
	st.DigestKey = "k"
	st.Head = &state.Head{Network: "prod", Prefix: "/sigilgate/", Serial: 3, Actor: "olga", Time: time.Unix(0, 0)}
	add := func(r *state.Record) { st.Records[state.ID{Kind: r.Kind, ID: r.ID}] = r }
	add(&state.Record{
		Kind: addr.Core, ID: "192.0.2.1", Address: "core.ams",
		Declared: map[string]string{"region": "nl"},
		Initial:  map[string]string{"status": "active", "service_name": "api.v2.rpc.first"},
		Sets:     map[string][]string{"links": {"192.0.2.2"}},
	})
	add(&state.Record{
		Kind: addr.User, ID: "4", Address: "user.alice",
		Declared: map[string]string{"username": "alice"},
		Secret:   map[string]string{"credential": state.Digest("k", "user/4/credential", secret)},
		Initial:  map[string]string{"status": "active"},
	})
	add(&state.Record{
		Kind: addr.Device, ID: device, Parent: "4", Address: `user.alice.device["phone"]`,
		Declared: map[string]string{"name": "phone", "core": "192.0.2.1", "status": "active"},
	})
	return st
}

func snapshot(values map[string]string) *kv.Snapshot {
	s := &kv.Snapshot{Revision: 90}
	for key, value := range values {
		s.Entries = append(s.Entries, kv.Entry{Key: key, Value: value, CreateRevision: 5, ModRevision: 77})
	}
	slices.SortFunc(s.Entries, func(a, b kv.Entry) int { return strings.Compare(a.Key, b.Key) })
	return s
}

func TestNoDrift(t *testing.T) {
	t.Parallel()
	r := drift.Detect(schema.Network(), snapshot(live()), applied(), nil)
	if r.Drifted() {
		t.Fatalf("got %+v", r.Objects)
	}
	if len(r.Unmanaged) != 2 || r.Unmanaged[1].Title != "made by a core" || !r.Unmanaged[0].Remains {
		t.Errorf("unmanaged: %+v", r.Unmanaged)
	}
	if r.CheckedObjects != 3 || r.Serial != 3 || r.AppliedBy != "olga" {
		t.Errorf("got %+v", r)
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change  func(map[string]string)
		address string
		field   string
		row     plan.Row
		old     string
		last    string
	}{
		"a declared value": {
			func(m map[string]string) { m[core+"region"] = "de" }, "core.ams", "region", plan.RowRestore, "de", "nl",
		},
		"a deleted value": {
			func(m map[string]string) { delete(m, core+"region") }, "core.ams", "region", plan.RowRestoreGone, "", "nl",
		},
		"a missing initial value": {
			func(m map[string]string) { delete(m, core+"core_service_name") },
			"core.ams", "service_name", plan.RowRestoreGone, "", "api.v2.rpc.first",
		},
		"an extra member": {
			func(m map[string]string) { m[links+"192.0.2.9"] = "" }, "core.ams", "links.192.0.2.9", plan.RowRestore, "", "",
		},
		"a missing member": {
			func(m map[string]string) { delete(m, links+"192.0.2.2") }, "core.ams", "links.192.0.2.2", plan.RowRestoreGone, "", "",
		},
		"a derived value": {
			func(m map[string]string) { m["/sigilgate/routes/"+device+"/core_ip"] = "192.0.2.2" },
			`user.alice.device["phone"]`, "route.core_ip", plan.RowRestore, "192.0.2.2", "192.0.2.1",
		},
		"a role": {
			func(m map[string]string) { m[core+"role"] = "entry" }, "core.ams", "role", plan.RowRestore, "entry", "core",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := live()
			c.change(values)
			r := drift.Detect(schema.Network(), snapshot(values), applied(), nil)
			if len(r.Objects) != 1 || r.Objects[0].Address != c.address {
				t.Fatalf("got %+v", r.Objects)
			}
			if len(r.Objects[0].Fields) != 1 {
				t.Fatalf("want one field: %+v", r.Objects[0].Fields)
			}
			f := r.Objects[0].Fields[0]
			if f.Name != c.field || f.Row != c.row || text(f.Old) != c.old || text(f.Last) != c.last {
				t.Errorf("got %+v (old %q, last %q)", f, text(f.Old), text(f.Last))
			}
			if f.Old != nil && f.Revision != 77 {
				t.Errorf("the revision at which it moved is %d", f.Revision)
			}
			if f.Key == "" {
				t.Error("the key is missing")
			}
		})
	}
}

func text(v *plan.Value) string {
	if v == nil {
		return ""
	}
	return v.Text
}

func TestSensitiveDriftShowsFingerprints(t *testing.T) {
	t.Parallel()
	values := live()
	values[user+"credential"] = "replaced by someone"
	r := drift.Detect(schema.Network(), snapshot(values), applied(), nil)
	f := r.Objects[0].Fields[0]
	if !f.Old.Sensitive || f.Old.Text != "" || f.Last.Text != "" || f.Old.Fingerprint == f.Last.Fingerprint {
		t.Fatalf("got %+v %+v", f.Old, f.Last)
	}
}

func TestDeletedObject(t *testing.T) {
	t.Parallel()
	values := live()
	for key := range values {
		if strings.HasPrefix(key, user) {
			delete(values, key)
		}
	}
	r := drift.Detect(schema.Network(), snapshot(values), applied(), nil)
	if len(r.Objects) != 2 || r.Objects[0].Address != "user.alice" || r.Objects[0].Action != plan.Create {
		t.Fatalf("got %+v", r.Objects)
	}
}

func TestIgnoredFieldIsNoDrift(t *testing.T) {
	t.Parallel()
	st := applied()
	st.Records[state.ID{Kind: addr.Core, ID: "192.0.2.1"}].Ignore = []string{"region"}
	values := live()
	values[core+"region"] = "elsewhere"
	if r := drift.Detect(schema.Network(), snapshot(values), st, nil); r.Drifted() {
		t.Fatalf("got %+v", r.Objects)
	}
}
