package keys_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

var update = flag.Bool("update", false, "write what the layout says anew")

// layout is that of the network's own catalogue.
func layout() keys.Layout { return keys.NewLayout(schema.Network(), "/p/") }

// subject is an object that the layout is asked about.
type subject struct {
	kind       addr.Kind
	id, parent string
}

func subjects() []subject {
	return []subject{
		{addr.Cell, "eu.net", ""},
		{addr.Core, "1.1", ""},
		{addr.Entry, "2.2", ""},
		{keys.Node, "3.3", ""},
		{addr.Route, "2.2/1.1", ""},
		{addr.User, "7", ""},
		{addr.Device, "u-u", "7"},
	}
}

// fieldsOf names what is stored of a kind, as files do: of a block each member, of
// a set or map one member and all of them.
func fieldsOf(kind addr.Kind) []string {
	if kind == keys.Node {
		kind = addr.Core
	}
	var out []string
	for _, f := range schema.Network().Kind(kind).Fields {
		switch {
		case !f.Stored:
			continue
		case f.Type == schema.Block:
			out = append(out, f.Name)
			for _, m := range f.Members {
				out = append(out, f.Name+"."+m.Name)
			}
		case f.Many():
			out = append(out, f.Name, f.Name+".m")
		default:
			out = append(out, f.Name)
		}
	}
	return append(out, "stray", "deep/stray")
}

// compare compares with a file in testdata, which -update writes.
func compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the layout says otherwise; -update writes it anew:\n%s", diff)
	}
}

// words are those whose fact is so.
func words(facts ...any) string {
	var out []string
	for i := 0; i < len(facts); i += 2 {
		if facts[i+1].(bool) {
			out = append(out, facts[i].(string))
		}
	}
	return strings.Join(out, " ")
}

// TestWhatTheLayoutSaysOfFields: of each field of each kind its keys, with those that
// are written with it, its class, and what it is about.
func TestWhatTheLayoutSaysOfFields(t *testing.T) {
	t.Parallel()
	l := layout()
	var out strings.Builder
	for _, s := range subjects() {
		fmt.Fprintf(&out, "%s %s: marker %q, places %q\n", s.kind, s.id, l.Marker(s.kind, s.id, s.parent), l.Places(s.kind, s.id, s.parent))
		for _, name := range fieldsOf(s.kind) {
			fmt.Fprintf(&out, "\t%s: %s %s", name, l.FieldKey(s.kind, s.id, s.parent, name), l.ClassOf(s.kind, name))
			to, id := l.RefersTo(s.kind, name, "value")
			for _, pair := range [][2]string{{"set", l.Set(s.kind, name)}, {"to", strings.TrimSpace(string(to) + " " + id)}, {"follows", l.Follows(s.kind, name)}} {
				if pair[1] != "" {
					fmt.Fprintf(&out, ", %s %s", pair[0], pair[1])
				}
			}
			fmt.Fprintf(&out, "; %s\n", words(
				"empty", l.Open(s.kind, name, ""), "open", l.Open(s.kind, name, "active"), "text-open", l.Open(s.kind, name, "value"),
				"words", l.Words(s.kind, name), "title", l.Title(s.kind) == name, "stands-on", l.StandsOn(s.kind, name),
				"mutual", l.Mutual(s.kind, name), "status", l.Status(s.kind) == name, "says-kind", l.SaysKind(s.kind, name), "declares", l.Declares(s.kind, name),
				"placed", l.Placed(s.kind, s.id, s.parent) == l.FieldKey(s.kind, s.id, s.parent, name), "essential", l.Essential(s.kind, name), "sensitive", l.Sensitive(s.kind, name),
			))
			for i, r := range l.Ranges(s.kind, s.id, s.parent, name) {
				if i > 0 || r.End != "" {
					fmt.Fprintf(&out, "\t\t%s\n", r)
				}
			}
		}
		for _, r := range l.FieldRanges(s.kind, s.id, s.parent) {
			fmt.Fprintf(&out, "\tright on %s: %s, %q\n", r.Name, r.Range, r.Data)
		}
	}
	compare(t, "fields.txt", out.String())
}

// TestWhatTheLayoutSaysOfGuards: of each kind what is an object's own but for what
// the network writes all day, and how its keys may be named by those of others.
func TestWhatTheLayoutSaysOfGuards(t *testing.T) {
	t.Parallel()
	l := layout()
	var out strings.Builder
	for _, s := range subjects() {
		fmt.Fprintf(&out, "%s %s\n", s.kind, s.id)
		for _, r := range l.Own(s.kind, s.id, s.parent) {
			fmt.Fprintf(&out, "\town %s\n", r)
		}
		for _, g := range l.Unnamed(s.kind, s.id) {
			fmt.Fprintf(&out, "\t%s below %s by %s: %s\n", g.Kind, g.Key, g.Form, g.Value)
		}
	}
	fmt.Fprintf(&out, "user 7 with devices\n")
	for _, r := range l.Own(addr.User, "7", "", "v-v", "u-u") {
		fmt.Fprintf(&out, "\town %s\n", r)
	}
	compare(t, "guards.txt", out.String())
}

