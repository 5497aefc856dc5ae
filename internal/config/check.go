package config

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// check looks at the references of an attribute before it is evaluated, once.
// So a name that does not exist is an error at its own place, also inside try
// and in a block that has no instances.
func (s *scope) check(a *attr) bool {
	if !a.checked {
		a.checked, a.good = true, true
		for _, p := range a.paths {
			if !s.checkPath(a, p) {
				a.good = false
			}
		}
	}
	return a.good
}

func (s *scope) checkPath(a *attr, p lang.Path) bool {
	switch p.Root {
	case "each", "count", "self":
		return s.checkInstance(a.where, p)
	case "var", "local":
		return s.checkName(p) && s.checkConnection(a, p)
	case "module":
		return s.checkObjects(a, p) && s.checkName(p) && s.checkModule(p)
	}
	if isReferable(p.Root) && !a.where.words[p.Root] {
		return s.checkObjects(a, p) && s.checkName(p) && s.checkObject(p)
	}
	return true // an iterator, or unknown: the evaluator says so
}

// checkInstance looks at the names that only some blocks have.
func (s *scope) checkInstance(where setting, p lang.Path) bool {
	switch {
	case p.Root == "each" && !where.each:
		return s.outOfPlace(p, "each.key and each.value are there only in a block with for_each")
	case p.Root == "count" && !where.count:
		return s.outOfPlace(p, "count.index is there only in a block with count")
	case p.Root == "self" && !where.self:
		return s.outOfPlace(p, "self is there only in a device, and is its user")
	case p.Root == "self":
		return s.checkSelf(p)
	}
	return true
}

func isReferable(root string) bool {
	for _, k := range lang.Referable() {
		if string(k) == root {
			return true
		}
	}
	return false
}

func (s *scope) outOfPlace(p lang.Path, why string) bool {
	s.run.report(problem{summary: `"` + p.Root + `" has no meaning here`, detail: why + ".", at: p.Range})
	return false
}

// checkName says whether what a path begins with is declared.
func (s *scope) checkName(p lang.Path) bool {
	if p.Name == "" {
		return true // the whole of them
	}
	if s.folder.declares(p) {
		return true
	}
	nouns := map[string]string{"var": "variable", "local": "local", "module": "module"}
	noun := nouns[p.Root]
	if s.folder.unclear[p.Root] || s.folder.unclear[noun] || noun == "local" && s.folder.unclear["locals"] {
		return false // what it names may be in the block that was not understood
	}
	if noun == "" {
		noun = p.Root
	}
	s.run.report(problem{
		summary: "There is no " + p.Root + "." + p.Name,
		detail:  `No ` + noun + ` "` + p.Name + `" is declared in this folder.`,
		hint:    s.elsewhere(p), near: near{p.Name, func() []string { return s.folder.candidates(p.Root) }}, at: p.Range,
	})
	return false
}

// elsewhere looks for the name among the other kinds of objects.
func (s *scope) elsewhere(p lang.Path) string {
	for _, k := range lang.Referable() {
		if s.folder.blocks[k][p.Name] != nil && string(k) != p.Root {
			return "there is " + string(k) + "." + p.Name
		}
	}
	if p.Root == "var" && s.folder.locals[p.Name] != nil {
		return "there is local." + p.Name
	}
	if p.Root == "local" && s.folder.variables[p.Name] != nil {
		return "there is var." + p.Name
	}
	return ""
}

// checkObjects refuses objects in blocks that are evaluated without them.
func (s *scope) checkObjects(a *attr, p lang.Path) bool {
	if a.where.connection == "" {
		return true
	}
	s.run.report(problem{
		summary: "No objects here",
		detail: `The block "` + a.where.connection + `" is evaluated before any object, so that a command that only needs the ` +
			"connection evaluates nothing else. It may use variables, locals, path and functions.",
		at: p.Range,
	})
	return false
}

// checkConnection follows locals, so that no object is reached through them.
func (s *scope) checkConnection(a *attr, p lang.Path) bool {
	if a.where.connection == "" || p.Root != "local" {
		return true
	}
	name, found := s.objectBehind(p.Name, map[string]bool{})
	if !found {
		return true
	}
	s.run.report(problem{
		summary: "No objects here",
		detail:  `The block "` + a.where.connection + `" is evaluated before any object, and local.` + p.Name + " refers to " + name + ".",
		at:      p.Range,
	})
	return false
}

func (s *scope) objectBehind(name string, seen map[string]bool) (string, bool) {
	a := s.folder.locals[name]
	if a == nil || seen[name] || len(seen) > maxChain {
		return "", false
	}
	seen[name] = true
	for _, p := range a.paths {
		if p.Root == "module" || isReferable(p.Root) {
			return p.Root + "." + p.Name, true
		}
		if p.Root == "local" {
			if found, ok := s.objectBehind(p.Name, seen); ok {
				return found, true
			}
		}
	}
	return "", false
}

