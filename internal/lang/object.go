package lang

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Object makes the value of an object. Attributes that values lacks are typed
// nulls; one that the plan would generate is a null that says so.
func (t *Types) Object(a addr.Addr, values map[string]cty.Value) cty.Value {
	kind := t.kinds[a.Kind]
	attrs := make(map[string]cty.Value, len(kind.Plain)+1)
	attrs[identityAttribute] = cty.CapsuleVal(t.identity, &identity{addr: a})
	for _, p := range kind.Plain {
		v, ok := values[p.Name]
		switch {
		case !ok || isNull(v):
			v = absent(p)
		case p.Secret:
			v = v.Mark(Sensitive)
		}
		attrs[p.Name] = v
	}
	return cty.ObjectVal(attrs)
}

func absent(p Attribute) cty.Value {
	null := cty.NullVal(p.Type)
	if p.hollow {
		null = hollow(p.Type)
	}
	if p.Generated {
		return null.Mark(generatedMark(p.Name))
	}
	return null
}

// hollow lets core.ams.tls.sni be a null where there is no tls block.
func hollow(block cty.Type) cty.Value {
	attrs := map[string]cty.Value{}
	for name, typ := range block.AttributeTypes() {
		attrs[name] = cty.NullVal(typ)
	}
	return cty.ObjectVal(attrs)
}

func isNull(v cty.Value) bool {
	plain, _ := v.Unmark()
	return plain.IsNull()
}

// KindOf returns the kind of objects that a type is the type of, or nil.
func (t *Types) KindOf(typ cty.Type) *Kind {
	if !typ.IsObjectType() || !typ.HasAttribute(identityAttribute) {
		return nil
	}
	for _, k := range t.kinds {
		if typ.Equals(k.Type) {
			return k
		}
	}
	return nil
}

// AddressOf returns the address of an object's value. It is false for what is
// no object, and for nulls.
func (t *Types) AddressOf(v cty.Value) (addr.Addr, bool) {
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() || !v.Type().IsObjectType() || !v.Type().HasAttribute(identityAttribute) {
		return addr.Addr{}, false
	}
	id, _ := v.GetAttr(identityAttribute).Unmark()
	if !id.IsKnown() || id.IsNull() || !id.Type().Equals(t.identity) {
		return addr.Addr{}, false
	}
	return identityOf(id.EncapsulatedValue()), true
}

// Plain removes the identities from a value, at any depth: what is printed and
// encoded are the attributes.
func Plain(v cty.Value) (cty.Value, error) {
	return cty.Transform(v, func(_ cty.Path, v cty.Value) (cty.Value, error) {
		bare, marks := v.Unmark()
		if bare.Type().IsCapsuleType() && (!bare.IsKnown() || bare.IsNull()) {
			return cty.NullVal(cty.String).WithMarks(marks), nil
		}
		if bare.IsNull() || !bare.IsKnown() || !bare.Type().IsObjectType() || !bare.Type().HasAttribute(identityAttribute) {
			return v, nil
		}
		attrs := bare.AsValueMap()
		delete(attrs, identityAttribute)
		return cty.ObjectVal(attrs).WithMarks(marks), nil
	})
}
