package engine

import (
	"context"
	"fmt"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Interrupted is the error for a network whose last apply was of several
// transactions and did not come to its end.
type Interrupted struct{ Network string }

// Error says so.
func (e *Interrupted) Error() string {
	return fmt.Sprintf("an apply of network %q was interrupted and must be recovered first", e.Network)
}

// view is a network as one snapshot shows it.
type view struct {
	snapshot *kv.Snapshot
	state    *state.State
}

// read takes the snapshot of a network: once, all at one revision.
func (e *Engine) read(ctx context.Context, s *session, network, prefix string) (*view, error) {
	e.progress("reading the network")
	layout := keys.NewLayout(prefix)
	snapshot, err := s.Snapshot(ctx, etcd.SnapshotRequest{
		Prefixes: append(layout.ReadPrefixes(), state.Prefixes(network)...),
		Keys:     append([]string{layout.UserIDCounter()}, state.Keys(network)...),
		Count:    layout.ForeignPrefixes(),
	})
	if err != nil {
		return nil, err
	}
	st, err := state.Decode(snapshot, network)
	if err != nil {
		return nil, err
	}
	if st.Journal {
		return nil, &Interrupted{Network: network}
	}
	return &view{snapshot: snapshot, state: st}, nil
}
