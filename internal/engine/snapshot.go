package engine

import (
	"context"
	"slices"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// view is a network as one snapshot shows it.
type view struct {
	snapshot *kv.Snapshot
	state    *state.State
}

// denied reports whether the user may not read one of the optional keys.
func (v *view) denied(key string) bool { return slices.Contains(v.snapshot.Denied, key) }

// read takes the snapshot of a network: once, all at one revision.
func (e *Engine) read(ctx context.Context, s *session, network, prefix string) (*view, error) {
	e.progress("reading the network")
	layout := keys.NewLayout(prefix)
	snapshot, err := s.Snapshot(ctx, etcd.SnapshotRequest{
		Prefixes: append(layout.ReadPrefixes(), state.Prefixes(network)...),
		Keys:     append([]string{layout.UserIDCounter()}, state.Keys(network)...),
		Optional: state.OptionalKeys(network),
		Count:    layout.ForeignPrefixes(),
	})
	if err != nil {
		return nil, err
	}
	st, err := state.Decode(snapshot, network)
	if err != nil {
		return nil, err
	}
	if s.server != nil {
		st.Lock = nil // nobody else reaches this server: a killed process left it
	}
	e.notice(st.Journal, st.Lock)
	return &view{snapshot: snapshot, state: st}, nil
}
