package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// edit replaces a part of a function's source.
type edit struct {
	operator string
	from, to token.Pos
	text     string
	// runs is what a test must reach to meet the change: of a case, the switch.
	runs token.Pos
}

// operators lists every small change of a function. They need no types: what the
// compiler refuses is dropped later.
func operators(f *ast.FuncDecl, source func(from, to token.Pos) string) []edit {
	c := &changes{source: source, seen: map[ast.Node]bool{}}
	ast.Inspect(f.Body, c.visit)
	for i := range c.edits {
		if e := &c.edits[i]; e.runs == e.from {
			e.runs = reachedBy(f.Body, e.from)
		}
	}
	return c.edits
}

// reachedBy is what a test must reach to meet a position: what follows a function's
// literal within a statement is in no block of a profile, but the statement's
// beginning is.
func reachedBy(body ast.Node, at token.Pos) token.Pos {
	out := at
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil, *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
		case ast.Stmt:
			if n.Pos() <= at && at < n.End() && literalWithin(n, at) {
				out = n.Pos()
			} else if n.Pos() <= at && at < n.End() {
				out = at
			}
		}
		return n == nil || n.Pos() <= at
	})
	return out
}

// literalWithin reports whether a function's literal ends in a statement before a
// position.
func literalWithin(s ast.Stmt, at token.Pos) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		f, ok := n.(*ast.FuncLit)
		found = found || ok && f.End() <= at
		return !found
	})
	return found
}

type changes struct {
	source func(from, to token.Pos) string
	seen   map[ast.Node]bool
	edits  []edit
}

// put keeps a change.
func (c *changes) put(operator string, from, to token.Pos, text string) {
	c.edits = append(c.edits, edit{operator, from, to, text, from})
}

func (c *changes) add(operator string, n ast.Node, text string) {
	c.put(operator, n.Pos(), n.End(), text)
}

func (c *changes) visit(n ast.Node) bool {
	c.passOver(n)
	switch n := n.(type) {
	case *ast.IfStmt:
		if passesOn(n) {
			c.seen[n.Cond] = true
		}
		c.condition(n.Cond, root)
	case *ast.ForStmt:
		if n.Cond != nil {
			c.condition(n.Cond, loop)
		}
	case *ast.SwitchStmt:
		c.cases(n.Switch, n.Tag != nil, n.Body)
	case *ast.TypeSwitchStmt:
		c.cases(n.Switch, true, n.Body)
	case *ast.BinaryExpr:
		c.binary(n)
	case *ast.ReturnStmt:
		c.returned(n)
	case *ast.CallExpr:
		c.call(n)
	case *ast.CompositeLit:
		c.elements(n)
	case *ast.IncDecStmt, *ast.AssignStmt, *ast.ExprStmt, *ast.RangeStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt, *ast.BranchStmt:
		c.statement(n.(ast.Stmt))
	}
	return true
}

// passOver notes the statements in the head of another: none of them can be left
// out by itself.
func (c *changes) passOver(n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		c.seen[n.Init] = true
	case *ast.ForStmt:
		c.seen[n.Init], c.seen[n.Post] = true, true
	case *ast.SwitchStmt:
		c.seen[n.Init] = true
	case *ast.TypeSwitchStmt:
		c.seen[n.Init], c.seen[n.Assign] = true, true
	case *ast.CommClause:
		c.seen[n.Comm] = true
	}
}

// passesOn is an if that only returns an error: to leave it out says nothing of
// what the function decides.
func passesOn(n *ast.IfStmt) bool {
	b, ok := n.Cond.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ || len(n.Body.List) != 1 || n.Else != nil {
		return false
	}
	err, ok := b.X.(*ast.Ident)
	r, returns := n.Body.List[0].(*ast.ReturnStmt)
	if !ok || err.Name != "err" || !returns {
		return false
	}
	found := false
	ast.Inspect(r, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == "err"
		return !found
	})
	return found
}

// place is where a condition stands: it says which constant takes it away.
type place int

const (
	root place = iota
	loop       // never "always": that does not end
	and
	or
)

// condition takes each term of a condition away, and the condition as a whole.
func (c *changes) condition(e ast.Expr, p place) {
	if c.seen[e] {
		return
	}
	c.seen[e] = true
	inner := ast.Unparen(e)
	c.seen[inner] = true
	b, ok := inner.(*ast.BinaryExpr)
	if ok && (b.Op == token.LAND || b.Op == token.LOR) {
		c.terms(e, b, p)
		return
	}
	if p != and {
		c.never(e)
	}
	if p == root || p == and {
		c.always(e)
	}
	if ok {
		c.boundary(b)
	}
}

