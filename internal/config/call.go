package config

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/lang"
)

// call is a module block: the use of another folder.
type call struct {
	name       string
	def        hcl.Range
	source     string
	sourceAt   hcl.Range
	args       map[string]*attr
	repetition lang.Repetition
	repeat     *attr
	// folder is nil where the source is wrong.
	folder *folder
}

// step is one module block on the way to a folder.
type step struct {
	dir string
	at  hcl.Range
}

// maxModuleDepth bounds how deep modules call each other.
const maxModuleDepth = 50

func (r *run) readCall(f *folder, b *hcl.Block) {
	c := &call{name: b.Labels[0], def: b.DefRange, args: map[string]*attr{}}
	attrs, diags := b.Body.JustAttributes()
	r.reportHCL(diags, zero())
	if old := f.calls[c.name]; old != nil {
		r.twice("module."+c.name, old.def, c.def)
		return
	}
	f.calls[c.name] = c
	holder := &block{}
	where := r.repetition(holder, attrs)
	c.repetition, c.repeat = holder.repetition, holder.repeat
	for name, a := range attrs {
		switch name {
		case "for_each", "count":
		case "source":
			c.source, c.sourceAt = r.literalText(a), a.Expr.Range()
		case "depends_on", "providers", "version":
			r.report(problem{
				summary: `Unknown attribute "` + name + `"`,
				detail:  "Modules are folders beside this one, and everything is applied in one transaction.", hint: "remove it", at: a.NameRange,
			})
		default:
			c.args[name] = newAttr(a, where)
		}
	}
	if attrs["source"] == nil {
		r.report(problem{
			summary: `Missing attribute "source"`, detail: `A module block names the folder of the module: source = "./regions".`, at: c.def,
		})
	}
}

// enter reads the folder that a call names.
func (r *run) enter(f *folder, c *call, chain []step) {
	if c.source == "" {
		return
	}
	if c.source != "." && c.source != ".." && !strings.HasPrefix(c.source, "./") && !strings.HasPrefix(c.source, "../") {
		r.report(problem{
			summary: "Not a folder of a module",
			detail:  "The source of a module is a path that begins with ./ or ../; there is no registry and no download.",
			hint:    `did you mean "./` + strings.TrimPrefix(c.source, "/") + `"?`, at: c.sourceAt,
		})
		return
	}
	dir := path.Join(f.dir, c.source)
	if !fs.ValidPath(dir) {
		r.report(problem{
			summary: "The module lies outside the configuration",
			detail:  "A module lies below the configuration's own folder.", at: c.sourceAt,
		})
		return
	}
	chain = append(slices.Clone(chain), step{f.dir, c.sourceAt})
	if r.moduleCycle(dir, chain) {
		return
	}
	if info, err := fs.Stat(r.options.FS, dir); err != nil || !info.IsDir() {
		r.report(problem{
			summary: "There is no folder " + r.withDir(dir),
			detail:  "The source of a module is relative to the folder of the file that names it.", at: c.sourceAt,
		})
		return
	}
	if f := r.loadFolder(dir, chain); !f.failed {
		c.folder = f
		r.checkArgs(c)
	}
}

func (r *run) moduleCycle(dir string, chain []step) bool {
	first := slices.IndexFunc(chain, func(s step) bool { return s.dir == dir })
	if first < 0 {
		if len(chain) <= maxModuleDepth {
			return false
		}
		r.report(problem{summary: "Modules are nested too deeply", detail: "Modules may be nested 50 deep.", at: reached(chain)})
		return true
	}
	var dirs []string
	var related []side
	for _, s := range chain[first:] {
		dirs = append(dirs, r.withDir(s.dir))
	}
	for _, s := range chain[first : len(chain)-1] {
		related = append(related, side{r.withDir(s.dir) + " uses the next one here", s.at})
	}
	r.report(problem{
		summary: "Modules use each other in a cycle",
		detail:  "The cycle is " + strings.Join(append(dirs, r.withDir(dir)), " → ") + ".",
		hint:    "let the caller give what the module needs as a variable", at: reached(chain), related: related,
	})
	return true
}

// checkArgs compares the values that a call gives with the module's variables.
func (r *run) checkArgs(c *call) {
	f := c.folder
	for _, name := range sortedKeys(c.args) {
		if f.variables[name] == nil && !f.unclear["variable"] {
			r.report(problem{
				summary: `Unknown attribute "` + name + `"`,
				detail:  "The module in " + r.withDir(f.dir) + ` declares no variable "` + name + `".`,
				near:    near{name, func() []string { return sortedKeys(f.variables) }}, at: c.args[name].nameAt,
			})
		}
	}
	for _, name := range sortedKeys(f.variables) {
		v := f.variables[name]
		if v.fallback == nil && c.args[name] == nil {
			r.report(problem{
				summary: `Missing attribute "` + name + `"`,
				detail:  "The module in " + r.withDir(f.dir) + ` declares the variable "` + name + `" without a default.`,
				at:      c.def, related: []side{{"declared here", v.at}},
				address: zero(), attribute: name,
			})
		}
	}
}
