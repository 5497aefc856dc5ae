package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

func (s *scope) buildACL(n *network.Network) {
	for _, b := range s.folder.blocks[addr.ACL] {
		n.ACL.Declared = true
		n.ACL.Addr = addr.New(addr.ACL, "", addr.NoKey)
		s.run.places[n.ACL.Addr] = origin{block: b}
		ctx := s.contextFor(b.attrs["enforce"], b.attrs["auth"])
		if a := b.attrs["enforce"]; a != nil {
			v := s.openValue(a, ctx, cty.Bool, n.ACL.Addr)
			n.ACL.EnforceNamed = v.IsKnown() && !v.IsNull()
			n.ACL.Enforce = n.ACL.EnforceNamed && v.True()
		}
		if a := b.attrs["auth"]; a != nil {
			n.ACL.Auth = s.openText(a, ctx, n.ACL.Addr)
		}
	}
	for _, kind := range []addr.Kind{addr.ACLRole, addr.ACLUser} {
		for _, name := range sortedKeys(s.folder.blocks[kind]) {
			s.buildSubjects(n, s.folder.blocks[kind][name])
		}
	}
}

// buildSubjects builds the instances of an acl_role or acl_user block.
func (s *scope) buildSubjects(n *network.Network, b *block) {
	if b.repetition == lang.Count {
		s.run.report(problem{
			summary: "count on " + string(b.kind), detail: "Each instance needs a name, and count gives only numbers.",
			hint: "use for_each: the key is the name", at: b.repeat.nameAt,
		})
		return
	}
	instances, ok := s.instances(b.repetition, b.repeat)
	if !ok {
		return
	}
	attrs := make([]*attr, 0, len(b.attrs))
	for _, name := range sortedKeys(b.attrs) {
		attrs = append(attrs, b.attrs[name])
	}
	for _, inner := range b.nested {
		attrs = append(attrs, attrsOf(inner)...)
	}
	ctx := s.contextFor(append(attrs, b.lateDynamic)...)
	for _, i := range instances {
		name := b.name
		if i.Key.IsSet() {
			name = i.Key.Text()
		}
		v := resolver{scope: s, ctx: i.Scope(ctx), at: addr.New(b.kind, b.name, i.Key)}
		s.run.places[v.at] = origin{block: b}
		if b.kind == addr.ACLRole {
			n.ACL.Roles = append(n.ACL.Roles, network.ACLRole{Addr: v.at, Name: name, Grants: v.grants(b)})
		} else {
			n.ACL.Users = append(n.ACL.Users, v.subject(b, name))
		}
	}
}

func (v resolver) subject(b *block, name string) network.ACLUser {
	out := network.ACLUser{
		Addr: v.at, Name: name,
		Core:  v.one(b.attrs["core"], addr.Core),
		Entry: v.one(b.attrs["entry"], addr.Entry),
	}
	if a := b.attrs["name"]; a != nil {
		out.Name = v.scope.openText(a, v.ctx, v.at)
	}
	out.Person = v.scope.openText(b.attrs["person"], v.ctx, v.at)
	out.PasswordEnv = v.scope.openText(b.attrs["password_env"], v.ctx, v.at)
	out.PasswordFile = v.scope.openText(b.attrs["password_file"], v.ctx, v.at)
	if a := b.attrs["roles"]; a != nil {
		out.Roles, _ = texts(v.scope.openValue(a, v.ctx, cty.List(cty.String), v.at))
	}
	return out
}

func (v resolver) grants(b *block) []network.Grant {
	words := map[string]cty.Value{}
	for _, w := range v.scope.run.catalogue.Collections() {
		words[w] = cty.StringVal(w)
	}
	ctx := v.ctx.NewChild()
	ctx.Variables = words
	inner := resolver{scope: v.scope, ctx: ctx, at: v.at}
	blocks := v.scope.nestedOf(b, ctx, b.shape.late, b.lateDynamic)
	out := make([]network.Grant, 0, len(blocks))
	for _, n := range blocks {
		g := network.Grant{}
		if a := n.attrs["access"]; a != nil {
			g.Access = v.scope.openText(a, ctx, v.at)
		}
		g.On = inner.targets(n)
		out = append(out, g)
	}
	return out
}

// undeclared reports whether a field is one that no file declares: what the
// network writes by itself, and times. A grant may name them.
func (r *run) undeclared(name string) bool {
	for _, k := range r.catalogue.Kinds() {
		if f, ok := k.Field(name); ok && (f.Class == schema.Stamp || f.Class == schema.Operational) && !f.Other {
			return true
		}
	}
	return false
}

// target is one element of a grant's list as it is written.
type target struct {
	// object is the element, without the attribute that it ends in.
	object *attr
	// field is that attribute: entry.shop.status is a key, not its value.
	field string
	// whole is the element itself, for what turns out to be no object.
	whole *attr
}

// readTargets reads a list that is written as one; nil for any other expression.
func (r *run) readTargets(on *attr) []target {
	items, diags := hcl.ExprList(on.expr)
	if diags.HasErrors() {
		return nil
	}
	_, iterated := on.expr.(interface{ UnwrapExpression() hcl.Expression })
	out := make([]target, 0, len(items))
	for _, item := range items {
		t := r.readTarget(item, on.where)
		if iterated && t.field != "" && len(t.object.paths) > 0 && isReferable(t.object.paths[0].Root) {
			r.fieldInDynamic(t, item)
		}
		out = append(out, t)
	}
	if iterated {
		return nil // its elements have lost the iterator: the list is evaluated as a whole
	}
	return out
}

