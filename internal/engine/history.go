package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// NoSuchSerial is the error for an apply that the history does not hold.
type NoSuchSerial struct {
	Network        string
	Serial, Newest int64
}

// Failure says which serials there are.
func (e *NoSuchSerial) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.NoSuchSerial, Summary: fmt.Sprintf("Network %q has no apply with serial %d; the newest is %d", e.Network, e.Serial, e.Newest),
		Hint: "`sigilform history` lists them",
	}
}

// Error is the failure on one line.
func (e *NoSuchSerial) Error() string { return failure.Text(e) }

// History lists the applies of a network, newest first. A limit of 0 lists all.
func (e *Engine) History(ctx context.Context, o LiveOptions, limit int) (out []state.History, err error) {
	l, err := e.visit(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close(&err)
	if shown, _, err := l.lock(ctx); err == nil {
		if l.session.server != nil {
			shown.Lock = nil
		}
		e.notice(shown.Journal, shown.Lock)
	}
	e.progress("reading the history")
	layout := state.NewLayout(l.name)
	s, err := l.session.Snapshot(ctx, etcd.SnapshotRequest{Prefixes: []string{layout.HistoryPrefix()}})
	if err != nil {
		return nil, err
	}
	entries := slices.DeleteFunc(slices.Clone(s.Under(layout.HistoryPrefix())), func(e kv.Entry) bool {
		return strings.Contains(strings.TrimPrefix(e.Key, layout.HistoryPrefix()), "/") // old sensitive values
	})
	slices.Reverse(entries)
	if limit > 0 && len(entries) > limit {
		entries = entries[:limit]
	}
	for _, entry := range entries {
		h, err := readHistory(entry)
		if err != nil {
			return nil, err
		}
		e.learnHistory(l.prefix, &h)
		out = append(out, h)
	}
	return out, nil
}

// HistoryEntry reads one apply, the newest where serial is 0.
func (e *Engine) HistoryEntry(ctx context.Context, o LiveOptions, serial int64) (h state.History, err error) {
	l, err := e.visit(ctx, o)
	if err != nil {
		return h, err
	}
	defer l.close(&err)
	head, err := l.head(ctx)
	if err != nil {
		return h, err
	}
	if serial == 0 {
		serial = head.Serial
	}
	found, err := l.session.Read(ctx, state.NewLayout(l.name).History(serial))
	if err != nil {
		return h, err
	}
	if len(found) == 0 {
		return h, &NoSuchSerial{Network: l.name, Serial: serial, Newest: head.Serial}
	}
	if h, err = l.wholeHistory(ctx, found[0]); err == nil {
		e.learnHistory(l.prefix, &h)
	}
	return h, err
}

// wholeHistory reads one apply with the parts that a large one has.
func (l *live) wholeHistory(ctx context.Context, e kv.Entry) (state.History, error) {
	h, err := readHistory(e)
	if err != nil || h.Parts == 0 {
		return h, err
	}
	layout := state.NewLayout(l.name)
	names := make([]string, h.Parts)
	for i := range names {
		names[i] = layout.HistoryPart(h.Serial, i)
	}
	found, err := l.session.Read(ctx, names...)
	if err != nil {
		return h, err
	}
	parts := &kv.Snapshot{Entries: found}
	h, err = state.DecodeHistory(e.Value, func(n int) (string, bool) {
		part, ok := parts.Get(names[n])
		return part.Value, ok
	})
	if err != nil {
		return h, &state.Damaged{Key: e.Key, Cause: err}
	}
	h.Revision = e.ModRevision
	return h, nil
}

func (l *live) head(ctx context.Context) (state.Head, error) {
	key := state.NewLayout(l.name).Head()
	found, err := l.session.Read(ctx, key)
	if err != nil {
		return state.Head{}, err
	}
	if len(found) == 0 {
		return state.Head{}, &NeverApplied{Network: l.name}
	}
	h, err := state.DecodeHead(found[0].Value)
	if err != nil {
		return state.Head{}, &state.Damaged{Key: key, Cause: err}
	}
	return h, nil
}

func readHistory(e kv.Entry) (state.History, error) {
	h, err := state.DecodeHistory(e.Value, nil)
	if err != nil {
		return h, &state.Damaged{Key: e.Key, Cause: err}
	}
	h.Revision = e.ModRevision
	return h, nil
}
