package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
)

// block is one block that declares objects, read once for all its instances.
type block struct {
	kind addr.Kind
	name string
	// def is the header, nameAt the label in it.
	def, nameAt hcl.Range
	// at is the whole block.
	at         hcl.Range
	attrs      map[string]*attr
	repetition lang.Repetition
	repeat     *attr
	nested     []*nested
	// body is set where there are dynamic blocks: they are expanded for each
	// instance. plainDynamic and lateDynamic are what their expressions refer to.
	body                      hcl.Body
	plainDynamic, lateDynamic *attr
	lifecycle                 network.Lifecycle
	shape                     shape
}

// nested is a block inside a block.
type nested struct {
	kind  string
	label string
	def   hcl.Range
	attrs map[string]*attr
	// targets are the elements of a grant's list, where it is written as one.
	targets []target
}

func (r *run) readObject(f *folder, b *hcl.Block) {
	out := &block{kind: addr.Kind(b.Type), def: b.DefRange, at: bodyRange(b), attrs: map[string]*attr{}, shape: r.shapeOf(addr.Kind(b.Type))}
	if len(b.Labels) > 0 {
		out.name, out.nameAt = b.Labels[0], b.LabelRanges[0]
	}
	content, diags := b.Body.Content(out.shape.schema())
	at := addr.New(out.kind, out.name, addr.NoKey)
	r.reportHCL(diags, at)
	r.missing(lang.KindNoun(out.kind), out.shape.required, content.Attributes, diags, out.def, at)
	where := r.repetition(out, content.Attributes)
	for name, a := range content.Attributes {
		if name != "for_each" && name != "count" {
			out.attrs[name] = newAttr(a, where)
		}
	}
	r.readNested(out, b.Body, content.Blocks, where)
	r.checkMaps(out)
	named := f.blocks[out.kind]
	if named == nil {
		named = map[string]*block{}
		f.blocks[out.kind] = named
	}
	key := out.name
	if out.kind == addr.Network || out.kind == addr.ACL {
		key = ""
	}
	if old := named[key]; old != nil {
		r.twice(title(out), old.def, out.def)
		return
	}
	named[key] = out
}

func title(b *block) string {
	switch b.kind {
	case addr.Network:
		return "The network"
	case addr.ACL:
		return "The acl block"
	default:
		return string(b.kind) + "." + b.name
	}
}

// repetition reads for_each and count, and says what expressions of the block
// may refer to.
func (r *run) repetition(b *block, attrs hcl.Attributes) setting {
	where := setting{}
	if b.kind == addr.Network {
		where.connection = "network"
	}
	if b.kind == addr.ACLRole {
		where.words = map[string]bool{}
		for _, w := range r.catalogue.Collections() {
			where.words[w] = true
		}
	}
	each, count := attrs["for_each"], attrs["count"]
	switch {
	case each != nil && count != nil:
		r.report(problem{
			summary: "Both for_each and count", detail: "A block is repeated by one of them.", at: count.NameRange,
		})
		fallthrough
	case each != nil:
		b.repetition, b.repeat = lang.ForEach, newAttr(each, where)
		where.each = true
	case count != nil:
		b.repetition, b.repeat = lang.Count, newAttr(count, where)
		where.count = true
	}
	return where
}

func (r *run) readNested(b *block, body hcl.Body, blocks hcl.Blocks, where setting) {
	dynamic := false
	for _, inner := range blocks {
		switch inner.Type {
		case "lifecycle":
			r.readLifecycle(b, inner)
		case "dynamic":
			dynamic = true
		default:
			if n := r.readInner(b.kind, inner, where); n != nil {
				b.nested = append(b.nested, n)
			}
		}
	}
	if !dynamic {
		return
	}
	b.body = body
	b.plainDynamic = bare("dynamic", r.dynamicReferences(b.kind, body, b.shape.plain), b.def, where)
	late := where
	late.self = b.kind == addr.User
	b.lateDynamic = bare("dynamic", r.dynamicReferences(b.kind, body, b.shape.late), b.def, late)
	r.checkDynamic(b, blocks)
}

// checkDynamic refuses dynamic blocks of a type that the block has not.
func (r *run) checkDynamic(b *block, blocks hcl.Blocks) {
	headers := slices.Concat(b.shape.plain, b.shape.late)
	types := make([]string, 0, len(headers))
	for _, h := range headers {
		types = append(types, h.Type)
	}
	for _, inner := range blocks {
		if inner.Type == "dynamic" && !slices.Contains(types, inner.Labels[0]) {
			r.report(problem{
				summary: `Unknown block "` + inner.Labels[0] + `"`,
				detail:  "A dynamic block here makes blocks of type " + quoteList(types) + ".",
				hint:    lang.DidYouMean(inner.Labels[0], types), at: inner.LabelRanges[0],
			})
		}
	}
}

