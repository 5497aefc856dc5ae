package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
)

// origin is where an object is declared.
type origin struct {
	block *block
	// nested is set for a device.
	nested *nested
}

// Locate gives diagnostics that name an object, and an attribute of it, their
// place in a file with its source line, secrets masked. It changes nothing else.
func (c *Config) Locate(l diag.List) diag.List {
	if c == nil || c.run == nil {
		return l
	}
	out := make(diag.List, 0, len(l))
	for _, d := range l {
		if d.Range == nil {
			if at, ok := c.run.find(d.Address, d.Attribute); ok {
				d.Range, d.Snippet = c.run.rangeOf(at), c.run.snippet(at)
			}
		}
		related := make([]diag.Place, 0, len(d.Related))
		for _, p := range d.Related {
			if p.Range == nil {
				if at, ok := c.run.find(p.Address, p.Attribute); ok {
					p.Range, p.Snippet = c.run.rangeOf(at), c.run.snippet(at)
				}
			}
			related = append(related, p)
		}
		if len(related) > 0 {
			d.Related = related
		}
		out = append(out, d)
	}
	return out
}

// Place is the header of the block that declares an object; nil where none does.
func (c *Config) Place(address string) *diag.Range {
	if c == nil || c.run == nil {
		return nil
	}
	at, ok := c.run.find(address, "")
	if !ok {
		return nil
	}
	return c.run.rangeOf(at)
}

// find is the place of an object, or of its attribute where that is written.
func (r *run) find(address, attribute string) (hcl.Range, bool) {
	a, err := addr.Parse(address)
	if err != nil {
		return hcl.Range{}, false
	}
	o, ok := r.places[a]
	if !ok {
		return hcl.Range{}, false
	}
	attrs, def := o.block.attrs, o.block.def
	if o.nested != nil {
		attrs, def = o.nested.attrs, o.nested.def
	}
	first, rest, _ := strings.Cut(attribute, ".")
	if at := attrs[first]; at != nil {
		return member(at, rest), true
	}
	for _, n := range o.block.nested {
		if o.nested != nil || n.kind != first || n.kind == "device" {
			continue
		}
		if at := n.attrs[rest]; at != nil {
			return at.expr.Range(), true
		}
		return n.def, true
	}
	return def, true
}

// member is the value of one key where an attribute is written as a map.
func member(a *attr, key string) hcl.Range {
	if key == "" {
		return a.expr.Range()
	}
	if a.members == nil {
		a.members = membersOf(a.expr)
	}
	if at, ok := a.members[key]; ok {
		return at
	}
	return a.expr.Range()
}

// membersOf is the values of the keys of a map that is written out; of a key that
// stands there twice, the first one.
func membersOf(expr hcl.Expression) map[string]hcl.Range {
	out := map[string]hcl.Range{}
	pairs, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return out
	}
	for _, p := range pairs {
		key := keyText(p.Key)
		if _, twice := out[key]; !twice {
			out[key] = p.Value.Range()
		}
	}
	return out
}

// keyText is the literal key of a pair; empty where it is computed.
func keyText(expr hcl.Expression) string {
	if word := hcl.ExprAsKeyword(expr); word != "" {
		return word
	}
	if v, diags := expr.Value(nil); !diags.HasErrors() {
		return textOf(v).Value
	}
	return ""
}
