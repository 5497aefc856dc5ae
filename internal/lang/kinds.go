package lang

import (
	"reflect"

	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
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

// NewTypes makes a vocabulary.
func NewTypes() *Types {
	t := &Types{identity: identityType(), kinds: map[addr.Kind]*Kind{}}
	for _, k := range []Kind{cellKind(), coreKind(), entryKind(), routeKind(), userKind(), deviceKind()} {
		k.Type = t.objectType(k)
		t.kinds[k.Kind] = &k
	}
	return t
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

// TLSType is the type of a tls block.
func TLSType() cty.Type {
	return cty.Object(map[string]cty.Type{
		"sni": cty.String, "fingerprint": cty.String, "alpn": cty.List(cty.String),
		"min_version": cty.String, "port": cty.Number,
	})
}

// MemberType is the type of the etcd block of a Core.
func MemberType() cty.Type {
	return cty.Object(map[string]cty.Type{"name": cty.String, "peer_url": cty.String, "client_url": cty.String})
}

func text(name string) Attribute { return Attribute{Name: name, Type: cty.String} }

func generated(name string) Attribute {
	return Attribute{Name: name, Type: cty.String, Generated: true}
}

func nodePlain() []Attribute {
	return []Attribute{
		text("ip"), text("domain"), text("region"), text("status"), generated("service_name"),
		{Name: "settings", Type: cty.Map(cty.String)},
		{Name: "tls", Type: TLSType()},
	}
}

func cellKind() Kind {
	return Kind{Kind: addr.Cell, Plain: []Attribute{text("domain"), text("status")}}
}

func coreKind() Kind {
	return Kind{
		Kind: addr.Core,
		Plain: append(nodePlain(), Attribute{Name: "number", Type: cty.Number}, generated("uuid"),
			Attribute{Name: "etcd", Type: MemberType()}),
		References: []Reference{
			{Name: "cell", Kind: addr.Cell},
			{Name: "links", Kind: addr.Core, Many: true},
		},
	}
}

func entryKind() Kind {
	return Kind{
		Kind: addr.Entry, Plain: nodePlain(),
		References: []Reference{{Name: "bound_to", Kind: addr.Core}},
	}
}

func routeKind() Kind {
	return Kind{
		Kind:  addr.Route,
		Plain: []Attribute{text("status"), text("service_name"), {Name: "tls", Type: TLSType()}},
		References: []Reference{
			{Name: "entry", Kind: addr.Entry},
			{Name: "core", Kind: addr.Core},
		},
	}
}

func userKind() Kind {
	return Kind{
		Kind: addr.User,
		Plain: []Attribute{
			{Name: "id", Type: cty.Number, Generated: true},
			text("username"), text("status"),
			{Name: "credential", Type: cty.String, Secret: true},
			{Name: "hash_telegram_id", Type: cty.String, Secret: true},
			{Name: "access", Type: cty.Set(cty.String)},
		},
		References: []Reference{{Name: "core_nodes", Kind: addr.Core, Many: true}},
	}
}

func deviceKind() Kind {
	return Kind{
		Kind:       addr.Device,
		Plain:      []Attribute{generated("uuid"), text("status")},
		References: []Reference{{Name: "core", Kind: addr.Core}},
	}
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
