package schema_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

func TestCollections(t *testing.T) {
	t.Parallel()
	want := []string{"network", "cells", "nodes", "topology", "paths", "users", "routes"}
	if got := schema.Network().Collections(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	more := schema.New(schema.Kind{Name: addr.Cell, Path: "gates/"}, schema.Kind{Name: addr.Device, Path: "keys/", Parent: addr.Cell})
	if got := more.Folders(); !slices.Equal(got, []string{"gates"}) {
		t.Errorf("got %q", got)
	}
}

// TestData: a kind of data that only one field has is listed after those that
// have a place.
func TestData(t *testing.T) {
	t.Parallel()
	want := []string{
		"node configuration", "node status", "node health", "core paths", "node tls", "topology", "cells", "routes", "users", "credentials", "device routes",
	}
	if got := schema.Network().Data(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	more := schema.Network().With(addr.Cell, schema.Field{Name: "price", Data: "bills"}, schema.Field{Name: "tax", Data: "bills"})
	if got := more.Data(); !slices.Equal(got, append(want, "bills")) {
		t.Errorf("got %q", got)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	c := schema.Network()
	if same := c; !c.Equal(schema.Network()) || !c.Equal(same) {
		t.Error("it is not equal to itself")
	}
	var none, nothing *schema.Catalogue
	if !none.Equal(nothing) {
		t.Error("no catalogue is another one than none")
	}
	if c.Equal(c.With(addr.Cell, schema.Field{Name: "price"})) || c.Equal(none) || none.Equal(c) {
		t.Error("it is equal to another one")
	}
}
