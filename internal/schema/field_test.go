package schema_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/schema"
)

// TestWhatAClassMeans: who may name a field, and what the network writes all day.
func TestWhatAClassMeans(t *testing.T) {
	t.Parallel()
	for class, want := range map[schema.Class]struct{ attribute, daily bool }{
		schema.Declared: {attribute: true}, schema.Initial: {attribute: true}, schema.Rotated: {true, true},
		schema.Derived: {}, schema.Stamp: {daily: true}, schema.Operational: {daily: true},
	} {
		f := schema.Field{Class: class}
		if f.Attribute() != want.attribute || f.Daily() != want.daily {
			t.Errorf("%s: a file may name it %v, written all day %v", class, f.Attribute(), f.Daily())
		}
		f.Label, f.Other = true, true
		if f.Attribute() || f.Daily() {
			t.Errorf("%s: named by a file though the label gives it, or written though another kind has it", class)
		}
	}
}

// TestWhatATypeMeans: what has many keys, and what is declared whole.
func TestWhatATypeMeans(t *testing.T) {
	t.Parallel()
	many := []schema.Type{schema.Set, schema.Map, schema.Block}
	for typ := schema.Text; typ <= schema.Mixed; typ++ {
		f := schema.Field{Type: typ}
		if f.Many() != slices.Contains(many, typ) || f.Whole() != (typ == schema.Set) || f.Seen() != (typ != schema.Block) {
			t.Errorf("type %d: many %v, whole %v, seen %v", typ, f.Many(), f.Whole(), f.Seen())
		}
	}
	for _, f := range []schema.Field{{Unseen: true}, {Generated: true}, {Sensitive: true}, {Covert: true}} {
		if f.Seen() {
			t.Errorf("policies see %+v", f)
		}
	}
	if name, member, ok := schema.Cut("tls.sni"); name != "tls" || member != "sni" || !ok {
		t.Errorf("tls.sni is cut into %s and %s", name, member)
	}
}

// TestFreeText: what may be any text may be a secret too.
func TestFreeText(t *testing.T) {
	t.Parallel()
	free := []schema.Check{
		schema.Unchecked, schema.Line, schema.FreeText, schema.Segment, schema.Domain, schema.ServiceName, schema.Credential,
	}
	for c := schema.Unchecked; c <= schema.Serial; c++ {
		if c.Free() != slices.Contains(free, c) {
			t.Errorf("check %d is free: %v", c, c.Free())
		}
	}
	for text, want := range map[string]bool{"active": true, "inactive": true, "archived": true, "": false, "Active": false, "gone": false} {
		if schema.IsStatus(text) != want {
			t.Errorf("%q is a status: %v", text, !want)
		}
	}
}

// TestCanonical: spellings that are one value are equal, others stay apart.
func TestCanonical(t *testing.T) {
	t.Parallel()
	domain, uuid := schema.Field{Check: schema.Domain}, schema.Field{Check: schema.UUID}
	digest, fingerprint := schema.Field{Check: schema.Digest}, schema.Field{Check: schema.Fingerprint}
	number, text := schema.Field{Type: schema.Number}, schema.Field{}
	for _, test := range []struct {
		f           schema.Field
		value, want string
	}{
		{domain, " A.Example. ", "a.example"},
		{domain, "a.example..", "a.example."},
		{uuid, " 0A-F. ", "0a-f."},
		{digest, " 0A ", "0a"},
		{fingerprint, " Chrome ", "chrome"},
		{number, " 007 ", "7"},
		{number, "70", "70"},
		{number, "000", "0"},
		{number, "", ""},
		{number, " ", " "},
		{number, "07x", "07x"},
		{number, "-07", "-07"},
		{text, " A. ", " A. "},
		{text, "007", "007"},
	} {
		if got := test.f.Canonical(test.value); got != test.want {
			t.Errorf("%q by %+v is %q", test.value, test.f, got)
		}
		if got := test.f.Canonical(test.want); got != test.want && test.f.Check != schema.Domain {
			t.Errorf("%q is not what it is itself: %q", test.want, got)
		}
	}
}
