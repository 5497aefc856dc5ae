package acl_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestBuiltinRightsAreTheCatalogues: what its row says of a field, the roles of
// nodes allow, and nothing else.
func TestBuiltinRightsAreTheCatalogues(t *testing.T) {
	t.Parallel()
	field := func(name string, f schema.Field) schema.Field {
		f.Name, f.Key, f.Stored, f.Class = name, name, true, schema.Operational
		return f
	}
	c := schema.Network().With(addr.Core,
		field("load", schema.Field{Itself: true}), field("motd", schema.Field{Connects: true}), field("note", schema.Field{}),
	).With(addr.Entry, field("load", schema.Field{Administered: true})).With(addr.Route, field("load", schema.Field{Administered: true}))
	n := small()
	n.Catalogue = c
	set, found := acl.Compile(n, keys.NewLayout(c, n.Prefix), ownKeys())
	if len(found) > 0 {
		t.Fatal(found)
	}
	auth := set.Auth()
	auth.Enabled = true
	const core, entry, route = "nodes/" + amsIP + "/", "nodes/" + shopIP + "/", "paths/" + shopIP + "/" + amsIP + "/"
	for _, x := range []struct {
		user   string
		access kv.Access
		key    string
		may    bool
	}{
		{"ams", kv.Write, core + "load", true},
		{"ams", kv.Write, core + "motd", false},
		{"ams", kv.Write, core + "note", false},
		{"ams", kv.Write, entry + "load", true},
		{"ams", kv.Write, route + "load", true},
		{"waw", kv.Write, core + "load", false},
		{"waw", kv.Write, entry + "load", false},
		{"shop", kv.Read, core + "motd", true},
		{"shop", kv.Read, core + "load", false},
		{"shop", kv.Write, core + "motd", false},
		{"blog", kv.Read, core + "motd", false},
	} {
		if got := acl.Can(auth, x.user, x.access, kv.Range{Key: n.Prefix + x.key}); got.Allowed != x.may {
			t.Errorf("%s may %v %s: %v, want %v", x.user, x.access, x.key, got.Allowed, x.may)
		}
	}
}
