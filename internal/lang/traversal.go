package lang

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Path is a reference as it is written, before anything is evaluated:
// a root word, the names behind it, and the instance key where it is literal.
type Path struct {
	Root string
	// Name is the second word: the variable, the label. NameRange is its place.
	Name      string
	NameRange hcl.Range
	// Key is the literal instance key directly behind the name.
	Key addr.Key
	// Indexed says that there is an index behind the name, literal or a splat.
	Indexed bool
	// Rest is what follows.
	Rest  hcl.Traversal
	Range hcl.Range
}

// ReadPath reads a traversal.
func ReadPath(t hcl.Traversal) Path {
	p := Path{Root: t.RootName(), Range: t.SourceRange()}
	rest := t[1:]
	name, at, ok := attributeStep(rest)
	if !ok {
		p.Rest = rest
		return p
	}
	p.Name, p.NameRange, rest = name, at, rest[1:]
	if len(rest) > 0 {
		switch step := rest[0].(type) {
		case hcl.TraverseIndex:
			p.Indexed, p.Key, rest = true, literalKey(step.Key), rest[1:]
		case hcl.TraverseSplat:
			p.Indexed, rest = true, rest[1:]
		}
	}
	p.Rest = rest
	return p
}

// attributeStep reads the first step of a traversal as a name: both core.ams and
// core["ams"] name the same.
func attributeStep(t hcl.Traversal) (string, hcl.Range, bool) {
	if len(t) == 0 {
		return "", hcl.Range{}, false
	}
	switch step := t[0].(type) {
	case hcl.TraverseAttr:
		return step.Name, step.SrcRange, true
	case hcl.TraverseIndex:
		if k := literalKey(step.Key); k.IsSet() && step.Key.Type() == cty.String {
			return k.Text(), step.SrcRange, true
		}
	}
	return "", hcl.Range{}, false
}

func literalKey(v cty.Value) addr.Key {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() {
		return addr.NoKey
	}
	switch v.Type() {
	case cty.String:
		return addr.StringKey(v.AsString())
	case cty.Number:
		if n, accuracy := v.AsBigFloat().Int64(); accuracy == 0 && n >= 0 && n <= maxInstances {
			return addr.IntKey(int(n))
		}
	}
	return addr.NoKey
}

// Next reads the first step of the rest as a name.
func (p Path) Next() (name string, at hcl.Range, rest hcl.Traversal, ok bool) {
	name, at, ok = attributeStep(p.Rest)
	if !ok {
		return "", hcl.Range{}, p.Rest, false
	}
	return name, at, p.Rest[1:], true
}
