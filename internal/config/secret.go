package config

import (
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// findSecrets refuses the well-known forms of secrets anywhere in a file, also
// in comments. No message holds them.
func (r *run) findSecrets(s *source) {
	for _, f := range r.secrets.Find(string(s.text)) {
		r.report(secretProblem(f.Noun, s.rangeAt(span{f.Start, f.End})))
	}
}

func secretProblem(noun string, at hcl.Range) problem {
	return problem{
		summary: "A secret in the configuration",
		detail:  "This is " + noun + ". A configuration is read by many and kept in git, so no secret stands in it in plain text.",
		hint:    "remove it and revoke it: whoever saw the file has it", at: at,
	}
}

// checkMaps refuses literals under the names of secrets in settings, and in any
// other map.
func (r *run) checkMaps(b *block) {
	k := r.catalogue.Kind(b.kind)
	if k == nil {
		return
	}
	for i := range k.Fields {
		if a := b.attrs[k.Fields[i].Name]; a != nil && k.Fields[i].Type == schema.Map {
			r.checkMap(b, k.Fields[i].Name, a)
		}
	}
}

func (r *run) checkMap(b *block, field string, a *attr) {
	visit := func(pairs []hcl.KeyValuePair) {
		for _, p := range pairs {
			name := keyText(p.Key)
			if lang.SecretName(name) && isLiteralText(p.Value) {
				r.report(problem{
					summary: "A secret in " + strconv.Quote(field),
					detail:  `"` + name + `" is the name of a secret, and its value stands here in plain text.`,
					hint:    "give it from outside, through a variable with sensitive = true",
					at:      p.Value.Range(), address: addr.New(b.kind, b.name, addr.NoKey), attribute: field + "." + name,
				})
			}
		}
	}
	if native, ok := a.expr.(hclsyntax.Expression); ok {
		_ = hclsyntax.VisitAll(native, func(n hclsyntax.Node) hcl.Diagnostics {
			if object, ok := n.(*hclsyntax.ObjectConsExpr); ok {
				visit(object.ExprMap())
			}
			return nil
		})
		return
	}
	if pairs, diags := hcl.ExprMap(a.expr); !diags.HasErrors() {
		visit(pairs)
	}
}

// isLiteralText reports whether an expression is a text that refers to nothing.
func isLiteralText(expr hcl.Expression) bool {
	if len(expr.Variables()) > 0 {
		return false
	}
	if call, diags := hcl.ExprCall(expr); !diags.HasErrors() && call.Name == "file" {
		return false // the file is checked when it is read
	}
	v, diags := expr.Value(nil)
	if diags.HasErrors() {
		return true // a function of literals
	}
	bare, _ := v.Unmark()
	return bare.Type() == cty.String && !bare.IsNull() && bare.AsString() != ""
}

// checkNetworkSecrets looks for secrets in the values that would be written,
// wherever they came from.
func (r *run) checkNetworkSecrets(n *network.Network) {
	check := func(a addr.Addr, attribute string, t network.Text) {
		for _, f := range r.secrets.Find(t.Value) {
			at, _ := r.find(a.String(), attribute)
			p := secretProblem(f.Noun, at)
			p.address, p.attribute = a, attribute
			r.hide(at)
			r.report(p)
		}
	}
	n.Each(func(kind addr.Kind, o network.Object) {
		leaves := r.catalogue.Kind(kind).Leaves()
		for i := range leaves {
			f := &leaves[i]
			if f.Label || !f.Check.Free() {
				continue
			}
			slot := o.Slot(f, false)
			if slot.Text != nil {
				check(o.Address(), f.Name, *slot.Text)
			}
			if slot.Texts != nil {
				for _, name := range sortedKeys(*slot.Texts) {
					check(o.Address(), f.Name+"."+name, (*slot.Texts)[name])
				}
			}
		}
	})
}

// hide masks a range in every line that is shown from now on.
func (r *run) hide(at hcl.Range) {
	if s := r.sources[at.Filename]; s != nil {
		r.secretRanges = append(r.secretRanges, at)
		s.masks, s.masked = nil, false
	}
}