// dynamicReferences are what the dynamic blocks of some types refer to, without
// their own iterators.
func (r *run) dynamicReferences(kind addr.Kind, body hcl.Body, headers []hcl.BlockHeaderSchema) []hcl.Traversal {
	types := map[string]bool{}
	for _, h := range headers {
		types[h.Type] = true
	}
	vars, children := dynblock.WalkVariables(body).Visit(&hcl.BodySchema{Blocks: headers})
	if len(headers) == 0 {
		return nil
	}
	for _, c := range children {
		if types[c.BlockTypeName] {
			body, _ := r.nestedSchema(kind, c.BlockTypeName)
			inner, _ := c.Node.Visit(body)
			vars = append(vars, inner...)
		}
	}
	return vars
}

// readInner reads a nested block; nil for a label that is none.
func (r *run) readInner(kind addr.Kind, b *hcl.Block, where setting) *nested {
	body, required := r.nestedSchema(kind, b.Type)
	content, diags := b.Body.Content(body)
	r.reportHCL(diags, zero())
	r.missing("the block "+b.Type, required, content.Attributes, diags, b.DefRange, zero())
	n := &nested{kind: b.Type, def: b.DefRange, attrs: map[string]*attr{}}
	if len(b.Labels) > 0 {
		n.label = b.Labels[0]
	}
	where.self = b.Type == "device"
	for name, a := range content.Attributes {
		n.attrs[name] = newAttr(a, where)
	}
	if on := n.attrs["on"]; on != nil {
		if n.targets = r.readTargets(on); n.targets != nil {
			delete(n.attrs, "on")
		}
	}
	return n
}

func (r *run) readLifecycle(b *block, inner *hcl.Block) {
	content, diags := inner.Body.Content(attributes("prevent_destroy", "ignore_changes"))
	r.reportHCL(diags, zero())
	b.lifecycle.PreventDestroy = r.literalBool(content.Attributes["prevent_destroy"])
	ignored := content.Attributes["ignore_changes"]
	if ignored == nil {
		return
	}
	if hcl.ExprAsKeyword(ignored.Expr) == "all" {
		b.lifecycle.IgnoreChanges = []string{"all"}
		return
	}
	items, diags := hcl.ExprList(ignored.Expr)
	if diags.HasErrors() {
		r.report(problem{
			summary: "Wrong type for \"ignore_changes\"",
			detail:  "Expected a list of attribute names like [status, tls.sni], or the word all.", at: ignored.Expr.Range(),
		})
		return
	}
	for _, item := range items {
		if name := r.ignoredName(b, item); name != "" {
			b.lifecycle.IgnoreChanges = append(b.lifecycle.IgnoreChanges, name)
		}
	}
	slices.Sort(b.lifecycle.IgnoreChanges)
	b.lifecycle.IgnoreChanges = slices.Compact(b.lifecycle.IgnoreChanges)
}

// ignoredName reads status, tls.sni, settings["mtu"] or a string of the same.
func (r *run) ignoredName(b *block, expr hcl.Expression) string {
	t, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		v, bad := r.constant(expr)
		if bad.HasErrors() || v.Type().FriendlyName() != "string" || v.IsNull() {
			r.report(problem{
				summary: "Not the name of an attribute",
				detail:  "ignore_changes lists attributes of the same block, like status or tls.sni.", at: expr.Range(),
			})
			return ""
		}
		return r.ignorable(b, v.AsString(), expr.Range())
	}
	p := lang.ReadPath(t)
	name := p.Root
	if p.Name != "" {
		name += "." + p.Name
	}
	return r.ignorable(b, name, expr.Range())
}

func (r *run) ignorable(b *block, name string, at hcl.Range) string {
	first := name
	if i := slices.Index([]byte(name), '.'); i >= 0 {
		first = name[:i]
	}
	known := r.stored(b.kind)
	if slices.Contains(known, first) || first == "all" {
		return name
	}
	r.report(problem{
		summary: `Unknown attribute "` + first + `"`, detail: "ignore_changes lists attributes of the same block.",
		hint: lang.DidYouMean(first, known), at: at,
	})
	return ""
}
