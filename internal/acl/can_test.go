package acl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestCan holds every word of an answer: whether it is allowed, why, by which
// permissions, and what is missing.
func TestCan(t *testing.T) {
	t.Parallel()
	type perms = map[kv.Range]kv.Access
	auth := &kv.Auth{
		Enabled: true,
		Roles: map[string]perms{
			"a":     {{Key: "/a", End: "/c"}: kv.Read, {Key: "/one"}: kv.ReadWrite},
			"b":     {{Key: "/a", End: "/c"}: kv.Read, {Key: "/b", End: "/e"}: kv.ReadWrite},
			"short": {{Key: "/m", End: "/n"}: kv.Read, {Key: "/n"}: kv.Read},
			"all":   {{Key: "/m", End: kv.Beyond}: kv.Read},
			"above": {{Key: "/m", End: kv.Beyond}: kv.Read},
			"next":  {{Key: "/one\x00", End: "/two"}: kv.Read},
			"void":  {{Key: "/z", End: "/y"}: kv.Read, {Key: "/w", End: "/w"}: kv.Read},
			"late":  {{Key: "/m1", End: kv.Beyond}: kv.Read},
		},
		Users: map[string][]string{
			"one": {"a"}, "two": {"b", "a"}, "ends": {"short", "all", "above"}, "joined": {"a", "next"}, "admin": {"a", kv.RootName}, "void": {"void"}, "late": {"short", "late"},
		},
	}
	by := func(role string, r kv.Range, access kv.Access) acl.Ground {
		return acl.Ground{Role: role, Grant: acl.Grant{Range: r, Access: access}}
	}
	one, wide, late := kv.Range{Key: "/one"}, kv.Range{Key: "/a", End: "/c"}, kv.Range{Key: "/b", End: "/e"}
	allowed := func(by ...acl.Ground) acl.Decision { return acl.Decision{Allowed: true, By: by} }
	for name, x := range map[string]struct {
		user   string
		access kv.Access
		keys   kv.Range
		want   acl.Decision
	}{
		"nobody":                      {"nobody", kv.Read, one, acl.Decision{Unknown: true}},
		"an administrator":            {"admin", kv.Write, kv.Range{Key: "/x"}, acl.Decision{Allowed: true, Root: true}},
		"one permission for both":     {"one", kv.ReadWrite, one, allowed(by("a", one, kv.ReadWrite))},
		"writing is missing":          {"one", kv.ReadWrite, kv.Range{Key: "/b"}, acl.Decision{Missing: kv.Write}},
		"both are missing":            {"one", kv.ReadWrite, kv.Range{Key: "/c"}, acl.Decision{Missing: kv.ReadWrite}},
		"reading is missing":          {"one", kv.Read, kv.Range{Key: "/"}, acl.Decision{Missing: kv.Read}},
		"of two alike the first role": {"two", kv.Read, kv.Range{Key: "/a1"}, allowed(by("a", wide, kv.Read))},
		"the one that reaches on":     {"two", kv.Read, kv.Range{Key: "/b1", End: "/d"}, allowed(by("b", late, kv.ReadWrite))},
		"two that overlap":            {"two", kv.Read, kv.Range{Key: "/a1", End: "/e"}, allowed(by("a", wide, kv.Read), by("b", late, kv.ReadWrite))},
		"not as far":                  {"two", kv.Read, kv.Range{Key: "/a1", End: "/e\x00"}, acl.Decision{Missing: kv.Read}},
		"each access by its own": {
			"two", kv.ReadWrite, kv.Range{Key: "/b", End: "/b1"}, allowed(by("b", late, kv.ReadWrite)),
		},
		"without an end": {
			"ends", kv.Read, kv.Range{Key: "/n", End: kv.Beyond}, allowed(by("above", kv.Range{Key: "/m", End: kv.Beyond}, kv.Read)),
		},
		"a key beyond all": {
			"ends", kv.Read, kv.Range{Key: "zz"}, allowed(by("above", kv.Range{Key: "/m", End: kv.Beyond}, kv.Read)),
		},
		"from before": {"ends", kv.Read, kv.Range{Key: "/l", End: kv.Beyond}, acl.Decision{Missing: kv.Read}},
		"a key and what follows it": {
			"joined", kv.Read,
			kv.Range{Key: "/one", End: "/two"},
			allowed(by("a", one, kv.ReadWrite), by("next", kv.Range{Key: "/one\x00", End: "/two"}, kv.Read)),
		},
		"up to no end, after another": {
			"late", kv.Read, kv.Range{Key: "/m2", End: kv.Beyond}, allowed(by("late", kv.Range{Key: "/m1", End: kv.Beyond}, kv.Read)),
		},
		"not up to no end":                   {"one", kv.Read, kv.Range{Key: "/a", End: kv.Beyond}, acl.Decision{Missing: kv.Read}},
		"no keys, asked as they are":         {"void", kv.Read, kv.Range{Key: "/z", End: "/y"}, acl.Decision{Missing: kv.Read}},
		"no keys between two that are same":  {"void", kv.Read, kv.Range{Key: "/w", End: "/w"}, acl.Decision{Missing: kv.Read}},
		"a range that ends before it begins": {"void", kv.Read, kv.Range{Key: "/z"}, acl.Decision{Missing: kv.Read}},
	} {
		if diff := cmp.Diff(x.want, acl.Can(auth, x.user, x.access, x.keys)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	auth.Enabled = false
	if diff := cmp.Diff(acl.Decision{Allowed: true, Open: true}, acl.Can(auth, "nobody", kv.Write, one)); diff != "" {
		t.Errorf("without authentication (-want +got):\n%s", diff)
	}
}
