package engine

import (
	"context"
	"strings"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/state"
)

// date says since which apply the drift of a report is. Nearly always that is the
// last one, which its head tells. Of what is older the history knows, for whoever
// may read it; for all others it stays open.
func (l *live) date(ctx context.Context, v *view, r *drift.Report) {
	if !r.Drifted() {
		return
	}
	h := v.state.Head
	applies := []drift.Apply{{Serial: h.Serial, Revision: v.state.HeadRevision, Time: h.Time, Actor: h.Actor, Commit: h.Commit}}
	if r.Older(applies[0]) {
		applies = append(applies, l.earlier(ctx)...)
	}
	r.Date(applies, l.engine.now())
}

// earlier are the applies of the history; none where it can't be read.
func (l *live) earlier(ctx context.Context) []drift.Apply {
	prefix := state.NewLayout(l.name).HistoryPrefix()
	s, err := l.session.Snapshot(ctx, etcd.SnapshotRequest{Prefixes: []string{prefix}})
	if err != nil {
		return nil
	}
	var out []drift.Apply
	for _, entry := range s.Under(prefix) {
		if strings.Contains(strings.TrimPrefix(entry.Key, prefix), "/") {
			continue
		}
		if h, err := readHistory(entry); err == nil {
			out = append(out, drift.Apply{Serial: h.Serial, Revision: h.Revision, Time: h.Time, Actor: h.Actor, Commit: h.Commit})
		}
	}
	return out
}