// checkObject looks at what follows an object.
func (s *scope) checkObject(p lang.Path) bool {
	kind := addr.Kind(p.Root)
	b := s.folder.blocks[kind][p.Name]
	if b == nil {
		return true
	}
	if b.repetition == lang.Once && p.Indexed && p.Key.IsSet() {
		if _, ok := s.run.types.Kind(kind).Attribute(p.Key.Text()); !ok {
			s.run.report(problem{
				summary: p.Root + "." + p.Name + " is one object", detail: "The block has no for_each and no count, so there are no instances to choose from.",
				hint: "write " + p.Root + "." + p.Name + " without an index", at: p.Range,
			})
			return false
		}
		return true
	}
	name, at, _, ok := p.Next()
	if !ok {
		return true
	}
	if b.repetition != lang.Once && !p.Indexed {
		return s.checkUnindexed(b, p, name)
	}
	if _, ok := p.Rest[0].(hcl.TraverseAttr); !ok {
		return true
	}
	return s.checkAttribute(b, name, at, p.Range)
}

// checkUnindexed refuses core.pool.ip where core.pool has instances.
func (s *scope) checkUnindexed(b *block, p lang.Path, name string) bool {
	k := s.run.types.Kind(b.kind)
	_, plain := k.Attribute(name)
	_, ref := k.Reference(name)
	if b.repetition == lang.ForEach && !plain && !ref {
		return true // an instance by its key
	}
	example := `["…"]`
	if b.repetition == lang.Count {
		example = "[0]"
	}
	s.run.report(problem{
		summary: p.Root + "." + p.Name + " has instances",
		detail:  "The block has " + string(b.repetition) + ", so say which instance is meant.",
		hint:    "write " + p.Root + "." + p.Name + example + "." + name + ", or [for x in " + p.Root + "." + p.Name + " : x." + name + "] for all of them",
		at:      p.Range,
	})
	return false
}

// checkAttribute says whether an object's value has an attribute.
func (s *scope) checkAttribute(b *block, name string, at, whole hcl.Range) bool {
	k := s.run.types.Kind(b.kind)
	if ref, ok := k.Reference(name); ok {
		s.run.report(holdsReferences(problem{at: whole}, b.kind, ref))
		return false
	}
	attribute, ok := k.Attribute(name)
	switch {
	case !ok:
		s.run.report(problem{
			summary: `Unknown attribute "` + name + `"`,
			detail:  sentence(lang.KindNoun(b.kind) + ` has no attribute "` + name + `"`), hint: lang.DidYouMean(name, k.Names()), at: at,
		})
		return false
	case attribute.Generated && b.attrs[name] == nil:
		s.run.report(generatedProblem(problem{at: whole}, name))
		return false
	}
	return true
}

func (s *scope) checkSelf(p lang.Path) bool {
	k := s.run.types.Kind(addr.User)
	if ref, ok := k.Reference(p.Name); ok {
		s.run.report(holdsReferences(problem{at: p.Range}, addr.User, ref))
		return false
	}
	if _, ok := k.Attribute(p.Name); !ok && p.Name != "" {
		s.run.report(problem{
			summary: `Unknown attribute "` + p.Name + `"`, detail: `self is the device's user, and a user has no attribute "` + p.Name + `".`,
			hint: lang.DidYouMean(p.Name, k.Names()), at: p.NameRange,
		})
		return false
	}
	return true
}

// checkModule looks at what follows a module: an output, or a kind.
func (s *scope) checkModule(p lang.Path) bool {
	c := s.folder.calls[p.Name]
	if c == nil || c.folder == nil {
		return false // reported with the module block
	}
	if c.repetition != lang.Once && !p.Indexed {
		return true // an instance by its key, or all of them
	}
	name, at, rest, ok := p.Next()
	if !ok || c.folder.outputs[name] != nil || c.folder.unclear["output"] {
		return true
	}
	if !isReferable(name) {
		s.run.report(problem{
			summary: "There is no module." + p.Name + "." + name,
			detail:  `The module has no output "` + name + `". Its objects are module.` + p.Name + ".core.…, and so on for each kind.",
			near:    near{name, func() []string { return append(sortedKeys(c.folder.outputs), kindNames()...) }}, at: at,
		})
		return false
	}
	label, labelAt, _, ok := lang.Path{Rest: rest}.Next()
	if !ok || c.folder.blocks[addr.Kind(name)][label] != nil {
		return true
	}
	if c.folder.unclear[name] {
		return false
	}
	s.run.report(problem{
		summary: "There is no module." + p.Name + "." + name + "." + label,
		detail:  "The module declares no " + name + ` "` + label + `".`,
		near:    near{label, func() []string { return sortedKeys(c.folder.blocks[addr.Kind(name)]) }}, at: labelAt,
	})
	return false
}

func kindNames() []string {
	kinds := lang.Referable()
	out := make([]string, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return out
}