// TestWhatTheLayoutSaysOfKeys: of each key what it needs, and what it is to its object.
func TestWhatTheLayoutSaysOfKeys(t *testing.T) {
	t.Parallel()
	l := layout()
	var out strings.Builder
	for _, s := range subjects() {
		for _, name := range fieldsOf(s.kind) {
			key := l.FieldKey(s.kind, s.id, s.parent, name)
			at, ok := l.Locate(key)
			if !ok {
				continue // all of a set
			}
			is, known := l.FieldName(s.kind, at)
			fmt.Fprintf(&out, "%s: %s %s %s, %s, member %s; %s\n", key, at.Space, at.ID, at.Parent, is, l.Member(at), words(
				"known", known, "refers", l.Refers(at), "carries", l.Carries(at), "link", at.IsLink(), "binding", at.IsBinding(), "daily", l.Daily(s.kind, key),
			))
			for _, n := range l.Requires(key, "value") {
				fmt.Fprintf(&out, "\tneeds %s %s %s\n", n.Key, n.Role, words("object", n.Object))
			}
			if all := l.Names(key, "value"); len(all) > 0 {
				fmt.Fprintf(&out, "\tnames %q\n", all)
			}
		}
	}
	compare(t, "keys.txt", out.String())
}

// TestWhatTheLayoutSaysOfClaims: of each kind what it has that no other may, by which
// keys, and how others who come to have it are looked for.
func TestWhatTheLayoutSaysOfClaims(t *testing.T) {
	t.Parallel()
	l := layout()
	var out strings.Builder
	for _, s := range subjects() {
		for _, h := range l.Held(s.kind, s.id, s.parent, func(string) (string, bool) { return "A.Value", true }) {
			fmt.Fprintf(&out, "%s %s: %s %q within %q by %s %s %q\n", s.kind, s.id, h.Noun, h.Value, h.Within, h.Holder.Field.Name, words("identity", h.Holder.Field.Identity), h.Keys)
			c := l.Canonical(h)
			fmt.Fprintf(&out, "\tis %s %q within %q\n", c.Noun, c.Value, c.Within)
			for _, g := range l.Unheld(h) {
				fmt.Fprintf(&out, "\t%s below %s by %s: %q, beside %q %q\n", g.Kind, g.Key, g.Form, g.Value, g.Beside, g.Within)
			}
			notWithout(t, l, s, h)
		}
	}
	compare(t, "claims.txt", out.String())
}

// notWithout: each key of a claim must be there.
func notWithout(t *testing.T, l keys.Layout, s subject, h keys.Held) {
	t.Helper()
	for _, missing := range h.Keys {
		for _, other := range l.Held(s.kind, s.id, s.parent, func(key string) (string, bool) { return "A.Value", key != missing }) {
			if other.Noun == h.Noun {
				t.Errorf("%s is held without %s", h.Noun, missing)
			}
		}
	}
}

// TestKindsWithoutKeys: of a role of etcd the layout knows nothing.
func TestKindsWithoutKeys(t *testing.T) {
	t.Parallel()
	l, kind := layout(), addr.ACLRole
	is := []bool{
		l.Open(kind, "name", "active"), l.Words(kind, "name"), l.Title(kind) != "", l.Status(kind) != "", l.SaysKind(kind, "name"), l.Declares(kind, "name"),
		l.StandsOn(kind, "name"), l.Mutual(kind, "name"), l.Essential(kind, "name"),
	}
	if slices.Contains(is, true) {
		t.Errorf("a field of it is something: %v", is)
	}
	if l.Set(kind, "name") != "" || len(l.Generated(kind)) > 0 || len(l.FieldRanges(kind, "r", "")) > 0 || len(l.Unnamed(kind, "r")) > 0 {
		t.Error("it has fields, or is named")
	}
	if got := l.FieldKey(kind, "r", "", "name") + l.Marker(kind, "r", "") + l.Follows(kind, "name") + strings.Join(append(l.Prefixes(kind, "r", ""), l.Places(kind, "r", "")...), " "); got != "" {
		t.Errorf("it has keys: %s", got)
	}
	if l.Placed(kind, "r", "") != "" || len(l.Followers(kind)) > 0 || len(l.Own(kind, "r", "")) > 0 || len(l.Held(kind, "r", "", func(string) (string, bool) { return "", true })) > 0 {
		t.Error("keys are its own, or hold something")
	}
	if r, ok := l.Range(kind, "r", "", "name"); ok || r != (kv.Range{}) || l.Ranges(kind, "r", "", "name") != nil {
		t.Errorf("a field of it is at %v", r)
	}
}

// TestReferredAndGenerated: the kinds that something refers to, and what the plan
// chooses values for.
func TestReferredAndGenerated(t *testing.T) {
	t.Parallel()
	l := layout()
	for kind, want := range map[addr.Kind]bool{addr.Core: true, addr.Entry: true, addr.Cell: true, addr.Route: false, addr.User: false, addr.Device: false} {
		if l.Referred(kind) != want {
			t.Errorf("something refers to a %s: %v", kind, !want)
		}
	}
	for kind, want := range map[addr.Kind]string{addr.Core: "uuid service_name", addr.Entry: "service_name", addr.User: "", addr.Cell: ""} {
		var got []string
		for _, f := range l.Generated(kind) {
			got = append(got, f.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("of a %s the plan chooses %s", kind, got)
		}
	}
}
