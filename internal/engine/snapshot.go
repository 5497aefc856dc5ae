package engine

import (
	"context"
	"log/slog"
	"slices"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// view is a network as one snapshot shows it.
type view struct {
	catalogue *schema.Catalogue
	snapshot  *kv.Snapshot
	state     *state.State
}

// layout spells the network's keys below a prefix.
func (v *view) layout(prefix string) keys.Layout { return keys.NewLayout(v.catalogue, prefix) }

// denied reports whether the user may not read one of the optional keys.
func (v *view) denied(key string) bool { return slices.Contains(v.snapshot.Denied, key) }

// read takes the snapshot of a network: once, all at one revision.
func (e *Engine) read(ctx context.Context, s *session, network, prefix string) (_ *view, err error) {
	ctx, st := e.stage(ctx, "snapshot")
	defer func() { st.end(err) }()
	st.note(slog.String(attrNetwork, network))
	e.progress("reading the network")
	layout := keys.NewLayout(e.Catalogue, prefix)
	snapshot, err := s.Snapshot(ctx, etcd.SnapshotRequest{
		Prefixes: append(layout.ReadPrefixes(), state.Prefixes(network)...),
		Keys:     append([]string{layout.UserIDCounter()}, state.Keys(network)...),
		Optional: state.OptionalKeys(network),
		Count:    layout.ForeignPrefixes(),
	})
	if err != nil {
		return nil, err
	}
	st.measure(snapshot)
	e.learnEntries(layout, snapshot.Entries)
	decoded, err := state.Decode(snapshot, network)
	if err != nil {
		return nil, err
	}
	if s.server != nil {
		decoded.Lock = nil // nobody else reaches this server: a killed process left it
	}
	e.notice(decoded.Journal, decoded.Lock)
	return &view{catalogue: e.Catalogue, snapshot: snapshot, state: decoded}, nil
}
