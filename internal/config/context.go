package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// wanted gathers what some expressions refer to. A context is made once for a
// whole block, and holds nothing else: so what is not referred to is neither
// evaluated nor part of a cycle.
type wanted struct {
	scope   *scope
	values  map[string]map[string]cty.Value
	modules map[string]*need
}

// need is what is wanted of a module: everything, or some parts.
type need struct {
	all     bool
	outputs map[string]bool
	objects map[addr.Kind]map[string]bool
}

// contextFor is the context of some attributes.
func (s *scope) contextFor(attrs ...*attr) *hcl.EvalContext {
	w := &wanted{scope: s, values: map[string]map[string]cty.Value{}, modules: map[string]*need{}}
	for _, a := range attrs {
		if a == nil || !s.check(a) {
			continue
		}
		s.run.setVia(a.name)
		for _, p := range a.paths {
			if !a.where.words[p.Root] || p.Name != "" {
				w.add(p)
			}
		}
	}
	return w.context()
}

func (w *wanted) add(p lang.Path) {
	if p.Name == "" {
		w.addAll(p.Root)
		return
	}
	switch {
	case p.Root == "module":
		w.addModule(p)
	case p.Root == "var" || p.Root == "local" || isReferable(p.Root):
		if w.values[p.Root] == nil {
			w.values[p.Root] = map[string]cty.Value{}
		}
		if _, ok := w.values[p.Root][p.Name]; !ok {
			w.values[p.Root][p.Name] = w.scope.declared(p.Root, p.Name)
		}
	}
}

// addAll adds everything below a root word: `keys(core)`.
func (w *wanted) addAll(root string) {
	if root != "var" && root != "local" && root != "module" && !isReferable(root) {
		return
	}
	if root != "module" && w.values[root] == nil {
		w.values[root] = map[string]cty.Value{}
	}
	for _, name := range w.scope.folder.candidates(root) {
		w.add(lang.Path{Root: root, Name: name})
	}
}

func (s *scope) declared(root, name string) cty.Value {
	switch root {
	case "var":
		return s.variable(name)
	case "local":
		return s.local(name)
	}
	return s.group(addr.Kind(root), name).value
}

func (w *wanted) addModule(p lang.Path) {
	n := w.modules[p.Name]
	if n == nil {
		n = &need{outputs: map[string]bool{}, objects: map[addr.Kind]map[string]bool{}}
		w.modules[p.Name] = n
	}
	c := w.scope.folder.calls[p.Name]
	if c == nil {
		return
	}
	if c.repetition != lang.Once && !p.Indexed {
		// module.eu.nl is an instance, and what follows it is not known to be one.
		n.all = true
		return
	}
	name, _, rest, ok := p.Next()
	if !ok {
		n.all = true
		return
	}
	if !isReferable(name) {
		n.outputs[name] = true
		return
	}
	kind := addr.Kind(name)
	if n.objects[kind] == nil {
		n.objects[kind] = map[string]bool{}
	}
	label, _, _, ok := lang.Path{Rest: rest}.Next()
	if ok {
		n.objects[kind][label] = true
		return
	}
	if c.folder != nil {
		for l := range c.folder.blocks[kind] {
			n.objects[kind][l] = true
		}
	}
}

func (w *wanted) context() *hcl.EvalContext {
	ctx := w.scope.base.NewChild()
	ctx.Variables = map[string]cty.Value{}
	for root, values := range w.values {
		ctx.Variables[root] = cty.ObjectVal(values)
	}
	if len(w.modules) > 0 {
		modules := map[string]cty.Value{}
		for _, name := range sortedKeys(w.modules) {
			modules[name] = w.scope.moduleValue(name, w.modules[name])
		}
		ctx.Variables["module"] = cty.ObjectVal(modules)
	}
	return ctx
}

// children are the instances of a module block.
func (s *scope) children(name string) ([]*scope, bool) {
	c := s.folder.calls[name]
	if c == nil || c.folder == nil {
		return nil, false
	}
	n := s.visit(nodeKey{"module", name}, c.def, func(n *node) {
		instances, ok := s.instances(c.repetition, c.repeat)
		if !ok {
			return
		}
		n.value = cty.True
		for _, i := range instances {
			n.children = append(n.children, s.child(c, i))
		}
	})
	return n.children, n.value.IsKnown()
}

// moduleValue is a module's value with the parts that are wanted.
func (s *scope) moduleValue(name string, n *need) cty.Value {
	children, ok := s.children(name)
	if !ok {
		return cty.DynamicVal
	}
	values := make([]cty.Value, 0, len(children))
	keyed := map[string]cty.Value{}
	for _, c := range children {
		v := c.exported(n)
		values = append(values, v)
		keyed[c.self.Key.Text()] = v
	}
	switch s.folder.calls[name].repetition {
	case lang.ForEach:
		return cty.ObjectVal(keyed)
	case lang.Count:
		return cty.TupleVal(values)
	case lang.Once:
	}
	return values[0]
}

// exported is what a scope shows of itself.
func (s *scope) exported(n *need) cty.Value {
	out := map[string]cty.Value{}
	for name := range s.folder.outputs {
		if n.all || n.outputs[name] {
			out[name] = s.output(name)
		}
	}
	for _, kind := range lang.Referable() {
		labels := map[string]cty.Value{}
		for label := range s.folder.blocks[kind] {
			if n.all || n.objects[kind][label] {
				labels[label] = s.group(kind, label).value
			}
		}
		if _, clash := out[string(kind)]; !clash && (n.all || n.objects[kind] != nil) {
			out[string(kind)] = cty.ObjectVal(labels)
		}
	}
	return cty.ObjectVal(out)
}
