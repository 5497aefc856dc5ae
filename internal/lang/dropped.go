package lang

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// Dropped is an attribute of a value that its type does not have, beside others
// that may be left out: most often the misspelt name of one of those.
type Dropped struct {
	// Path leads to the first object that has it.
	Path cty.Path
	Name string
	// Missing are the attributes that may be left out and are, sorted.
	Missing []string
	// More is how many other objects have it too.
	More int
}

// Dropped finds what [Constraint.Convert] leaves out of a value, in the order of
// the value. An object type without optional attributes is meant to take a part of
// larger objects, so nothing is found there.
func (c Constraint) Dropped(v cty.Value) []Dropped {
	if !hasOptional(c.Type) {
		return nil
	}
	d := dropped{at: map[string]int{}}
	d.walk(c.Type, v, nil, "")
	return d.found
}

type dropped struct {
	found []Dropped
	// at is where an attribute's finding is, by its name below its type.
	at map[string]int
}

// walk compares a value with its type. The place is that in the type.
func (d *dropped) walk(t cty.Type, v cty.Value, path cty.Path, place string) {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || !hasOptional(t) {
		return
	}
	switch {
	case t.IsObjectType() && v.Type().IsObjectType():
		d.object(t, v, path, place)
	case t.IsCollectionType() && v.CanIterateElements():
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			d.walk(t.ElementType(), element, child(path, cty.IndexStep{Key: key}), place+"[]")
		}
	case t.IsTupleType() && v.Type().IsTupleType():
		for i, inner := range t.TupleElementTypes()[:min(t.Length(), v.Type().Length())] {
			at := cty.NumberIntVal(int64(i))
			d.walk(inner, v.Index(at), child(path, cty.IndexStep{Key: at}), place+at.AsBigFloat().String())
		}
	}
}

func (d *dropped) object(t cty.Type, v cty.Value, path cty.Path, place string) {
	has := v.Type().AttributeTypes()
	if optional := t.OptionalAttributes(); len(optional) > 0 {
		var missing []string
		for name := range optional {
			if _, ok := has[name]; !ok {
				missing = append(missing, name)
			}
		}
		slices.Sort(missing)
		for _, name := range slices.Sorted(maps.Keys(has)) {
			if !t.HasAttribute(name) {
				d.add(Dropped{Path: path, Name: name, Missing: missing}, place+"."+name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(has)) {
		if t.HasAttribute(name) {
			d.walk(t.AttributeType(name), v.GetAttr(name), child(path, cty.GetAttrStep{Name: name}), place+"."+name)
		}
	}
}

func (d *dropped) add(one Dropped, place string) {
	if i, twice := d.at[place]; twice {
		d.found[i].More++
		return
	}
	d.at[place] = len(d.found)
	d.found = append(d.found, one)
}

func child(path cty.Path, step cty.PathStep) cty.Path { return append(slices.Clip(path), step) }

// hasOptional reports whether a type has optional attributes anywhere.
func hasOptional(t cty.Type) bool {
	switch {
	case t.IsObjectType():
		if len(t.OptionalAttributes()) > 0 {
			return true
		}
		for _, inner := range t.AttributeTypes() {
			if hasOptional(inner) {
				return true
			}
		}
	case t.IsCollectionType():
		return hasOptional(t.ElementType())
	case t.IsTupleType():
		return slices.ContainsFunc(t.TupleElementTypes(), hasOptional)
	}
	return false
}
