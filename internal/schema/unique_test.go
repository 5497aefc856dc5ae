package schema_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestUniques: what is unique has one key with one value, or is the whole
// identity; the field within whose value it is unique lies beside it; and the
// fields of one noun say the same of it.
func TestUniques(t *testing.T) {
	t.Parallel()
	c := schema.Network()
	var nouns []string
	for _, all := range c.Uniques() {
		nouns = append(nouns, all[0].Field.Unique.Noun)
		for _, h := range all {
			f := h.Field
			if f.Unique != all[0].Field.Unique {
				t.Errorf("%s.%s says otherwise of the %s than %s.%s", h.Kind, f.Name, f.Unique.Noun, all[0].Kind, all[0].Field.Name)
			}
			if f.Many() || f.Refers != "" || strings.Contains(f.Key, "/") || strings.Count(f.Unique.Clash, "%s") != 1 {
				t.Errorf("%s.%s can't be unique", h.Kind, f.Name)
			}
			unfit(t, c, h)
		}
	}
	if want := []string{"IP", "domain", "number", "UUID", "user id", "username", "device name"}; !slices.Equal(slices.DeleteFunc(nouns, func(n string) bool { return strings.HasPrefix(n, "domain of") }), want) {
		t.Errorf("unique are %q", nouns)
	}
}

// unfit: a unique value is in a key, or is the whole identity.
func unfit(t *testing.T, c *schema.Catalogue, h schema.Holder) {
	t.Helper()
	if f := h.Field; f.Stored == f.Identity || f.Identity && len(c.Kind(h.Kind).Parts()) != 1 {
		t.Errorf("%s.%s is neither a key nor the whole identity", h.Kind, f.Name)
	}
	f := h.Field
	if w := h.Within; f.Unique.Below && c.Kind(h.Kind).Parent == "" || (w != nil) != (f.Unique.Within != "") || w != nil && (!w.Stored || w.Many() || w.Base != f.Base || strings.Contains(w.Key, "/")) {
		t.Errorf("%s.%s is unique within %q, or below a parent, which is not there", h.Kind, f.Name, f.Unique.Within)
	}
}

// TestUniquesOfOneNoun: they stand together, whatever lies between them; what is in the
// same key of objects of two kinds is the same.
func TestUniquesOfOneNoun(t *testing.T) {
	t.Parallel()
	tag := schema.Unique{Noun: "tag", Clash: "Two have the tag %s", Within: "at"}
	field := func(name, key string, u schema.Unique) schema.Field {
		return schema.Field{Name: name, Stored: true, Key: key, Unique: u}
	}
	c := schema.New(
		schema.Kind{Name: addr.Core, Fields: []schema.Field{field("at", "at", schema.Unique{}), field("x", "tag", tag), field("y", "y", schema.Unique{Noun: "y"})}},
		schema.Kind{Name: addr.Entry, Fields: []schema.Field{field("z", "tag", tag), field("other", "other", tag)}},
	)
	var got []string
	all := c.Uniques()
	for _, of := range all {
		for _, h := range of {
			got = append(got, string(h.Kind)+"."+h.Field.Name)
		}
	}
	if want := []string{"core.x", "entry.z", "entry.other", "core.y"}; !slices.Equal(got, want) || len(all) != 2 {
		t.Fatalf("got %q", got)
	}
	x, z, other, y := all[0][0], all[0][1], all[0][2], all[1][0]
	if x.Within == nil || x.Within.Name != "at" || z.Within != nil {
		t.Errorf("they are unique within %+v and %+v", x.Within, z.Within)
	}
	if !x.Same(z) || x.Same(other) || x.Same(y) {
		t.Error("what is in the same key is not the same, or what is in another is")
	}
	for _, change := range []func(f *schema.Field){
		func(f *schema.Field) { f.Identity = true }, func(f *schema.Field) { f.Base = schema.Links },
		func(f *schema.Field) { f.Key = "k" }, func(f *schema.Field) { f.Unique.Noun = "n" },
	} {
		f := *x.Field
		if change(&f); x.Same(schema.Holder{Field: &f}) {
			t.Errorf("%+v is the same", f)
		}
	}
}
