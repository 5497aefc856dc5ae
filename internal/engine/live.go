package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// LiveOptions say which network to look at. No configuration is needed: the
// path only tells where the cluster is.
type LiveOptions struct {
	Source     Source
	Connection Connection
	// Network names the network; where empty it is the configuration's, else
	// the only one that the cluster holds.
	Network string
	// Places asks for the blocks of what drifted, where the path holds a
	// configuration.
	Places bool
}

// NeverApplied is the error for a network that the cluster does not know.
type NeverApplied struct {
	Network string
	// Known are the networks that the cluster holds.
	Known []string
}

// Failure says what the cluster holds.
func (e *NeverApplied) Failure() *failure.Failure {
	f := &failure.Failure{Code: failure.NeverApplied, Hint: "`sigilform apply` applies a network; --network names another one"}
	switch {
	case e.Network == "":
		f.Summary = "No network was ever applied to this cluster"
	case len(e.Known) == 0:
		f.Summary = fmt.Sprintf("Network %q was never applied to this cluster, and no other was", e.Network)
	default:
		f.Summary = fmt.Sprintf("Network %q was never applied to this cluster; it holds %s", e.Network, strings.Join(e.Known, ", "))
	}
	return f
}

// Error is the failure on one line.
func (e *NeverApplied) Error() string { return failure.Text(e) }

// live is a network that was applied, with an open connection.
type live struct {
	engine  *Engine
	session *session
	name    string
	prefix  string
}

// visit connects to the cluster, finds the network in it, and says where the
// cluster was restored from a snapshot. Where it can't, the name is still there as
// far as it is known.
func (e *Engine) visit(ctx context.Context, o LiveOptions) (*live, error) {
	l, err := e.enter(ctx, o)
	if err == nil && e.Events != nil {
		if _, r := l.session.restored(ctx, l.name); r != nil {
			_ = e.say(Restored{*r})
		}
	}
	return l, err
}

// enter connects to the cluster and finds the network in it.
func (e *Engine) enter(ctx context.Context, o LiveOptions) (*live, error) {
	t, name, err := e.find(ctx, o)
	l := &live{engine: e, name: first(o.Network, name)}
	if err != nil {
		return l, err
	}
	if l.session, err = e.connect(ctx, t, o.Connection, mustExist); err != nil {
		return l, err
	}
	if err = l.identify(ctx); err != nil {
		l.close(&err)
	}
	return l, err
}

func (l *live) close(err *error) { l.session.close(err) }

// find tells where the cluster is, and what the configuration calls the
// network. A configuration that says neither, because it is not there or not
// valid, matters only where nothing else says it.
func (e *Engine) find(ctx context.Context, o LiveOptions) (target, string, error) {
	outside, ok, err := e.chooseOutside(ctx, o.Connection)
	if err != nil {
		return target{}, "", err
	}
	p, err := open(o.Source.Path)
	if err != nil {
		return outside, "", err
	}
	defer p.close()
	c, err := e.loadConnection(ctx, p, o.Source)
	var broken *diag.Failure
	switch {
	case err == nil:
		t, err := e.choose(ctx, p, o.Connection, c.Etcd)
		return t, c.Network, err
	case !errors.As(err, &broken):
		return outside, "", err
	case ok:
		return outside, "", nil
	case p.file != "" || hasConfiguration(p):
		return outside, "", err
	}
	t, err := e.choose(ctx, p, o.Connection, (*config.Etcd)(nil))
	return t, "", err
}

// hasConfiguration reports whether a folder holds any configuration file.
func hasConfiguration(p *place) bool {
	return len(configurationFiles(p)) > 0
}

// identify finds the network's name, where none is said, and its prefix.
func (l *live) identify(ctx context.Context) error {
	s, err := l.session.Snapshot(ctx, etcd.SnapshotRequest{Prefixes: []string{state.NetworksPrefix}})
	if err != nil {
		return err
	}
	prefixes := map[string]string{}
	for _, e := range s.Under(state.NetworksPrefix) {
		prefixes[strings.TrimPrefix(e.Key, state.NetworksPrefix)] = e.Value
	}
	known := slices.Sorted(maps.Keys(prefixes))
	switch {
	case l.name == "" && len(known) == 1:
		l.name = known[0]
	case l.name == "" && len(known) > 1:
		return invalid("The cluster holds several networks", fmt.Sprintf("They are %s.", strings.Join(known, ", ")), "Name one with --network.")
	}
	prefix, ok := prefixes[l.name]
	if !ok {
		return l.begun(ctx, known)
	}
	l.prefix = prefix
	if prefix == "" {
		return l.lastPrefix(ctx)
	}
	return nil
}

// begun lets a network through whose first apply was cut off before it had
// registered its prefix: the journal says where its keys are to be.
func (l *live) begun(ctx context.Context, known []string) error {
	if l.name != "" {
		found, err := l.session.Read(ctx, state.NewLayout(l.name).Journal())
		if err != nil || len(found) > 0 {
			return err
		}
	}
	return &NeverApplied{Network: l.name, Known: known}
}

// lastPrefix finds where a network was that has been destroyed: others may
// have its prefix now, but its head remembers.
func (l *live) lastPrefix(ctx context.Context) error {
	key := state.NewLayout(l.name).Head()
	found, err := l.session.Read(ctx, key)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return &NeverApplied{Network: l.name}
	}
	head, err := state.DecodeHead(found[0].Value)
	if err != nil {
		return &state.Damaged{Key: key, Cause: err}
	}
	l.prefix = head.Prefix
	return nil
}

// view takes the snapshot of a network that was applied.
func (l *live) view(ctx context.Context) (*view, error) {
	v, err := l.engine.read(ctx, l.session, l.name, l.prefix)
	if err != nil {
		return nil, err
	}
	if v.state.Head == nil {
		return nil, &NeverApplied{Network: l.name}
	}
	return v, nil
}
