package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// NoSuchSerial is the error for an apply that the history does not hold.
type NoSuchSerial struct {
	Network        string
	Serial, Newest int64
}

// Error says which serials there are.
func (e *NoSuchSerial) Error() string {
	return fmt.Sprintf("network %q has no apply with serial %d; the newest is %d", e.Network, e.Serial, e.Newest)
}

// History lists the applies of a network, newest first. A limit of 0 lists all.
func (e *Engine) History(ctx context.Context, o LiveOptions, limit int) (out []state.History, err error) {
	l, err := e.visit(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close(&err)
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
	return readHistory(found[0])
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
	h, err := state.DecodeHistory(e.Value)
	if err != nil {
		return h, &state.Damaged{Key: e.Key, Cause: err}
	}
	h.Revision, h.Bytes = e.ModRevision, len(e.Value)
	return h, nil
}
