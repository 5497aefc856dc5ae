package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/seal"
	"github.com/sigilgate/sigilform/internal/snapshot"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// TakeOptions say of which network to save a snapshot, and where.
type TakeOptions struct {
	Source     Source
	Connection Connection
	// File is where it is saved, encrypted where there are recipients.
	File string
	To   seal.Recipients
}

// Take saves what a plan reads of a network: all of it at one revision, and
// without a sensitive value.
func (e *Engine) Take(ctx context.Context, o TakeOptions) (out *snapshot.Snapshot, err error) {
	if err := mayReplace(o.File, "snapshot", isSavedSnapshot); err != nil {
		return nil, err
	}
	w, err := e.reach(ctx, ACLOptions{Source: o.Source, Connection: o.Connection})
	if err != nil {
		return nil, err
	}
	defer w.close(&err)
	out, head, err := w.take(ctx)
	if err != nil {
		return nil, err
	}
	if head != nil {
		if r := head.RestoredIn(out.Store.ClusterID, out.LogIndex); r != nil {
			_ = e.say(Restored{*r})
		}
	}
	return out, saveSnapshot(out, o.File, o.To)
}

// take reads the network and masks what is sensitive in it.
func (w *work) take(ctx context.Context) (*snapshot.Snapshot, *state.Head, error) {
	v, err := w.engine.read(ctx, w.session, w.network.Name, w.network.Prefix)
	if err != nil {
		return nil, nil, err
	}
	if err := needDigests(v, w.network.Name); err != nil {
		return nil, nil, err
	}
	ids := w.engine.ids()
	out := &snapshot.Snapshot{
		TakenAt: w.engine.now().Truncate(time.Second), Tool: w.engine.Version, Network: w.network.Name, Prefix: w.network.Prefix,
		User: w.session.Username(), LogsIn: w.session.LogsIn(), LogIndex: w.session.LogIndex(ctx, v.snapshot.Revision),
		MaskKey: cmp.Or(v.state.DigestKey, ids.Secret()),
		Journal: journalSeen(v.state.Journal), UnderWay: v.state.Journal != nil && v.state.Lock != nil,
	}
	in := w.input(v)
	in.IDs = ids
	wanted, err := plan.Wanted(in)
	if ids.err != nil {
		return nil, nil, ids.err
	}
	if err != nil {
		return nil, nil, invalid("The network can't be laid out as keys", failure.Because(err)+".", "")
	}
	out.Store, out.Masked, err = snapshot.Mask(v.snapshot, snapshot.Masking{
		Catalogue: w.engine.Catalogue, Network: out.Network, Prefix: out.Prefix, State: v.state, Wanted: wanted, Secrets: w.secrets(), Key: out.MaskKey,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("take a snapshot: %w", err)
	}
	return out, v.state.Head, w.takeAccess(ctx, out, plan.WantsAccess(&in))
}

// secrets are the sensitive values of the configuration.
func (w *work) secrets() map[string]bool {
	found := map[string]bool{}
	for _, value := range secretsOf(w.network, &plan.Plan{}) {
		found[value] = true
	}
	return found
}

// takeAccess reads what a plan of the ACL asks of the cluster. Who may not read
// roles and users leaves them out: the plan then takes what was last applied.
// Where the network has no ACL, a cluster that can't have one is none the worse.
func (w *work) takeAccess(ctx context.Context, out *snapshot.Snapshot, wanted bool) error {
	w.engine.progress("reading roles and users")
	live, err := w.session.Auth(ctx)
	if err != nil && wanted && !etcd.IsDenied(err) {
		return err
	}
	if ctx.Err() != nil {
		return &Canceled{Cause: ctx.Err()}
	}
	out.Auth = live
	if cluster, err := w.session.Cluster(ctx); err == nil {
		out.Versions = cluster.Versions()
	}
	// Any other failure of this check is one of its moment, and not of the network.
	if e, ok := errors.AsType[*etcd.ConnectError](w.session.ChecksCertificates(ctx)); ok && e.Code == failure.EtcdRefused {
		out.Open = &snapshot.Obstacle{Summary: e.Summary, Detail: e.Detail, Hint: e.Hint}
	}
	return nil
}

// journalSeen is how far an apply is, without the keys that it is about.
func journalSeen(j *state.Journal) *state.Journal {
	if j == nil {
		return nil
	}
	out := *j
	out.Owner, out.Steps, out.Left = "", nil, nil
	return &out
}
