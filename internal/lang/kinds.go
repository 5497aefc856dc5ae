package lang

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// identityAttribute carries an object's address inside its value. Its name is no
// identifier, so that no expression can name it.
const identityAttribute = "(identity)"

// Attribute is one plain attribute of a kind: its value needs no other object
// to be chosen.
type Attribute struct {
	Name string
	Type cty.Type
	// Generated says that the plan chooses the value where a file gives none.
	Generated bool
	// Secret says that the value is never shown.
	Secret bool
	// hollow says that a block that is not there has its attributes, all null.
	hollow bool
}

// Reference is an attribute that holds references to objects of a kind. It is
// no part of an object's value.
type Reference struct {
	Name string
	Kind addr.Kind
	Many bool
}

// Kind is what the language knows of one kind of object.
type Kind struct {
	Kind       addr.Kind
	Plain      []Attribute
	References []Reference
	// Type is the one type that all objects of the kind have.
	Type cty.Type
}

// Attribute returns the plain attribute of a name.
func (k *Kind) Attribute(name string) (Attribute, bool) {
	for _, a := range k.Plain {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

// Reference returns the attribute of a name that holds references.
func (k *Kind) Reference(name string) (Reference, bool) {
	for _, r := range k.References {
		if r.Name == name {
			return r, true
		}
	}
	return Reference{}, false
}

// Names lists the attributes of both sorts, plain ones first.
func (k *Kind) Names() []string {
	names := make([]string, 0, len(k.Plain)+len(k.References))
	for _, a := range k.Plain {
		names = append(names, a.Name)
	}
	for _, r := range k.References {
		names = append(names, r.Name)
	}
	return names
}

// Types is the vocabulary of one run: the kinds and the type of their
// identities. Values of two vocabularies do not mix.
type Types struct {
	identity cty.Type
	kinds    map[addr.Kind]*Kind
}

// NewTypes makes the vocabulary of a catalogue.
func NewTypes(c *schema.Catalogue) *Types {
	t := &Types{identity: identityType(), kinds: map[addr.Kind]*Kind{}}
	for i := range c.Kinds() {
		of := &c.Kinds()[i]
		if of.Foreign {
			continue
		}
		k := kindOf(of)
		k.Type = t.objectType(k)
		t.kinds[k.Kind] = &k
	}
	return t
}

// kindOf is what the language knows of a kind.
func kindOf(of *schema.Kind) Kind {
	k := Kind{Kind: of.Name}
	for i := range of.Fields {
		f := &of.Fields[i]
		switch {
		case !of.Has(f):
		case f.Refers != "":
			k.References = append(k.References, Reference{Name: f.Name, Kind: f.Refers, Many: f.Type == schema.Set})
		default:
			k.Plain = append(k.Plain, Attribute{
				Name: f.Name, Type: fieldType(f), Generated: f.Generated, Secret: f.Sensitive || f.Covert,
				hollow: f.Type == schema.Block && f.Stored,
			})
		}
	}
	return k
}

// fieldType is the type of a field's value.
func fieldType(f *schema.Field) cty.Type {
	switch f.Type {
	case schema.Number:
		return cty.Number
	case schema.Bool:
		return cty.Bool
	case schema.List:
		return cty.List(cty.String)
	case schema.Set:
		return cty.Set(cty.String)
	case schema.Map:
		return cty.Map(cty.String)
	case schema.Block:
		members := map[string]cty.Type{}
		for i := range f.Members {
			members[f.Members[i].Name] = fieldType(&f.Members[i])
		}
		return cty.Object(members)
	case schema.Mixed:
		return cty.DynamicPseudoType
	case schema.Text:
	}
	return cty.String
}

// Kind returns a kind of object that expressions can refer to, or nil.
func (t *Types) Kind(kind addr.Kind) *Kind { return t.kinds[kind] }

// Referable lists the kinds whose objects expressions can name, in order.
func Referable() []addr.Kind {
	return []addr.Kind{addr.Cell, addr.Core, addr.Entry, addr.Route, addr.User}
}

func (t *Types) objectType(k Kind) cty.Type {
	attrs := map[string]cty.Type{identityAttribute: t.identity}
	for _, a := range k.Plain {
		attrs[a.Name] = a.Type
	}
	return cty.Object(attrs)
}

// identity is what the hidden attribute of an object holds.
type identity struct{ addr addr.Addr }

func identityType() cty.Type {
	return cty.CapsuleWithOps("object", reflect.TypeFor[identity](), &cty.CapsuleOps{
		RawEquals: func(a, b any) bool { return identityOf(a) == identityOf(b) },
		HashKey:   func(v any) string { return identityOf(v).String() },
	})
}

func identityOf(v any) addr.Addr {
	if id, ok := v.(*identity); ok {
		return id.addr
	}
	return addr.Addr{}
}
