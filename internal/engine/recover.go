package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/state"
)

// RecoverOptions say which network to recover, and how.
type RecoverOptions struct {
	LiveOptions
	Provenance Provenance
	// Abandon keeps what is written and ends the apply there.
	Abandon bool
	// LockTimeout is how long to wait for another's lock.
	LockTimeout time.Duration
	// Review is given the interrupted apply before anything is done; its error
	// stops the recovery. It may be nil.
	Review func(ctx context.Context, j *state.Journal) error
}

// Recovered is what a recovery did; Recovery is nil where there was nothing to do.
type Recovered struct {
	Network  string
	Recovery *apply.Recovery
	// RescueRemoved says that an apply had left the rescue user in etcd, and that
	// it is gone.
	RescueRemoved bool
	Took          time.Duration
}

// Recover carries an interrupted apply on, or undoes it, or ends it where it is.
// After it no rescue user is left in etcd, or the error says that one is; what
// was recovered is returned with that.
func (e *Engine) Recover(ctx context.Context, o RecoverOptions) (out *Recovered, err error) {
	l, err := e.visit(ctx, o.LiveOptions)
	if err != nil {
		return nil, mentionRescue(err)
	}
	defer l.close(&err)
	out = &Recovered{Network: l.name}
	shown, _, err := l.lock(ctx)
	if err != nil {
		return nil, err
	}
	if shown.Journal == nil {
		out.RescueRemoved, err = l.tidyRescue(ctx)
		return out, err
	}
	if o.Review != nil {
		if err := o.Review(ctx, shown.Journal); err != nil {
			return nil, err
		}
	}
	end := apply.Recover
	if o.Abandon {
		end = apply.Abandon
	}
	who := e.applicant(ctx, folderOf(o.Source.Path), o.Provenance.Actor)
	options, err := e.runOptions(ctx, l.session, l.name, who, o.LockTimeout)
	if err != nil {
		return nil, err
	}
	hard, cancel := e.hard(ctx)
	defer cancel()
	e.progress("recovering")
	from := e.Clock()
	hard, st := e.stage(hard, "recover")
	st.note(slog.String(attrNetwork, l.name), slog.Bool("abandon", o.Abandon))
	out.Recovery, err = end(hard, e.observe(l.session), l.name, l.prefix, options)
	st.end(err)
	out.Took = e.Clock().Sub(from)
	if err != nil {
		return nil, err
	}
	out.RescueRemoved, err = l.tidyRescue(hard)
	return out, err
}
