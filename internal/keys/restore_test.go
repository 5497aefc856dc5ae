package keys_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/schema"
)

// memoryOf is what is remembered of an object.
func memoryOf(o *keys.Object) keys.Memory {
	m := keys.Memory{
		Addr: o.Addr, Kind: o.Kind, ID: o.ID, Parent: o.Parent, Protected: o.Protected, Ignore: o.Ignore,
		Declared: map[string]string{}, Sensitive: map[string]string{}, Initial: map[string]string{}, Hidden: map[string]string{}, Sets: map[string][]string{},
	}
	for _, set := range o.Sets {
		m.Sets[set] = []string{}
	}
	for _, f := range o.Fields {
		switch {
		case f.Class == schema.Derived, f.Class == schema.Stamp:
		case f.Set != "":
			m.Sets[f.Set] = append(m.Sets[f.Set], f.Name[len(f.Set)+1:])
		case f.Named && f.Sensitive:
			m.Sensitive[f.Name] = f.Value
		case f.Named:
			m.Declared[f.Name] = f.Value
		case f.Sensitive:
			m.Hidden[f.Name] = f.Value
		default:
			m.Initial[f.Name] = f.Value
		}
	}
	return m
}

// TestRestoreIsTheInverseOfRemembering: what is remembered of an object makes the
// object that it was.
func TestRestoreIsTheInverseOfRemembering(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		l := keys.NewLayout(schema.Network(), n.Prefix)
		objects, err := keys.Flatten(n, l, now)
		if err != nil {
			t.Fatal(err)
		}
		for i := range objects {
			got := keys.Restore(l, memoryOf(&objects[i]), now)
			if diff := cmp.Diff(objects[i], got, cmpopts.EquateEmpty(), cmpopts.EquateComparable(addr.Addr{})); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// TestRestoreOfWhatWasNotSaid: defaults come back that nobody remembers, what is
// hidden stays hidden, protection and what is ignored stay, and what is no field any
// more is left out.
func TestRestoreOfWhatWasNotSaid(t *testing.T) {
	t.Parallel()
	l := layout()
	got := keys.Restore(l, keys.Memory{
		Kind: addr.Device, ID: "u-u", Parent: "7", Protected: true, Ignore: []string{"all"},
		Declared: map[string]string{"name": "phone", "core": "1.1", "gone": "x"}, Hidden: map[string]string{"route.gone": "x"},
		Sets: map[string][]string{"gone": {"x"}},
	}, now)
	if !got.Protected || len(got.Ignore) != 1 || len(got.Sets) != 0 || got.Marker != "/p/users/7/devices/u-u/device" {
		t.Errorf("it is %+v", got)
	}
	if diff := cmp.Diff([]string{"/p/nodes/1.1/role", "/p/users/7/username"}, got.Refs); diff != "" {
		t.Error(diff)
	}
	want := map[string]string{
		"name": "phone", "core": "1.1", "status": "active", "status_at": now, "created": now,
		"route.core_ip": "1.1", "route.status": "active", "route.status_at": now,
	}
	fields := map[string]string{}
	for _, f := range got.Fields {
		fields[f.Name] = f.Value
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
}

// TestRestoreKeepsSecrets: what follows from a secret is one, in whichever way the
// secret is remembered.
func TestRestoreKeepsSecrets(t *testing.T) {
	t.Parallel()
	l := layout()
	base := func() keys.Memory {
		return keys.Memory{Kind: addr.Device, ID: "u-u", Parent: "7", Declared: map[string]string{"name": "phone", "core": "1.1"}}
	}
	type said struct {
		value            string
		named, sensitive bool
	}
	for name, test := range map[string]struct {
		remember        func(*keys.Memory, map[string]string)
		status, follows said
	}{
		"sensitive": {func(m *keys.Memory, s map[string]string) { m.Sensitive = s }, said{"inactive", true, true}, said{"archived", true, true}},
		"hidden":    {func(m *keys.Memory, s map[string]string) { m.Hidden = s }, said{"inactive", false, true}, said{"archived", false, true}},
		"initial":   {func(m *keys.Memory, s map[string]string) { m.Initial = s }, said{"inactive", false, false}, said{"archived", false, false}},
		"declared": {
			func(m *keys.Memory, s map[string]string) { m.Declared["status"] = s["status"] },
			said{"inactive", true, false},
			said{"archived", true, false},
		},
	} {
		m := base()
		test.remember(&m, map[string]string{"status": "inactive"})
		got := map[string]said{}
		for _, f := range keys.Restore(l, m, now).Fields {
			got[f.Name] = said{f.Value, f.Named, f.Sensitive}
		}
		if got["status"] != test.status || got["route.status"] != test.follows {
			t.Errorf("%s: %+v, and what follows %+v", name, got["status"], got["route.status"])
		}
	}
}
