package acl

import (
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// target are the ranges of one thing that a grant covers.
func (c *compiler) target(role addr.Addr, t network.Target) []kv.Range {
	switch {
	case t.Collection == schema.Everything:
		return c.networkRanges()
	case c.layout.Prefix()+t.Collection+"/" == c.layout.All(addr.User):
		return c.userRanges()
	case t.Collection != "":
		return c.collection(t.Collection)
	case t.Key != "":
		return []kv.Range{keyed(c.layout.Prefix() + t.Key)}
	}
	id := c.topology.id(t.Object)
	parent := c.topology.parents[t.Object]
	unknown := id == "" || t.Object.Kind == addr.Device && parent == ""
	if unknown && !c.checks {
		c.fail(role, t.Object)
		return nil
	}
	if t.Field == "" {
		return c.object(t.Object.Kind, id, parent)
	}
	out := c.layout.Ranges(t.Object.Kind, id, parent, t.Field)
	if len(out) == 0 {
		c.diags = append(c.diags, diag.Diagnostic{
			Severity: diag.Error, Address: role.String(), Attribute: "grant.on",
			Summary: fmt.Sprintf("%q of %s is not a key", t.Field, t.Object),
			Detail:  "It is a part of where the object's keys are, or not stored at all, so nobody can be given the right to it.",
			Hint:    "Grant the whole object, or another attribute of it.",
		})
	}
	return out
}

// keyed is a key, or where it ends in a slash everything below it.
func keyed(key string) kv.Range {
	if strings.HasSuffix(key, "/") {
		return kv.Below(key)
	}
	return kv.Range{Key: key}
}

// collection are all keys of a kind.
func (c *compiler) collection(name string) []kv.Range {
	return []kv.Range{kv.Below(c.layout.Prefix() + name + "/")}
}

// object are all keys that an object may have.
func (c *compiler) object(kind addr.Kind, id, parent string) []kv.Range {
	prefixes := c.layout.Places(kind, id, parent)
	out := make([]kv.Range, 0, len(prefixes))
	for _, prefix := range prefixes {
		out = append(out, kv.Below(prefix))
	}
	return out
}
