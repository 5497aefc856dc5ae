package config

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/addr"
)

// later lists the blocks that the language has and this release has not.
func later() []string { return []string{"import", "moved", "removed"} }

func rootSchema() *hcl.BodySchema {
	labelled := []string{"network", "cell", "core", "entry", "route", "user", "acl_role", "acl_user", "variable", "output", "module", "policy", "valve"}
	s := &hcl.BodySchema{}
	for _, name := range labelled {
		s.Blocks = append(s.Blocks, hcl.BlockHeaderSchema{Type: name, LabelNames: []string{"name"}})
	}
	for _, name := range []string{"etcd", "acl", "locals", "import", "moved", "removed"} {
		s.Blocks = append(s.Blocks, hcl.BlockHeaderSchema{Type: name})
	}
	return s
}

// blockTypes lists what may stand in a file.
func blockTypes() []string {
	blocks := rootSchema().Blocks
	out := make([]string, 0, len(blocks))
	for _, h := range blocks {
		out = append(out, h.Type)
	}
	return out
}

// attributes is a schema of optional attributes.
func attributes(names ...string) *hcl.BodySchema {
	s := &hcl.BodySchema{}
	for _, n := range names {
		s.Attributes = append(s.Attributes, hcl.AttributeSchema{Name: n})
	}
	return s
}

func withBlocks(s *hcl.BodySchema, blocks ...hcl.BlockHeaderSchema) *hcl.BodySchema {
	s.Blocks = append(s.Blocks, blocks...)
	return s
}

func plainBlock(name string) hcl.BlockHeaderSchema { return hcl.BlockHeaderSchema{Type: name} }

func deviceBlock() hcl.BlockHeaderSchema {
	return hcl.BlockHeaderSchema{Type: "device", LabelNames: []string{"name"}}
}

func dynamicBlock() hcl.BlockHeaderSchema {
	return hcl.BlockHeaderSchema{Type: "dynamic", LabelNames: []string{"type"}}
}

// shape is what may stand in a block of a kind.
type shape struct {
	attributes []string
	// plain are the nested blocks that are evaluated with the plain
	// attributes, late those that hold references.
	plain, late []hcl.BlockHeaderSchema
	lifecycle   bool
	repeatable  bool
	// required are the attributes that must be there and not be null.
	required []string
}

// nodeAttributes are what a Core and an Entry have in common, and some more.
func nodeAttributes(more ...string) []string {
	return append([]string{"ip", "domain", "region", "status", "service_name", "settings"}, more...)
}

func shapeOf(kind addr.Kind) shape {
	tls, etcd := plainBlock("tls"), plainBlock("etcd")
	object := shape{lifecycle: true, repeatable: true}
	switch kind {
	case addr.Cell:
		object.attributes = []string{"domain", "status"}
		object.required = []string{"domain"}
	case addr.Core:
		object.attributes = nodeAttributes("cell", "number", "uuid", "links")
		object.plain = []hcl.BlockHeaderSchema{tls, etcd}
		object.required = []string{"ip"}
	case addr.Entry:
		object.attributes = nodeAttributes("bound_to")
		object.required = []string{"ip"}
		object.plain = []hcl.BlockHeaderSchema{tls}
	case addr.Route:
		object.attributes = []string{"entry", "core", "status", "service_name"}
		object.required = []string{"entry", "core"}
		object.plain = []hcl.BlockHeaderSchema{tls}
	case addr.User:
		object.attributes = []string{"id", "username", "status", "core_nodes", "credential", "hash_telegram_id", "access"}
		object.late = []hcl.BlockHeaderSchema{deviceBlock()}
	case addr.ACLRole:
		return shape{late: []hcl.BlockHeaderSchema{plainBlock("grant")}, repeatable: true}
	case addr.ACLUser:
		return shape{attributes: []string{"name", "roles", "core", "entry", "person", "password_env", "password_file"}, repeatable: true, required: []string{"roles"}}
	case addr.ACL:
		return shape{attributes: []string{"enforce", "auth"}}
	case addr.Network:
		return shape{attributes: []string{"prefix", "max_cores_per_entry", "history"}}
	default:
	}
	return object
}

// schema is the shape as hcl wants it.
func (s shape) schema() *hcl.BodySchema {
	out := attributes(s.attributes...)
	if s.repeatable {
		out.Attributes = append(out.Attributes, attributes("for_each", "count").Attributes...)
	}
	out.Blocks = append(append(out.Blocks, s.plain...), s.late...)
	if len(out.Blocks) > 0 {
		out.Blocks = append(out.Blocks, dynamicBlock())
	}
	if s.lifecycle {
		out.Blocks = append(out.Blocks, plainBlock("lifecycle"))
	}
	return out
}

// nestedRequired are the attributes that a nested block must have.
func nestedRequired(block string) []string {
	switch block {
	case "etcd":
		return []string{"name", "peer_url"}
	case "grant":
		return []string{"access", "on"}
	}
	return nil
}

// nestedSchema is what may stand in a nested block.
func nestedSchema(block string) *hcl.BodySchema {
	switch block {
	case "tls":
		return attributes("sni", "fingerprint", "alpn", "min_version", "port")
	case "etcd":
		return attributes("name", "peer_url", "client_url")
	case "device":
		return attributes("uuid", "core", "status")
	case "grant":
		return attributes("access", "on")
	}
	return attributes()
}
