package config

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/lang"
)

// attr is one attribute as it is written, with what it refers to. It is read
// once, however many instances its block has.
type attr struct {
	name string
	expr hcl.Expression
	// at is the whole attribute, nameAt its name.
	at, nameAt hcl.Range
	paths      []lang.Path
	where      setting
	// checked and good say whether its references make sense.
	checked, good bool
	// members are the values of its literal keys, once they were asked for.
	members map[string]hcl.Range
}

// setting says what expressions of a block may refer to.
type setting struct {
	each, count, self bool
	// connection is a block that is evaluated without any object.
	connection string
	// words are further names: iterators, and the collections of a grant.
	words map[string]bool
}

func newAttr(a *hcl.Attribute, where setting) *attr {
	return newExpr(a.Name, a.Expr, a.Range, a.NameRange, where)
}

func newExpr(name string, expr hcl.Expression, at, nameAt hcl.Range, where setting) *attr {
	out := &attr{name: name, expr: expr, at: at, nameAt: nameAt, where: where}
	for _, t := range expr.Variables() {
		out.paths = append(out.paths, lang.ReadPath(t))
	}
	return out
}

// bare is an attribute that has no expression of its own, only references: those
// of a dynamic block.
func bare(name string, traversals []hcl.Traversal, at hcl.Range, where setting) *attr {
	out := &attr{name: name, at: at, where: where}
	for _, t := range traversals {
		out.paths = append(out.paths, lang.ReadPath(t))
	}
	return out
}
