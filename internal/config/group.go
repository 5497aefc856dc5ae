package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// group is all instances of one block.
type group struct {
	scope   *scope
	block   *block
	objects []*object
	// value is what expressions see: an object, a map of objects by key, or a
	// list. It is unknown where the instances could not be found out.
	value cty.Value
}

// object is one instance with its plain attributes.
type object struct {
	group    *group
	addr     addr.Addr
	instance lang.Instance
	values   map[string]cty.Value
	// value is what expressions see.
	value cty.Value
}

// group evaluates the plain attributes of a block's instances.
func (s *scope) group(kind addr.Kind, name string) *group {
	b := s.folder.blocks[kind][name]
	if b == nil {
		return &group{scope: s, value: cty.DynamicVal}
	}
	n := s.visit(nodeKey{string(kind), name}, b.def, func(n *node) {
		n.group = s.evaluateGroup(b)
		n.value = n.group.value
	})
	if n.group == nil { // a cycle, reported
		return &group{scope: s, block: b, value: cty.DynamicVal}
	}
	return n.group
}

// instances evaluates for_each or count once. It is false where that failed.
func (s *scope) instances(repetition lang.Repetition, a *attr) ([]lang.Instance, bool) {
	if repetition == lang.Once {
		return lang.Single(), true
	}
	v := s.value(a, s.contextFor(a), cty.DynamicPseudoType, zero())
	if !isKnown(v) {
		return nil, false
	}
	expand := s.run.types.ForEachInstances
	if repetition == lang.Count {
		expand = s.run.types.CountInstances
	}
	out, why := expand(v)
	if why != "" {
		s.run.report(problem{summary: "Wrong value for " + string(repetition), detail: why, at: a.expr.Range()})
		return nil, false
	}
	return out, true
}

func (s *scope) evaluateGroup(b *block) *group {
	g := &group{scope: s, block: b, value: cty.DynamicVal}
	instances, ok := s.instances(b.repetition, b.repeat)
	if !ok {
		return g
	}
	plain := g.plainAttributes()
	ctx := s.contextFor(plain...)
	s.run.setVia("")
	g.objects = make([]*object, 0, len(instances))
	for _, i := range instances {
		if s.run.stopped() {
			return g
		}
		g.objects = append(g.objects, g.object(i, i.Scope(ctx)))
	}
	g.value = g.collect()
	return g
}

// plainAttributes are the attributes of the first phase.
func (g *group) plainAttributes() []*attr {
	var out []*attr
	kind := g.scope.run.types.Kind(g.block.kind)
	for _, name := range sortedKeys(g.block.attrs) {
		if _, late := kind.Reference(name); !late {
			out = append(out, g.block.attrs[name])
		}
	}
	for _, n := range g.block.nested {
		if n.kind != "device" {
			out = append(out, attrsOf(n)...)
		}
	}
	return append(out, g.block.plainDynamic)
}

func attrsOf(n *nested) []*attr {
	out := make([]*attr, 0, len(n.attrs))
	for _, name := range sortedKeys(n.attrs) {
		out = append(out, n.attrs[name])
	}
	for _, t := range n.targets {
		out = append(out, t.object)
	}
	return out
}

func (g *group) object(i lang.Instance, ctx *hcl.EvalContext) *object {
	o := &object{
		group: g, instance: i, values: map[string]cty.Value{},
		addr: g.scope.address(g.block.kind, g.block.name, i.Key),
	}
	r := g.scope.run
	r.places[o.addr] = origin{block: g.block}
	for _, p := range r.types.Kind(g.block.kind).Plain {
		if a := g.block.attrs[p.Name]; a != nil {
			o.values[p.Name] = g.scope.value(a, ctx, p.Type, o.addr)
			r.taint(o.addr, o.values[p.Name])
			if isNull(o.values[p.Name]) && slices.Contains(g.block.shape.required, p.Name) {
				r.null(a, o.addr)
			}
		}
	}
	for _, n := range g.scope.nestedOf(g.block, ctx, g.block.shape.plain, g.block.plainDynamic) {
		o.addNested(n, ctx)
	}
	o.value = r.types.Object(o.addr, o.withDefaults())
	return o
}

