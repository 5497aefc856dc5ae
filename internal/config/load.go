package config

import (
	"context"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/lang"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// run is one reading of a configuration.
type run struct {
	options   Options
	catalogue *schema.Catalogue
	types     *lang.Types
	secrets   *lang.Secrets
	functions map[string]function.Function

	sources map[string]*source
	folders map[string]*folder
	outside map[string]outside
	root    *scope
	stack   []frame
	// reads are the digests of the files that functions read.
	reads map[string][]byte

	found    []finding
	reported map[said]bool
	// compared are the names that were looked at to find what a name may mean.
	compared int
	// redacted are the values that were looked through for sensitive texts.
	redacted int
	// broken says that a file could not be read or parsed: then nothing is
	// evaluated.
	broken       bool
	secretVars   map[string]bool
	names        names
	secretRanges []hcl.Range

	places  map[addr.Addr]origin
	tainted map[addr.Addr]bool

	// budget is what the evaluation may still use, exhausted says that it was
	// told that there is nothing left.
	budget    *lang.Budget
	exhausted bool
	cause     func() error
}

func newRun(ctx context.Context, o Options) *run {
	types := lang.NewTypes(o.Catalogue)
	r := &run{
		options: o, catalogue: o.Catalogue, types: types, secrets: lang.NewSecrets(),
		sources: map[string]*source{}, folders: map[string]*folder{}, outside: map[string]outside{}, reads: map[string][]byte{},
		reported: map[said]bool{}, secretVars: map[string]bool{}, names: namesOf(o.Catalogue),
		places: map[addr.Addr]origin{}, tainted: map[addr.Addr]bool{},
	}
	limit := o.Budget
	if limit <= 0 {
		limit = lang.DefaultBudget
	}
	r.budget = lang.NewBudget(limit, nil)
	r.allow(ctx)
	r.functions = lang.Functions(watched{FS: o.FS, run: r}, types, r.budget)
	return r
}

// loadRoot reads all files, and the values from outside.
func (r *run) loadRoot() *folder {
	root := r.loadFolder(".", nil)
	if !r.broken {
		r.readOutside(root)
	}
	r.options.Watch.know(r.sources)
	return root
}

// Load reads a configuration, evaluates it and has the network checked. The
// diagnostics are all that was found, errors and warnings, with their places.
// The configuration is nil where nothing could be made of it.
func Load(ctx context.Context, o Options) (*Config, diag.List) {
	r := newRun(ctx, o)
	root := r.loadRoot()
	if r.broken {
		return nil, r.diagnostics()
	}
	r.root = r.newScope(root)
	c := &Config{Network: &network.Network{Catalogue: o.Catalogue}, run: r}
	r.evaluateRoot(c)
	if found := r.ended(); found != nil {
		return nil, found
	}
	found := r.diagnostics()
	checked := c.Network.Normalize()
	checked = append(checked, c.Network.Validate()...)
	found = append(found, c.Locate(r.sensible(checked))...)
	if len(r.tainted) > 0 && !found.HasErrors() {
		found = append(found, r.unexplained())
	}
	c.Digest = r.digest()
	return c, found.Sort()
}

// unexplained refuses a network with a hole that no error accounts for: what is
// not known must not be planned.
func (r *run) unexplained() diag.Diagnostic {
	names := make([]string, 0, len(r.tainted))
	for a := range r.tainted {
		names = append(names, a.String())
	}
	slices.Sort(names)
	return diag.Diagnostic{
		Severity: diag.Error, Summary: "A value is not known", Address: names[0],
		Detail: "An attribute of this object has no known value, and no error says why. This is a fault of sigilform; please report it.",
	}
}

// evaluateRoot evaluates everything that is declared, used or not.
func (r *run) evaluateRoot(c *Config) {
	s := r.root
	if s.folder.blocks[addr.Network] == nil && !s.folder.unclear["network"] {
		r.report(problem{
			summary: "There is no network block",
			detail:  "A configuration declares exactly one network.", hint: `add network "name" {}`,
		})
	}
	s.network(c.Network)
	c.Etcd = s.etcd()
	s.evaluateNames()
	s.build(c.Network)
	s.buildACL(c.Network)
	c.Outputs = s.outputs()
	c.Policies, c.Valves = s.policies(), s.folder.allValves()
	r.checkNetworkSecrets(c.Network)
}

// evaluateNames evaluates the variables, locals and outputs of a scope and of
// those below, so that what is wrong in an unused one is found as well.
func (s *scope) evaluateNames() {
	for _, name := range sortedKeys(s.folder.variables) {
		s.variable(name)
	}
	for _, name := range sortedKeys(s.folder.locals) {
		s.local(name)
	}
	for _, name := range sortedKeys(s.folder.calls) {
		children, _ := s.children(name)
		for _, c := range children {
			if s.run.stopped() {
				return
			}
			c.evaluateNames()
		}
		for _, arg := range sortedKeys(s.folder.calls[name].args) {
			s.check(s.folder.calls[name].args[arg])
		}
	}
	for _, name := range sortedKeys(s.folder.outputs) {
		s.output(name)
	}
}

// sensible keeps, of what the model found, what does not follow from errors of
// the evaluation: where those are, the graph has holes. What an object that has
// one says of others is passed over; what it says of one value of its own stays.
func (r *run) sensible(l diag.List) diag.List {
	if !r.failed() {
		return l
	}
	var out diag.List
	for _, d := range l {
		if r.plainFinding(d) {
			out = append(out, d)
		}
	}
	return out
}

func (r *run) plainFinding(d diag.Diagnostic) bool {
	a, err := addr.Parse(d.Address)
	if err != nil {
		return false
	}
	tainted := r.tainted[a] || r.tainted[a.Owner()]
	for _, p := range d.Related {
		if other, err := addr.Parse(p.Address); err == nil && (r.tainted[other] || r.tainted[other.Owner()]) {
			return false
		}
	}
	k := r.types.Kind(a.Kind)
	if k == nil {
		return false
	}
	name := before(d.Attribute)
	_, plain := k.Attribute(name)
	_, reference := k.Reference(name)
	if tainted {
		return plain && d.Severity == diag.Error && len(d.Related) == 0
	}
	// What links say is about the graph as a whole, which has holes.
	return plain || reference && name != "links"
}
