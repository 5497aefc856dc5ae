package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Rescue turns the cluster's authentication off again where an apply was killed
// right after it had turned it on, and these credentials do not work. It returns
// what it found to do, and the network's name as far as it is known.
func (e *Engine) Rescue(ctx context.Context, o LiveOptions) (etcd.Rescued, string, error) {
	t, name, err := e.find(ctx, o)
	name = first(o.Network, name)
	if err != nil {
		return etcd.Rescued{}, name, err
	}
	if t.embedded != "" {
		return etcd.Rescued{}, name, invalid("The embedded server asks nobody for a user", "", "Name the cluster that is to be rescued.")
	}
	if t.config.Timeout, err = e.timeout(o.Connection); err != nil {
		return etcd.Rescued{}, name, err
	}
	e.Mask.Know(t.config.Password)
	e.progress("looking for a rescue user")
	done, err := etcd.Rescue(ctx, t.config)
	return done, name, err
}

// RescueNeeded is the error for a rescue user that the apply of another network
// made, which may need it yet.
type RescueNeeded struct{ Network string }

// Failure says whose it is.
func (e *RescueNeeded) Failure() *failure.Failure {
	f := (&etcd.RescueLeft{}).Failure()
	f.Detail = fmt.Sprintf("An apply of network %q has not come to its end, and may need it yet.", e.Network)
	f.Hint = fmt.Sprintf("once that apply has ended, or is recovered with `sigilform recover --network %s`, run this again", e.Network)
	return f
}

// Error is the failure on one line.
func (e *RescueNeeded) Error() string { return failure.Text(e) }

// tidyRescue removes a rescue user that an apply has left, and reports whether
// there was one. Who may not read the users leaves it to an administrator.
func (l *live) tidyRescue(ctx context.Context) (removed bool, err error) {
	left, err := l.session.HasRescue(ctx)
	if etcd.IsDenied(err) || !left && err == nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	other, err := l.enforcing(ctx)
	switch {
	case err != nil:
		return false, &etcd.RescueLeft{Cause: err}
	case other != "":
		return false, &RescueNeeded{Network: other}
	}
	return l.session.TidyRescue(ctx, state.NewLayout(l.name).Probe())
}

// rescueAlone are the users of the cluster, as far as a network asks for them
// that declares none: the rescue user, where it is there. It is one request.
func (s *session) rescueAlone(ctx context.Context) (*kv.Auth, error) {
	left, err := s.HasRescue(ctx)
	if err != nil {
		return nil, err
	}
	out := &kv.Auth{}
	if left {
		out.Users = map[string][]string{kv.RescueUser: {kv.RootName}}
	}
	return out, nil
}

// enforcing is another network of the cluster whose apply has calls of the
// authentication yet to make: it may be turning authentication on.
func (l *live) enforcing(ctx context.Context) (string, error) {
	s, err := l.session.Snapshot(ctx, etcd.SnapshotRequest{Prefixes: []string{state.NetworksPrefix}})
	if err != nil {
		return "", err
	}
	networks := map[string]string{}
	var journals []string
	for _, e := range s.Under(state.NetworksPrefix) {
		name := strings.TrimPrefix(e.Key, state.NetworksPrefix)
		key := state.NewLayout(name).Journal()
		networks[key], journals = name, append(journals, key)
	}
	found, err := l.session.Read(ctx, journals...)
	if err != nil {
		return "", err
	}
	for _, e := range found {
		j, err := state.DecodeJournal(e.Value)
		if err != nil {
			return "", &state.Damaged{Key: e.Key, Cause: err}
		}
		if name := networks[e.Key]; name != l.name && j.Revoked < j.Revokes {
			return name, nil
		}
	}
	return "", nil
}

// mentionRescue says to whom a cluster does not let in what there is for that.
func mentionRescue(err error) error {
	e, ok := errors.AsType[*etcd.ConnectError](err)
	if !ok || !e.ShutOut() {
		return err
	}
	out := *e
	out.Hint += "; where an apply was killed right after it had turned authentication on, `sigilform recover --rescue` with its credentials turns it off again"
	return &out
}