// fieldInDynamic refuses what would be read as the attribute's value.
func (r *run) fieldInDynamic(t target, item hcl.Expression) {
	r.report(problem{
		summary: "An attribute in a dynamic grant",
		detail:  `In a dynamic block a grant covers whole objects, words and keys, not the attribute "` + t.field + `" of an object.`,
		hint:    "write a grant block of its own, or grant the whole object", at: item.Range(),
	})
}

func (r *run) readTarget(item hcl.Expression, where setting) target {
	whole := func(expr hcl.Expression) *attr { return newExpr("on", expr, item.Range(), item.Range(), where) }
	if relative, ok := item.(*hclsyntax.RelativeTraversalExpr); ok {
		if field := fieldName(relative.Traversal); field != "" {
			return target{object: whole(relative.Source), field: field, whole: whole(item)}
		}
	}
	t, diags := hcl.AbsTraversalForExpr(item)
	if diags.HasErrors() || !isReferable(t.RootName()) {
		return target{object: whole(item)}
	}
	p := lang.ReadPath(t)
	field := fieldName(p.Rest)
	if !slices.Contains(r.types.Kind(addr.Kind(p.Root)).Names(), before(field)) && !r.undeclared(field) {
		return target{object: whole(item)} // no attribute: what is wrong is found when it is evaluated
	}
	object := t[:len(t)-len(p.Rest)]
	at := object.SourceRange()
	return target{object: newExpr("on", &hclsyntax.ScopeTraversalExpr{Traversal: object, SrcRange: at}, at, at, where), field: field}
}

// fieldName joins the steps of a traversal with dots; empty where one is not a name.
func fieldName(t hcl.Traversal) string {
	var names []string
	for len(t) > 0 {
		name, _, rest, ok := (lang.Path{Rest: t}).Next()
		if !ok {
			return ""
		}
		names, t = append(names, name), rest
	}
	return strings.Join(names, ".")
}

// targets evaluates what a grant covers: objects with or without an attribute,
// words for whole kinds, and keys.
func (v resolver) targets(n *nested) []network.Target {
	if n.targets == nil {
		if a := n.attrs["on"]; a != nil {
			return v.targetsOf(a.expr, v.scope.value(a, v.ctx, cty.DynamicPseudoType, v.at))
		}
		return nil
	}
	var out []network.Target
	for _, t := range n.targets {
		value := v.scope.value(t.object, v.ctx, cty.DynamicPseudoType, v.at)
		if !isKnown(value) {
			v.scope.run.taint(v.at, value)
			continue
		}
		if _, isObject := v.scope.run.types.AddressOf(value); !isObject && t.whole != nil {
			value, t.field = v.scope.value(t.whole, v.ctx, cty.DynamicPseudoType, v.at), ""
		}
		if found, ok := v.targetOf(t.object.expr, value); ok {
			found.Field = t.field
			out = append(out, found)
		}
	}
	return out
}

// isKey refuses a key that is a misspelled word for a whole kind: it would
// grant a key that nobody ever writes, and no more.
func (v resolver) isKey(expr hcl.Expression, text string) bool {
	near := lang.Nearest(text, v.scope.run.catalogue.Collections())
	if near == "" || strings.Contains(text, "/") {
		return true
	}
	v.scope.run.taint(v.at, cty.DynamicVal)
	v.scope.run.report(problem{
		summary: `Unknown word "` + text + `"`, detail: "As a key it would be the one key of that name, right below the network's prefix.",
		hint: `did you mean "` + near + `"?`, at: expr.Range(), address: v.at,
	})
	return false
}

func before(name string) string {
	for i := range name {
		if name[i] == '.' {
			return name[:i]
		}
	}
	return name
}

func (v resolver) targetsOf(expr hcl.Expression, value cty.Value) []network.Target {
	if !isKnown(value) {
		v.scope.run.taint(v.at, value)
		return nil
	}
	value, _ = value.Unmark()
	if value.IsNull() || !value.Type().IsTupleType() && !value.Type().IsListType() && !value.Type().IsSetType() {
		v.scope.run.report(problem{
			summary: `Wrong type for "on"`, detail: "Expected a list of objects, words and keys, found " + v.scope.run.describe(value) + ".",
			hint: "put it in brackets: [ … ]", at: expr.Range(), address: v.at,
		})
		return nil
	}
	var out []network.Target
	for it := value.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if t, ok := v.targetOf(expr, e); ok {
			out = append(out, t)
		}
	}
	return out
}

func (v resolver) targetOf(expr hcl.Expression, value cty.Value) (network.Target, bool) {
	if to, ok := v.scope.run.types.AddressOf(value); ok {
		return network.Target{Object: to}, true
	}
	bare, _ := value.Unmark()
	if lang.IsSensitive(value) {
		v.scope.run.taint(v.at, cty.DynamicVal)
		v.scope.run.report(problem{
			summary: `A sensitive value in "on"`, detail: "What a grant covers is shown in plans.",
			hint: "write nonsensitive(…) where it is not secret", at: expr.Range(), address: v.at,
		})
		return network.Target{}, false
	}
	if bare.IsKnown() && !bare.IsNull() && bare.Type() == cty.String {
		text := bare.AsString()
		if slices.Contains(v.scope.run.catalogue.Collections(), text) {
			return network.Target{Collection: text}, true
		}
		return network.Target{Key: text}, v.isKey(expr, text)
	}
	v.scope.run.taint(v.at, cty.DynamicVal)
	v.scope.run.report(problem{
		summary: `Wrong type for "on"`,
		detail:  "Expected an object, a word like " + quoteList(v.scope.run.catalogue.Collections()) + ", or a key as a string; found " + v.scope.run.describe(value) + ".",
		at:      expr.Range(), address: v.at,
	})
	return network.Target{}, false
}
