package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// scope is one instance of a folder: the root, or one instance of a module
// block. Its declarations are evaluated when something asks for them, and once.
type scope struct {
	run    *run
	folder *folder
	// path is the module path of addresses; empty in the root.
	path   string
	parent *scope
	call   *call
	self   lang.Instance
	base   *hcl.EvalContext
	nodes  map[nodeKey]*node
	// argScopes are the contexts of the arguments of the calls in this scope.
	argScopes map[*attr]*hcl.EvalContext
}

// nodeKey names one declaration of a scope.
type nodeKey struct{ root, name string }

// node is what was made of one declaration.
type node struct {
	done  bool
	value cty.Value
	group *group
	// children are the instances of a module block.
	children []*scope
}

// frame is one declaration that is being evaluated.
type frame struct {
	scope *scope
	key   nodeKey
	// via is the attribute whose references are being followed.
	via string
	at  hcl.Range
}

// maxChain bounds how long a chain of references may be: each link is a level
// of recursion.
const maxChain = 2000

func (r *run) newScope(f *folder) *scope {
	s := &scope{run: r, folder: f, nodes: map[nodeKey]*node{}, argScopes: map[*attr]*hcl.EvalContext{}}
	s.base = &hcl.EvalContext{
		Functions: r.functions,
		Variables: map[string]cty.Value{"path": cty.ObjectVal(map[string]cty.Value{
			"module": cty.StringVal(f.dir), "root": cty.StringVal("."),
		})},
	}
	return s
}

// child is the scope of one instance of a call.
func (s *scope) child(c *call, i lang.Instance) *scope {
	out := s.run.newScope(c.folder)
	out.path, out.parent, out.call, out.self = addr.Child(s.path, c.name, i.Key), s, c, i
	return out
}

// address is an address in this scope.
func (s *scope) address(kind addr.Kind, name string, key addr.Key) addr.Addr {
	return addr.New(kind, name, key).In(s.path)
}

func (s *scope) title(k nodeKey) string {
	name := k.root + "." + k.name
	if s.path != "" {
		name = s.path + "." + name
	}
	return name
}

// visit evaluates a declaration once, and finds cycles. What is unknown is an
// error that was already reported.
func (s *scope) visit(k nodeKey, at hcl.Range, evaluate func(*node)) *node {
	if n := s.nodes[k]; n != nil {
		if !n.done {
			s.run.cycle(s, k)
		}
		return n
	}
	n := &node{value: cty.DynamicVal}
	s.nodes[k] = n
	if len(s.run.stack) >= maxChain {
		s.run.report(problem{summary: "The chain of references is too long", detail: "References may be followed 2,000 deep.", at: at})
		n.done = true
		return n
	}
	s.run.stack = append(s.run.stack, frame{scope: s, key: k, at: at})
	evaluate(n)
	s.run.stack = s.run.stack[:len(s.run.stack)-1]
	n.done = true
	return n
}

// cycle reports a chain of references that comes back to where it began.
func (r *run) cycle(s *scope, k nodeKey) {
	first := slices.IndexFunc(r.stack, func(f frame) bool { return f.scope == s && f.key == k })
	if first < 0 {
		return
	}
	chain := r.stack[first:]
	var names []string
	var related []side
	for i, f := range chain {
		name := f.scope.title(f.key)
		if f.via != "" && addr.Kind(f.key.root).Known() {
			name += " (" + f.via + ")"
		}
		names = append(names, name)
		if i > 0 {
			related = append(related, side{f.scope.title(f.key) + " is declared here", f.at})
		}
	}
	start := smallest(names)
	names = append(slices.Clone(names[start:]), names[:start]...)
	r.report(problem{
		summary: "References form a cycle",
		detail:  "The cycle is " + strings.Join(append(names, names[0]), " → ") + ".",
		hint:    "break it: give one of them a value of its own",
		at:      chain[0].at, related: related,
	})
}

func smallest(names []string) int {
	at := 0
	for i, n := range names {
		if n < names[at] {
			at = i
		}
	}
	return at
}