// terms takes each term of a condition away, and all of them, where no term of what
// it is part of does the same.
func (c *changes) terms(e ast.Expr, b *ast.BinaryExpr, p place) {
	below := and
	if b.Op == token.LOR {
		below = or
	}
	if p == loop || p != and && b.Op == token.LAND {
		c.never(e)
	}
	if p != loop && p != or && b.Op == token.LOR {
		c.always(e)
	}
	c.condition(b.X, below)
	c.condition(b.Y, below)
}

func (c *changes) never(e ast.Expr)  { c.add("NEVER", e, "(false && ("+c.text(e)+"))") }
func (c *changes) always(e ast.Expr) { c.add("ALWAYS", e, "(true || ("+c.text(e)+"))") }

func (c *changes) text(n ast.Node) string { return c.source(n.Pos(), n.End()) }

func (c *changes) boundary(b *ast.BinaryExpr) {
	other := map[token.Token]string{token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">"}
	if op, ok := other[b.Op]; ok {
		c.operator("BOUNDARY", b, op)
	}
}

func (c *changes) operator(name string, b *ast.BinaryExpr, op string) {
	c.put(name, b.OpPos, b.OpPos+token.Pos(len(b.Op.String())), op)
}

// binary is an operator outside of an if: a condition that is a value, or arithmetic.
func (c *changes) binary(b *ast.BinaryExpr) {
	conditions := []token.Token{token.LAND, token.LOR, token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ}
	if slices.Contains(conditions, b.Op) {
		c.condition(b, root)
		return
	}
	other := map[token.Token]string{
		token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.REM: "*",
		token.AND: "|", token.OR: "&", token.AND_NOT: "&", token.SHL: ">>", token.SHR: "<<",
	}
	if op, ok := other[b.Op]; ok {
		c.operator("ARITHMETIC", b, op)
	}
}

// cases takes a case away: by its condition, or where a value chooses, as a whole.
func (c *changes) cases(at token.Pos, byValue bool, body *ast.BlockStmt) {
	before := len(c.edits)
	for _, s := range body.List {
		clause := s.(*ast.CaseClause)
		switch {
		case !byValue:
			for _, e := range clause.List {
				c.condition(e, root)
			}
		case clause.List != nil:
			c.add("NO CASE", clause, "")
		}
	}
	for i := range c.edits[before:] {
		c.edits[before+i].runs = at
	}
}

func (c *changes) returned(r *ast.ReturnStmt) {
	for _, e := range r.Results {
		if id, ok := e.(*ast.Ident); ok && (id.Name == "true" || id.Name == "false") {
			c.add("RETURN", e, map[string]string{"true": "false", "false": "true"}[id.Name])
		}
	}
}

// call takes one of several that are appended away, and exchanges min and max.
func (c *changes) call(n *ast.CallExpr) {
	id, ok := n.Fun.(*ast.Ident)
	if !ok {
		return
	}
	switch id.Name {
	case "append":
		if len(n.Args) > 2 {
			c.without(n.Args[1:], n.Rparen)
		}
	case "min":
		c.add("MIN MAX", id, "max")
	case "max":
		c.add("MIN MAX", id, "min")
	}
}

// elements takes each element of a literal away.
func (c *changes) elements(n *ast.CompositeLit) {
	if strings.HasPrefix(c.text(n), "diag.") {
		return
	}
	c.without(slices.DeleteFunc(slices.Clone(n.Elts), forPeople), n.Rbrace)
}

// forPeople is a field that holds a text for people.
func forPeople(e ast.Expr) bool {
	pair, ok := e.(*ast.KeyValueExpr)
	if !ok {
		return false
	}
	name, ok := pair.Key.(*ast.Ident)
	return ok && slices.Contains([]string{"Summary", "Detail", "Hint", "Cause", "Message"}, name.Name)
}

// without takes one of a list away, with the comma that follows it.
func (c *changes) without(list []ast.Expr, end token.Pos) {
	for _, e := range list {
		to := e.End()
		if rest := c.source(to, end); strings.HasPrefix(strings.TrimLeft(rest, " \t\n"), ",") {
			to += token.Pos(strings.Index(rest, ",") + 1)
		}
		c.put("WITHOUT", e.Pos(), to, "")
	}
}

// statement keeps a statement from being carried out. It stays in the text, so that
// what it uses is still used.
func (c *changes) statement(s ast.Stmt) {
	if c.seen[s] {
		return
	}
	a, ok := s.(*ast.AssignStmt)
	switch {
	case ok && a.Tok == token.DEFINE:
	case ok && a.Tok == token.ADD_ASSIGN:
		c.put("ARITHMETIC", a.TokPos, a.TokPos+2, "-=")
	case ok && a.Tok == token.SUB_ASSIGN:
		c.put("ARITHMETIC", a.TokPos, a.TokPos+2, "+=")
	default:
		c.add("SKIP", s, "if false { "+c.text(s)+" }")
	}
}
