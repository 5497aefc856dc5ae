package schema_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestCatalogueToTheLetter: what the catalogue says of each kind, place and field,
// but for the words for people. What is in it decides what is enforced, shown and
// allowed, so that a change of it has to be seen.
func TestCatalogueToTheLetter(t *testing.T) {
	t.Parallel()
	path := filepath.Join("testdata", "catalogue.txt")
	var out strings.Builder
	for _, k := range schema.Network().Kinds() {
		fmt.Fprintf(&out, "%s\n", said(k))
		for _, p := range k.Beside {
			fmt.Fprintf(&out, "\tbeside: %s\n", said(p))
		}
		fields := slices.DeleteFunc(slices.Clone(k.Fields), func(f schema.Field) bool { return f.Type != schema.Block })
		for _, f := range append(fields, k.Leaves()...) {
			fmt.Fprintf(&out, "\t%s\n", strings.TrimSpace(said(f)+" of="+strings.ReplaceAll(k.DataOf(&f), " ", "-")))
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(out.String(), "\n")); diff != "" {
		t.Errorf("the catalogue has changed; -update writes it anew:\n%s", diff)
	}
}

// said is what a struct says, but for what is not set and what is for people.
func said(v any) string {
	var out []string
	value := reflect.ValueOf(v)
	for i := range value.NumField() {
		name := value.Type().Field(i).Name
		if name == "Unique" && !value.Field(i).IsZero() {
			out = append(out, "unique=["+said(value.Field(i).Interface())+"]")
		}
		plain := slices.Contains([]reflect.Kind{reflect.String, reflect.Bool, reflect.Uint8}, value.Field(i).Kind())
		words := slices.Contains([]string{"Doc", "Otherwise", "Value", "In"}, name)
		if !plain || words || value.Field(i).IsZero() {
			continue
		}
		if value.Field(i).Kind() == reflect.Bool {
			out = append(out, strings.ToLower(name))
			continue
		}
		text := strings.ReplaceAll(fmt.Sprint(value.Field(i)), " ", "-")
		if number, ok := strings.CutPrefix(value.Field(i).Type().String(), "schema."); ok && value.Field(i).CanUint() {
			text = constants()[number][value.Field(i).Uint()]
		}
		out = append(out, strings.ToLower(name)+"="+text)
	}
	return strings.Join(out, " ")
}

// constants are the names of the numbers, in order.
func constants() map[string][]string {
	return map[string][]string{
		"Type": {"text", "number", "bool", "list", "set", "map", "block", "mixed"},
		"Base": {"own", "links", "bindings", "routes"},
		"Check": {
			"unchecked", "line", "free-text", "segment", "ip", "domain", "uuid", "status", "service-name", "right", "digest", "credential",
			"fingerprint", "tls-version", "port", "protocols", "count", "serial",
		},
		"Derivation": {"copied", "kind-name", "active-only"},
	}
}

// small is a catalogue with one of everything.
func small() *schema.Catalogue {
	return schema.New(
		schema.Kind{Name: "a", Path: "as/", Data: "kind", Fields: []schema.Field{
			{Name: "x", Identity: true},
			{Name: "plain", Stored: true, Key: "plain"},
			{Name: "y", Identity: true},
			{
				Name: "tls", Type: schema.Block, Stored: true, Key: "tls/", Base: schema.Links, Class: schema.Declared,
				Members: []schema.Field{{Name: "sni"}, {Name: "port", Key: "p", Sensitive: true}},
			},
		}, Beside: []schema.Place{{Base: schema.Links, Path: "ls/", Data: "links", Of: "a"}, {Base: schema.Bindings, Path: "bs/", Of: "b"}}},
		schema.Kind{Name: "b", Path: "bs/", Parent: "a"},
		schema.Kind{Name: "c", Path: "cs/"},
		schema.Kind{Name: "d", Path: "ds/", Parent: "a"},
	)
}

func names[F any](all []F, name func(F) string) string {
	var out []string
	for _, f := range all {
		out = append(out, name(f))
	}
	return strings.Join(out, " ")
}

func fieldName(f schema.Field) string { return f.Name }

// TestCatalogueFinds: kinds by name and by parent, fields by name, and the parts of
// an identity.
func TestCatalogueFinds(t *testing.T) {
	t.Parallel()
	c := small()
	kindName := func(k *schema.Kind) string { return string(k.Name) }
	if got := names(c.Below("a"), kindName); got != "b d" {
		t.Errorf("below a are %s", got)
	}
	if got := c.Below("c"); len(got) != 0 || len(c.Kinds()) != 4 || c.Kind("none") != nil {
		t.Errorf("below c are %v; %d kinds", got, len(c.Kinds()))
	}
	a := c.Kind("a")
	if got := names(a.Parts(), func(f *schema.Field) string { return f.Name }); got != "x y" {
		t.Errorf("the identity is %s", got)
	}
	if f, ok := a.Field("y"); !ok || f.Name != "y" {
		t.Errorf("y is %+v, %v", f, ok)
	}
	if f, ok := a.Field("z"); ok || f != nil {
		t.Errorf("z is %+v", f)
	}
}

// TestPartsOfFieldsAndKinds: a member of a block by its name, a place by its base.
func TestPartsOfFieldsAndKinds(t *testing.T) {
	t.Parallel()
	a := small().Kind("a")
	tls, _ := a.Field("tls")
	if m, ok := tls.Member("port"); !ok || m.Name != "port" {
		t.Errorf("tls.port is %+v, %v", m, ok)
	}
	if m, ok := tls.Member("none"); ok || m != nil {
		t.Errorf("tls.none is %+v", m)
	}
	for base, want := range map[schema.Base]string{schema.Own: "as/", schema.Links: "ls/", schema.Bindings: "bs/", schema.Routes: ""} {
		if got := a.Place(base).Path; got != want {
			t.Errorf("base %d is at %q", base, got)
		}
	}
	own := schema.Kind{Path: "as/", Beside: []schema.Place{{Base: schema.Own, Path: "other/"}}}
	if got := own.Place(schema.Own).Path; got != "as/" {
		t.Errorf("its own place is %q", got)
	}
}

// TestWithMoreFields: of one kind only, and the catalogue before stays as it was.
func TestWithMoreFields(t *testing.T) {
	t.Parallel()
	c := small()
	wider := c.With("c", schema.Field{Name: "new"})
	for kind, want := range map[string][2]string{"c": {"", "new"}, "b": {"", ""}} {
		before, after := c.Kind(addr.Kind(kind)), wider.Kind(addr.Kind(kind))
		if names(before.Fields, fieldName) != want[0] || names(after.Fields, fieldName) != want[1] || names(after.Leaves(), fieldName) != want[1] {
			t.Errorf("%s has %+v, and %+v then", kind, before, after)
		}
	}
}

// TestLeavesOfBlocks: a block is its members, with its own place and class, below
// its key: by a key of their own, or by their name.
func TestLeavesOfBlocks(t *testing.T) {
	t.Parallel()
	leaves := small().Kind("a").Leaves()
	if got := names(leaves, fieldName); got != "x plain y tls.sni tls.port" {
		t.Fatalf("it has %s", got)
	}
	want := []schema.Field{
		{Name: "tls.sni", Stored: true, Key: "tls/sni", Base: schema.Links, Class: schema.Declared},
		{Name: "tls.port", Stored: true, Key: "tls/p", Base: schema.Links, Class: schema.Declared, Sensitive: true},
	}
	if diff := cmp.Diff(want, leaves[3:]); diff != "" {
		t.Error(diff)
	}
}

// TestDataOf: the field's own, a credential, its place's, its kind's, in this order.
func TestDataOf(t *testing.T) {
	t.Parallel()
	a := small().Kind("a")
	for want, f := range map[string]schema.Field{
		"own": {Data: "own", Sensitive: true, Base: schema.Links}, "credentials": {Sensitive: true, Base: schema.Links},
		"links": {Base: schema.Links}, "kind": {Base: schema.Bindings},
	} {
		if got := a.DataOf(&f); got != want {
			t.Errorf("%+v is %s", f, got)
		}
	}
	for base, want := range map[schema.Base]bool{schema.Own: true, schema.Links: true, schema.Bindings: false} {
		if got := a.Has(&schema.Field{Base: base, Class: schema.Declared}); got != want {
			t.Errorf("files give it a field of base %d: %v", base, got)
		}
	}
	if a.Has(&schema.Field{Class: schema.Stamp}) {
		t.Error("files give it a stamp")
	}
}