func (r *run) setVia(name string) {
	if n := len(r.stack); n > 0 {
		r.stack[n-1].via = name
	}
}

// local evaluates one local.
func (s *scope) local(name string) cty.Value {
	a := s.folder.locals[name]
	if a == nil {
		return cty.DynamicVal
	}
	return s.visit(nodeKey{"local", name}, a.nameAt, func(n *node) {
		n.value = s.run.held(s.value(a, s.contextFor(a), cty.DynamicPseudoType, zero()), a.expr.Range())
	}).value
}

// output evaluates one output.
func (s *scope) output(name string) cty.Value {
	o := s.folder.outputs[name]
	if o == nil || o.value == nil {
		return cty.DynamicVal
	}
	return s.visit(nodeKey{"output", name}, o.value.at, func(n *node) {
		n.value = s.run.held(s.value(o.value, s.contextFor(o.value), cty.DynamicPseudoType, zero()), o.value.expr.Range())
		if o.sensitive {
			n.value = n.value.Mark(lang.Sensitive)
		}
	}).value
}

// variable evaluates one variable.
func (s *scope) variable(name string) cty.Value {
	v := s.folder.variables[name]
	if v == nil {
		return cty.DynamicVal
	}
	return s.visit(nodeKey{"var", name}, v.nameAt, func(n *node) {
		n.value = s.run.held(s.variableValue(v), s.valuePlace(v))
		if v.sensitive {
			n.value = n.value.Mark(lang.Sensitive)
		}
		n.done = true // its validations may refer to it
		s.validate(v, n.value)
	}).value
}

func (s *scope) variableValue(v *variable) cty.Value {
	if s.parent == nil {
		return s.run.outsideValue(v)
	}
	a := s.call.args[v.name]
	if a == nil {
		if v.fallback == nil {
			return cty.UnknownVal(v.constraint.Type) // reported with the call
		}
		return s.run.defaultValue(v)
	}
	ctx, ok := s.parent.argScopes[a]
	if !ok {
		ctx = s.parent.contextFor(a)
		s.parent.argScopes[a] = ctx
	}
	value := s.parent.value(a, s.self.Scope(ctx), cty.DynamicPseudoType, zero())
	if !value.IsKnown() {
		return cty.UnknownVal(v.constraint.Type)
	}
	out, err := s.run.fitted(v, value, a.expr.Range())
	if err != nil {
		s.run.report(problem{
			summary: `Wrong type for "` + v.name + `"`, detail: s.run.mismatch(v.constraint.Type, value, err),
			at: a.expr.Range(), related: []side{{"the variable is declared here", v.at}},
		})
		return cty.UnknownVal(v.constraint.Type)
	}
	return out
}

// validate runs the rules of a variable over its value.
func (s *scope) validate(v *variable, value cty.Value) {
	bare, _ := value.UnmarkDeep()
	if !bare.IsWhollyKnown() {
		return
	}
	for _, rule := range v.validations {
		ok := s.value(rule.condition, s.contextFor(rule.condition), cty.Bool, zero())
		ok, _ = ok.Unmark()
		if !ok.IsKnown() || !ok.IsNull() && ok.True() {
			continue
		}
		message := s.value(rule.message, s.contextFor(rule.message), cty.String, zero())
		detail := "The value breaks a rule of the variable."
		if m, marks := message.Unmark(); m.IsKnown() && !m.IsNull() && len(marks) == 0 {
			detail = m.AsString()
		}
		s.run.report(problem{
			summary: `"` + v.name + `" has a value that is not allowed`, detail: detail,
			at: s.valuePlace(v), related: []side{{"the rule is here", rule.condition.at}},
		})
	}
}

// valuePlace is where the value of a variable stands.
func (s *scope) valuePlace(v *variable) hcl.Range {
	if s.parent != nil {
		if a := s.call.args[v.name]; a != nil {
			return a.expr.Range()
		}
	} else if o, ok := s.run.outside[v.name]; ok {
		return o.at
	}
	if v.fallback != nil {
		return v.fallback.expr.Range()
	}
	return v.at
}
