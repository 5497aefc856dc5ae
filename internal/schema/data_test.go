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

// TestData: the kinds of data come as the rows do.
func TestData(t *testing.T) {
	t.Parallel()
	want := []string{
		"cells", "node configuration", "node status", "core paths", "topology", "node tls", "node health", "routes", "users", "credentials", "device routes",
	}
	if got := schema.Network().Data(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	more := schema.Network().With(addr.Cell, schema.Field{Name: "price", Data: "bills"}, schema.Field{Name: "tax", Data: "bills"})
	if got := more.Data(); !slices.Equal(got, slices.Insert(want, 1, "bills")) {
		t.Errorf("got %q", got)
	}
}

// TestWholes: what all keys below a path are called, with a kind and a place more too.
func TestWholes(t *testing.T) {
	t.Parallel()
	want := []schema.Whole{
		{Path: "cells/", Words: "all cells"},
		{Path: "nodes/", Words: "all nodes"},
		{Path: "topology/", Words: "the topology"},
		{Path: "topology/links/", Words: "all links"},
		{Path: "topology/bindings/", Words: "all bindings"},
		{Path: "paths/", Words: "all routes"},
		{Path: "users/", Words: "all users"},
		{Path: "routes/", Words: "all device routes"},
	}
	if got := schema.Network().Wholes(); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	more := schema.New(schema.Kind{Name: "gate", Plural: "gates", Path: "doors/", Beside: []schema.Place{{Base: schema.Links, Path: "gate/keys/", Plural: "keys"}}})
	if got := more.Wholes(); !slices.Equal(got, []schema.Whole{{Path: "doors/", Words: "all gates"}, {Path: "gate/", Words: "the gate"}, {Path: "gate/keys/", Words: "all keys"}}) {
		t.Errorf("got %+v", got)
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
