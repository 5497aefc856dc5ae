package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/snapshot"
	"github.com/sigilgate/sigilform/internal/state"
)

// PlanSnapshot makes the plan of a saved snapshot instead of the network
// itself: nothing is connected to, and nothing is started.
func (e *Engine) PlanSnapshot(ctx context.Context, o PlanOptions, file string, identities []string) (*Planned, error) {
	s, err := e.readSnapshot(ctx, file, identities)
	if err != nil {
		return nil, err
	}
	p, err := open(o.Source.Path)
	if err != nil {
		return nil, err
	}
	defer p.close()
	w := &work{engine: e, options: o, folder: p}
	if _, err := w.load(ctx); err != nil {
		return nil, err
	}
	if err := w.fits(s, file); err != nil {
		return nil, err
	}
	if w.commit, err = e.commit(ctx, p.folder, o.Provenance.Commit); err != nil {
		return nil, err
	}
	out, err := w.planSnapshot(ctx, s)
	return out, unlessCanceled(ctx, err)
}

// fits refuses a snapshot of something else than the configuration is about.
func (w *work) fits(s *snapshot.Snapshot, file string) error {
	switch n := w.network; {
	case s.Network != n.Name:
		return invalid(fmt.Sprintf("%s is a snapshot of another network", file),
			fmt.Sprintf("It is of network %q, the configuration is of %q.", s.Network, n.Name), "Take one with this configuration: `sigilform snapshot --out FILE`.")
	case s.Prefix != n.Prefix:
		return invalid(fmt.Sprintf("%s is a snapshot of another prefix", file),
			fmt.Sprintf("It holds what is below %s, the configuration says %s.", s.Prefix, n.Prefix), "Take one with this configuration: `sigilform snapshot --out FILE`.")
	}
	return nil
}

// planSnapshot makes the plan.
func (w *work) planSnapshot(ctx context.Context, s *snapshot.Snapshot) (*Planned, error) {
	w.engine.learnEntries(keys.NewLayout(w.engine.Catalogue, s.Prefix), s.Store.Entries)
	st, err := state.Decode(s.Store, s.Network)
	if err != nil {
		return nil, err //nolint:wrapcheck // explained as it is
	}
	st.Journal = s.Journal
	if s.UnderWay {
		st.Lock = &state.Lock{}
	}
	w.engine.notice(st.Journal, st.Lock)
	in := w.input(&view{catalogue: w.engine.Catalogue, snapshot: s.Store, state: st})
	in.LogIndex, in.MaskKey = s.LogIndex, s.MaskKey
	in.Access = plan.AccessInput{Live: s.Auth, Self: s.User, LogsIn: s.LogsIn, DisableAuth: w.options.DisableAuth}
	p, found, err := w.decide(ctx, in)
	if err != nil {
		return nil, err
	}
	p.Origin = &plan.Origin{TakenAt: s.TakenAt, Tool: s.Tool}
	if o := s.Open; o != nil && needsCertificates(p, s.User, s.LogsIn) {
		p.Conflicts = append(p.Conflicts, openConflict(o.Summary, o.Detail, o.Hint))
	}
	if err := judge(ctx, w.options.Source.Limits, p, st, w.config, w.options.Allow); err != nil {
		return nil, err
	}
	p.Warnings = slices.Concat(w.warnings, found, w.locate(p.Warnings))
	if p.Access != nil {
		p.Warnings = append(p.Warnings, advise(s.Versions)...)
	}
	w.outputs(p)
	return w.planned(p), nil
}