// withDefaults are the values that expressions see: an attribute with a known
// default has it.
func (o *object) withDefaults() map[string]cty.Value {
	out := make(map[string]cty.Value, len(o.values)+2)
	for name, v := range o.values {
		out[name] = v
	}
	set := func(name, value string) {
		if v, ok := out[name]; !ok || isNull(v) {
			out[name] = cty.StringVal(value)
		}
	}
	for _, f := range o.group.scope.run.catalogue.Kind(o.addr.Kind).Fields {
		if f.Default != "" {
			set(f.Name, f.Default)
		}
	}
	if o.addr.Kind == addr.User {
		if name := o.defaultUsername(); name != "" {
			set("username", name)
		}
	}
	return out
}

func isNull(v cty.Value) bool {
	bare, _ := v.Unmark()
	return bare.IsKnown() && bare.IsNull()
}

// defaultUsername is the label, or the key; with count there is none.
func (o *object) defaultUsername() string {
	switch o.group.block.repetition {
	case lang.Once:
		return o.addr.Name
	case lang.ForEach:
		return o.addr.Key.Text()
	case lang.Count:
	}
	return ""
}

// addNested evaluates a block inside the object's.
func (o *object) addNested(n *nested, ctx *hcl.EvalContext) {
	r := o.group.scope.run
	if _, twice := o.values[n.kind]; twice {
		r.report(problem{summary: "A second " + n.kind + " block", detail: "There is at most one.", at: n.def, address: o.addr})
		return
	}
	block, _ := r.types.Kind(o.addr.Kind).Attribute(n.kind)
	typ := block.Type
	attrs := map[string]cty.Value{}
	for name, want := range typ.AttributeTypes() {
		attrs[name] = cty.NullVal(want)
		if a := n.attrs[name]; a != nil {
			attrs[name] = o.group.scope.value(a, ctx, want, o.addr)
			r.taint(o.addr, attrs[name])
		}
	}
	o.values[n.kind] = cty.ObjectVal(attrs)
}

// nestedOf are the nested blocks of one phase, those of dynamic blocks expanded.
func (s *scope) nestedOf(b *block, ctx *hcl.EvalContext, headers []hcl.BlockHeaderSchema, references *attr) []*nested {
	inPhase := func(kind string) bool {
		return slices.ContainsFunc(headers, func(h hcl.BlockHeaderSchema) bool { return h.Type == kind })
	}
	if b.body == nil || len(headers) == 0 || !s.check(references) {
		var out []*nested
		for _, n := range b.nested {
			if inPhase(n.kind) {
				out = append(out, n)
			}
		}
		return out
	}
	if !s.labelsOpen(b, ctx) {
		return nil
	}
	// Errors of the static part were reported when the block was read; the
	// same place is reported once.
	content, _, diags := dynblock.Expand(b.body, ctx).PartialContent(&hcl.BodySchema{Blocks: headers})
	if s.run.budget.Err() != nil {
		s.run.overBudget(diags, b.def)
		return nil
	}
	s.run.reportHCL(diags, zero())
	var out []*nested
	for _, inner := range content.Blocks {
		out = append(out, s.run.readInner(b.kind, inner, references.where))
	}
	return out
}

// collect makes the one value of all instances.
func (g *group) collect() cty.Value {
	typ := g.scope.run.types.Kind(g.block.kind).Type
	switch g.block.repetition {
	case lang.ForEach:
		if len(g.objects) == 0 {
			return cty.MapValEmpty(typ)
		}
		values := make(map[string]cty.Value, len(g.objects))
		for _, o := range g.objects {
			values[o.addr.Key.Text()] = o.value
		}
		return cty.MapVal(values)
	case lang.Count:
		if len(g.objects) == 0 {
			return cty.ListValEmpty(typ)
		}
		values := make([]cty.Value, 0, len(g.objects))
		for _, o := range g.objects {
			values = append(values, o.value)
		}
		return cty.ListVal(values)
	case lang.Once:
	}
	return g.objects[0].value
}
