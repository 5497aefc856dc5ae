package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// folder is the declarations of one folder: the root, or a module's source.
type folder struct {
	dir       string
	variables map[string]*variable
	locals    map[string]*attr
	outputs   map[string]*output
	calls     map[string]*call
	blocks    map[addr.Kind]map[string]*block
	etcd      *etcdBlock
	policies  map[string]*policyBlock
	valves    map[string]Valve
	// unclear are the types of blocks that were meant by blocks that were not
	// understood: what seems undeclared of these may be declared there.
	unclear map[string]bool
	// failed says that the folder could not be read.
	failed bool
}

type output struct {
	name, description string
	value             *attr
	sensitive         bool
	at                hcl.Range
}

func newFolder(dir string) *folder {
	return &folder{
		dir:       dir,
		variables: map[string]*variable{}, locals: map[string]*attr{}, outputs: map[string]*output{},
		calls: map[string]*call{}, blocks: map[addr.Kind]map[string]*block{}, unclear: map[string]bool{},
		policies: map[string]*policyBlock{}, valves: map[string]Valve{},
	}
}

// loadFolder reads a folder and, below it, the folders of its modules. chain is
// how it was reached.
func (r *run) loadFolder(dir string, chain []step) *folder {
	if f, ok := r.folders[dir]; ok {
		return f
	}
	f := newFolder(dir)
	r.folders[dir] = f
	names, err := r.configFiles(dir)
	switch {
	case err != nil:
		r.report(problem{summary: "Can't read the folder " + r.withDir(dir), detail: "It can't be listed: " + plainError(err) + ".", at: reached(chain)})
		f.failed, r.broken = true, true
		return f
	case len(names) == 0:
		r.noFiles(dir, chain)
		f.failed = true
		return f
	}
	for _, name := range names {
		s := r.read(name)
		if s == nil {
			r.broken = true
			continue
		}
		s.config = true
		if body := r.parse(s); body != nil {
			r.readBody(f, body, dir == ".")
		}
		r.findSecrets(s)
	}
	for _, name := range sortedKeys(f.calls) {
		r.enter(f, f.calls[name], chain)
	}
	return f
}

func (r *run) noFiles(dir string, chain []step) {
	r.broken = r.broken || len(chain) == 0
	shown := r.withDir(dir)
	if dir == "." && r.options.Dir != "" {
		shown = r.options.Dir
	}
	r.report(problem{
		summary: "No configuration in " + shown,
		detail:  "The folder holds no file that ends in .hcl or .hcl.json (those in .vars.hcl hold values, and subfolders are not read).",
		hint:    "name the folder or the file of the configuration",
		at:      reached(chain),
	})
}

// reached is the place that led to a folder.
func reached(chain []step) hcl.Range {
	if len(chain) == 0 {
		return hcl.Range{}
	}
	return chain[len(chain)-1].at
}

func (r *run) readBody(f *folder, body hcl.Body, root bool) {
	content, diags := body.Content(rootSchema())
	for _, d := range diags {
		if d.Summary == "Unsupported block type" || strings.HasPrefix(d.Summary, "Extraneous JSON") {
			f.unclear[lang.Nearest(quotedWord(d.Detail), blockTypes())] = true
		}
	}
	r.reportHCL(diags, zero())
	for _, b := range content.Blocks {
		r.readBlock(f, b, root)
	}
}

func (r *run) readBlock(f *folder, b *hcl.Block, root bool) {
	if slices.Contains(later(), b.Type) {
		r.report(problem{
			summary: `"` + b.Type + `" comes in a later release`,
			detail:  "The language reserves the block, and this release does not act on it yet.",
			hint:    "remove the block", at: b.DefRange,
		})
		return
	}
	if len(b.Labels) > 0 && b.Type != "network" && !r.goodLabel(b) {
		f.unclear[b.Type] = true
		return
	}
	if !root && slices.Contains([]string{"network", "etcd", "acl", "acl_role", "acl_user", "policy", "valve"}, b.Type) {
		r.report(problem{
			summary: `"` + b.Type + `" stands in a module`,
			detail:  "This block is of the whole network, so it stands only in the root folder.",
			hint:    "move it to the root folder", at: b.DefRange,
		})
		return
	}
	switch b.Type {
	case "variable":
		r.readVariable(f, b)
	case "locals":
		r.readLocals(f, b)
	case "output":
		r.readOutput(f, b)
	case "module":
		r.readCall(f, b)
	case "etcd":
		r.readEtcd(f, b)
	case "policy":
		r.readPolicy(f, b)
	case "valve":
		r.readValve(f, b)
	default:
		r.readObject(f, b)
	}
}

func (r *run) goodLabel(b *hcl.Block) bool {
	if hclsyntax.ValidIdentifier(b.Labels[0]) {
		return true
	}
	r.report(problem{
		summary: `"` + b.Labels[0] + `" is not a name`,
		detail:  "A name begins with a letter and has letters, digits, dashes and underscores.",
		at:      b.LabelRanges[0],
	})
	return false
}

// twice reports a second declaration.
func (r *run) twice(what string, first, second hcl.Range) {
	r.report(problem{
		summary: what + " is declared twice", detail: "A name is declared once in a folder.",
		at: second, related: []side{{"first declared here", first}},
	})
}

func (r *run) readLocals(f *folder, b *hcl.Block) {
	attrs, diags := b.Body.JustAttributes()
	r.reportHCL(diags, zero())
	for _, name := range sortedKeys(attrs) {
		a := newAttr(attrs[name], setting{})
		if old := f.locals[name]; old != nil {
			r.twice("local."+name, old.nameAt, a.nameAt)
			continue
		}
		f.locals[name] = a
	}
}

func (r *run) readOutput(f *folder, b *hcl.Block) {
	name := b.Labels[0]
	schema := attributes("description", "sensitive")
	schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: "value", Required: true})
	content, diags := b.Body.Content(schema)
	r.reportHCL(diags, zero())
	if old := f.outputs[name]; old != nil {
		r.twice(`output "`+name+`"`, old.at, b.DefRange)
		return
	}
	if addr.Kind(name).Known() {
		r.report(problem{
			summary: `An output may not be called "` + name + `"`,
			detail:  "module.x." + name + " are the objects of that kind in a module, so no output may bear a kind's name.",
			at:      b.LabelRanges[0],
		})
	}
	o := &output{name: name, at: b.DefRange}
	o.description = r.literalText(content.Attributes["description"])
	o.sensitive = r.literalBool(content.Attributes["sensitive"])
	if v := content.Attributes["value"]; v != nil {
		o.value = newAttr(v, setting{})
	}
	f.outputs[name] = o
}

func (f *folder) candidates(root string) []string {
	switch root {
	case "var":
		return sortedKeys(f.variables)
	case "local":
		return sortedKeys(f.locals)
	case "module":
		return sortedKeys(f.calls)
	}
	return sortedKeys(f.blocks[addr.Kind(root)])
}

// declares reports whether what a path begins with is declared.
func (f *folder) declares(p lang.Path) bool {
	switch p.Root {
	case "var":
		return f.variables[p.Name] != nil
	case "local":
		return f.locals[p.Name] != nil
	case "module":
		return f.calls[p.Name] != nil
	}
	return f.blocks[addr.Kind(p.Root)][p.Name] != nil
}
