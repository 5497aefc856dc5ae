package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// PlanOptions say what to plan.
type PlanOptions struct {
	Source     Source
	Connection Connection
	// Destroy plans the removal of everything that was applied.
	Destroy bool
	// Adopt takes over objects of others, Cascade deletes what others made and
	// what a deletion would leave dangling.
	Adopt, Cascade bool
	// AcceptRestored continues the state of a cluster that was restored from a
	// snapshot.
	AcceptRestored bool
	// DisableAuth allows to turn the cluster's authentication off.
	DisableAuth bool
	// Allow names the policies and valves that this run may break.
	Allow []string
	// Provenance is what is said of who plans, and of what.
	Provenance Provenance
}

// Planned is a plan with what belongs to it and is not in it.
type Planned struct {
	// Plan has the warnings of the configuration among its own.
	Plan *plan.Plan
	// Secrets are values that no output may hold.
	Secrets []string
	// Refused is why the plan may be shown and not applied, where that is
	// because it is not the one that was expected. Nil where nothing is wrong.
	Refused error
	// Replanned says why this is not the first plan of an apply, empty for the first.
	Replanned Replanned
	// Already is the last apply, where it did what was expected of this plan,
	// which for that reason has nothing to do.
	Already *state.History
	// config is what was planned, nil where none was read.
	config *config.Config
	// File is where the plan was read from; nil for one that was made now.
	File *PlanFile
	// key is what the plan is known by once it is saved.
	key planKey
	// journal is that of an apply in the middle of which it was made.
	journal *state.Journal
}

// Obstacle says why a plan can be shown but not applied, nil where it can.
func (p *Planned) Obstacle() error {
	switch {
	case len(p.Plan.Conflicts) > 0:
		return &Conflicted{Plan: p.Plan}
	case p.Refused != nil:
		return p.Refused
	}
	return denied(p.Plan)
}

// Savable says why a plan should not be saved, nil where nothing is wrong: it could
// never be applied, or it is one of the middle of an apply, which no recovery
// leaves as it is.
func (p *Planned) Savable() error {
	if p.journal != nil {
		return &apply.Interrupted{Network: p.Plan.Network, Journal: p.journal}
	}
	return p.Obstacle()
}

// Conflicted is the error for a plan that can be shown but not applied.
type Conflicted struct{ Plan *plan.Plan }

// Failure says how many conflicts there are; the plan has shown them.
func (e *Conflicted) Failure() *failure.Failure {
	f := &failure.Failure{Code: failure.Conflict, Summary: fmt.Sprintf("The plan has %d conflicts and can't be applied", len(e.Plan.Conflicts)), Detail: "Nothing was written."}
	if len(e.Plan.Conflicts) == 1 {
		f.Summary = "The plan has a conflict and can't be applied: " + e.Plan.Conflicts[0].Summary
		f.Hint = e.Plan.Conflicts[0].Hint
	}
	return f
}

// Error is the failure on one line.
func (e *Conflicted) Error() string { return failure.Text(e) }

// Plan compares the configuration, what was last applied, and the network.
func (e *Engine) Plan(ctx context.Context, o PlanOptions) (out *Planned, err error) {
	w, err := e.prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	defer w.close(&err)
	out, err = w.plan(ctx)
	return out, unlessCanceled(ctx, err)
}

// work is a configuration with an open connection to its cluster.
type work struct {
	engine  *Engine
	options PlanOptions
	config  *config.Config
	// network is what is wanted; for a destroy only its name and prefix.
	network  *network.Network
	warnings diag.List
	session  *session
	target   target
	commit   string
	folder   *place
}

func (e *Engine) prepare(ctx context.Context, o PlanOptions) (w *work, err error) {
	p, err := open(o.Source.Path)
	if err != nil {
		return nil, err
	}
	w = &work{engine: e, options: o, folder: p}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	block, err := w.load(ctx)
	if err != nil {
		return nil, err
	}
	t, err := e.choose(ctx, p, o.Connection, block)
	if err != nil {
		return nil, err
	}
	if w.commit, err = e.commit(ctx, p.folder, o.Provenance.Commit); err != nil {
		return nil, err
	}
	w.target = t
	w.session, err = e.connect(ctx, t, o.Connection, mayStart)
	return w, err
}

