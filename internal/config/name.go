package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// use is where a value becomes a name: of a key of the store, of something in
// etcd, or of what plans and messages call by it.
type use struct {
	what      string // "a right", or the attribute in quotes
	at        hcl.Range
	address   addr.Addr
	attribute string
	hint      string
}

const openHint = "write nonsensitive(…) where it is not secret"

// open lets a value through that is used as a name, and refuses one that must
// not be shown: names are in keys, plans, lists and messages. Every value that
// loses its marks to become a name goes through here.
func (r *run) open(v cty.Value, u use) (cty.Value, bool) {
	if !lang.IsSensitive(v) {
		return v, true
	}
	if u.hint == "" {
		u.hint = openHint
	}
	r.report(problem{
		summary: u.what + " is sensitive", detail: "It is shown in plans and messages, and names something in etcd.",
		hint: u.hint, at: u.at, address: u.address, attribute: u.attribute,
	})
	if u.address != zero() {
		r.tainted[u.address] = true
	}
	return cty.NilVal, false
}

// openValue is the value of an attribute that is shown; unknown where it must
// not be.
func (s *scope) openValue(a *attr, ctx *hcl.EvalContext, want cty.Type, at addr.Addr) cty.Value {
	v := s.value(a, ctx, want, at)
	hint := openHint
	if strings.HasPrefix(a.name, "password_") {
		hint += "; a password stands in a variable or a file that password_env or password_file names"
	}
	open, ok := s.run.open(v, use{what: `"` + a.name + `"`, at: a.expr.Range(), address: at, attribute: a.name, hint: hint})
	if !ok {
		return cty.UnknownVal(want)
	}
	if at != zero() {
		s.run.taint(at, open)
	}
	return open
}

// openText is a text that is shown; empty where there is none.
func (s *scope) openText(a *attr, ctx *hcl.EvalContext, at addr.Addr) string {
	if a == nil {
		return ""
	}
	return textOf(s.openValue(a, ctx, cty.String, at)).Value
}

// keysOpen reports whether the keys of a map may be shown. A sensitive key makes
// the whole map sensitive, and a sensitive map has sensitive keys; values alone
// may be.
func (r *run) keysOpen(v cty.Value, u use) bool {
	_, marks := v.Unmark()
	if _, secret := marks[lang.Sensitive]; !secret {
		return true
	}
	_, ok := r.open(cty.StringVal("").WithMarks(marks), u)
	return ok
}

// labelsOpen refuses dynamic blocks whose labels may come from sensitive keys:
// the keys of what they iterate over lose their marks on the way.
func (s *scope) labelsOpen(b *block, ctx *hcl.EvalContext) bool {
	content, _, _ := b.body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{dynamicBlock()}})
	ok := true
	for _, d := range content.Blocks {
		inner, _, _ := d.Body.PartialContent(attributes("for_each", "labels"))
		each, labels := inner.Attributes["for_each"], inner.Attributes["labels"]
		if each == nil || labels == nil {
			continue
		}
		v, _ := each.Expr.Value(ctx)
		ok = s.run.keysOpen(v, use{what: `What "for_each" makes labels of`, at: each.Expr.Range()}) && ok
	}
	return ok
}
