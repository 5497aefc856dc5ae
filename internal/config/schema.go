package config

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
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

// shapeOf is what the catalogue says of a kind.
func (r *run) shapeOf(kind addr.Kind) shape {
	k := r.catalogue.Kind(kind)
	out := shape{lifecycle: !k.Foreign, repeatable: !k.Single}
	for i := range k.Fields {
		f := &k.Fields[i]
		switch {
		case !k.Has(f):
			continue
		case f.Type != schema.Block:
			out.attributes = append(out.attributes, f.Name)
		case k.Foreign:
			out.late = append(out.late, plainBlock(f.Name))
		default:
			out.plain = append(out.plain, plainBlock(f.Name))
		}
		if f.Required {
			out.required = append(out.required, f.Name)
		}
	}
	for _, below := range r.catalogue.Below(kind) {
		out.late = append(out.late, hcl.BlockHeaderSchema{Type: string(below.Name), LabelNames: []string{"name"}})
	}
	return out
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

// stored are the attributes and blocks of a kind that it keeps.
func (r *run) stored(kind addr.Kind) []string {
	var out []string
	k := r.catalogue.Kind(kind)
	for i := range k.Fields {
		if f := &k.Fields[i]; k.Has(f) && (f.Stored || f.Identity) {
			out = append(out, f.Name)
		}
	}
	return out
}

// nestedFields are the attributes that may stand in a block inside one of a kind.
func (r *run) nestedFields(kind addr.Kind, block string) []schema.Field {
	k := r.catalogue.Kind(kind)
	if f, ok := k.Field(block); ok {
		return f.Members
	}
	below := r.catalogue.Kind(addr.Kind(block))
	var out []schema.Field
	for _, f := range below.Fields {
		if below.Has(&f) {
			out = append(out, f)
		}
	}
	return out
}

// nestedSchema is what may stand in a nested block, and what must.
func (r *run) nestedSchema(kind addr.Kind, block string) (body *hcl.BodySchema, required []string) {
	fields := r.nestedFields(kind, block)
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		names = append(names, f.Name)
		if f.Required {
			required = append(required, f.Name)
		}
	}
	return attributes(names...), required
}