// load reads the configuration: all of it, or for a destroy only what says
// which network it is, so that a broken file can't keep a network alive.
func (w *work) load(ctx context.Context) (*config.Etcd, error) {
	if w.options.Destroy {
		c, err := w.engine.loadConnection(ctx, w.folder, w.options.Source)
		if err != nil {
			return nil, err
		}
		if c.Network == "" {
			return nil, invalid("The configuration names no network", "What is to be destroyed is not known.", "Add the block network \"NAME\" {}.")
		}
		w.network = &network.Network{Catalogue: w.engine.Catalogue, Name: c.Network, Prefix: c.Prefix}
		return c.Etcd, nil
	}
	w.engine.progress("reading the configuration")
	c, warnings, err := w.engine.load(ctx, w.folder, w.options.Source)
	if err != nil {
		return nil, err
	}
	w.config, w.network, w.warnings = c, c.Network, warnings
	return c.Etcd, nil
}

func (w *work) close(err *error) {
	w.session.close(err)
	w.folder.close()
}

// plan reads the network and makes a plan of it.
func (w *work) plan(ctx context.Context) (*Planned, error) {
	v, err := w.engine.read(ctx, w.session, w.network.Name, w.network.Prefix)
	if err != nil {
		return nil, err
	}
	if err := needDigests(v, w.network.Name); err != nil {
		return nil, err
	}
	in := w.input(v)
	in.LogIndex, in.Connection = w.session.LogIndex(ctx, v.snapshot.Revision), w.session.connection
	if err := w.engine.access(ctx, w.session, &in, w.options.DisableAuth); err != nil {
		return nil, err
	}
	p, found, err := w.decide(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := w.session.mayEnforce(ctx, p); err != nil {
		return nil, err
	}
	if err := judge(ctx, w.options.Source.Limits, p, v.state, w.config, w.options.Allow); err != nil {
		return nil, err
	}
	p.Warnings = slices.Concat(w.warnings, found, w.locate(p.Warnings), w.session.adviseOf(ctx, p))
	w.outputs(p)
	return w.planned(p).keyed(w.engine, v), nil
}

// input is what a plan is made from, but for what only the cluster tells.
func (w *work) input(v *view) plan.Input {
	in := plan.Input{
		Network: w.network, Snapshot: v.snapshot, State: v.state, Mode: plan.ModeApply,
		Adopt: w.options.Adopt, Cascade: w.options.Cascade, AcceptRestored: w.options.AcceptRestored,
		Now: w.engine.now(), Tool: w.engine.Version, Commit: w.commit, Keep: w.network.History,
	}
	if w.options.Destroy {
		in.Mode = plan.ModeDestroy
	}
	if h := v.state.Head; h != nil && w.options.Destroy {
		in.Keep = h.Keep
	}
	if w.config != nil {
		in.ConfigDigest = w.config.Digest
	}
	return in
}

// decide makes the plan, and locates in the configuration what it found.
func (w *work) decide(ctx context.Context, in plan.Input) (*plan.Plan, diag.List, error) {
	w.engine.progress("planning")
	ids := w.engine.ids()
	in.IDs = ids
	p, found := w.engine.compare(ctx, in)
	found = w.locate(found)
	if ids.err != nil {
		return nil, nil, ids.err
	}
	return p, found, found.Err()
}

// planned is a plan with what belongs to it.
func (w *work) planned(p *plan.Plan) *Planned {
	out := w.engine.planned(w.network, p)
	out.config = w.config
	return out
}

func (w *work) locate(l diag.List) diag.List {
	if w.config == nil || len(l) == 0 {
		return l
	}
	return w.config.Locate(l)
}

// outputs puts the configuration's outputs into the plan; a saved plan shows
// them without the configuration.
func (w *work) outputs(p *plan.Plan) {
	if w.config == nil {
		return
	}
	for _, o := range w.config.Outputs {
		if o.Sensitive {
			continue
		}
		if p.Outputs == nil {
			p.Outputs = map[string]string{}
		}
		p.Outputs[o.Name] = o.Text
	}
}
