package keys_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestPrivate: what of an entry is private, by the catalogue alone.
func TestPrivate(t *testing.T) {
	t.Parallel()
	made := func(f schema.Field) schema.Field {
		f.Stored, f.Class, f.Private, f.Key = true, schema.Declared, true, f.Name
		if f.Many() {
			f.Key += "/"
		}
		return f
	}
	c := schema.Network().With(addr.User, made(schema.Field{Name: "chips", Type: schema.Set}), made(schema.Field{Name: "cards", Type: schema.Map})).
		With(addr.Core, made(schema.Field{Name: "box", Type: schema.Block, Members: []schema.Field{{Name: "open"}, {Name: "seal", Private: true}}}))
	l := keys.NewLayout(c, "/p/")
	for key, want := range map[string][]string{
		"nodes/192.0.2.1/uuid":          {"v"},
		"nodes/192.0.2.1/role":          nil,
		"nodes/192.0.2.1/settings/uuid": nil,
		"nodes/192.0.2.1/box/seal":      {"v"},
		"nodes/192.0.2.1/box/open":      nil,
		"users/7/hash_telegram_id":      {"v"},
		"users/7/username":              nil,
		"users/7/credential":            nil, // secret, which is more
		"users/7/chips/one":             {"one"},
		"users/7/cards/one":             {"v"},
		"users/7/devices/d-1/device":    {"d-1"},
		"users/7/devices/d-1/odd":       {"d-1"},
		"routes/d-1/core_ip":            {"d-1"},
		"topology/links/1/2":            nil,
		"counters/user_id":              nil,
	} {
		if got := l.Private(kv.Entry{Key: "/p/" + key, Value: "v"}); !slices.Equal(got, want) {
			t.Errorf("of %s %q is private, want %q", key, got, want)
		}
	}
	if l.Private(kv.Entry{Key: "/other/users/7/devices/d-1/device"}) != nil {
		t.Error("another network's is private")
	}
	for kind, want := range map[addr.Kind]bool{addr.Device: true, addr.Core: false, addr.User: false, "none": false} {
		if l.PrivateID(kind) != want {
			t.Errorf("the identity of a %s is private: %v", kind, !want)
		}
	}
	for name, want := range map[string]schema.Degree{"uuid": schema.Private, "role": schema.Open, "none": schema.Open, "box.seal": schema.Private} {
		if got := l.Degree(addr.Core, name); got != want {
			t.Errorf("%s is of degree %d, want %d", name, got, want)
		}
	}
	if l.Degree(addr.User, "credential") != schema.Secret || !l.Sensitive(addr.User, "credential") || l.Sensitive(addr.Core, "uuid") {
		t.Error("credentials are no secret, or UUIDs are")
	}
}
