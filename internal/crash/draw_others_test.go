package crash_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/laws"
	"github.com/sigilgate/sigilform/internal/state"
)

// othersPatience is how long others wait for an answer.
const othersPatience = 2 * time.Second

// others is a program of somebody else's, that writes all the time.
func (w *drawn) others(ctx context.Context, t *testing.T, r *rand.Rand, name string) {
	t.Helper()
	for n := 0; ; n++ {
		if !w.silent() {
			w.mine.Lock()
			w.think(ctx, t, r, fmt.Sprintf("%s-%d", name, n), prefix+"api_tokens/"+name)
			w.mine.Unlock()
		}
		wait := time.NewTimer(w.pause)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return
		}
	}
}

// view is the network as others see it before they write.
type view struct {
	revision int64
	now      map[string]string
	// head and journal are of which revision those are.
	head, journal int64
}

// look reads all of the network at one revision.
func (w *drawn) look(ctx context.Context) (*view, error) {
	l := state.NewLayout(drawnName)
	limit, stop := context.WithTimeout(ctx, othersPatience)
	defer stop()
	called := w.now()
	r, err := w.client.Txn(limit).Then(clientv3.OpGet(prefix, clientv3.WithPrefix()), clientv3.OpGet(l.Head()), clientv3.OpGet(l.Journal())).Commit()
	if err != nil {
		return nil, err
	}
	out := &view{revision: r.Header.GetRevision(), now: map[string]string{}}
	for _, e := range r.Responses[0].GetResponseRange().GetKvs() {
		out.now[string(e.GetKey())] = string(e.GetValue())
	}
	for i, to := range []*int64{&out.head, &out.journal} {
		for _, e := range r.Responses[i+1].GetResponseRange().GetKvs() {
			*to = e.GetModRevision()
		}
	}
	if h := r.Responses[1].GetResponseRange().GetKvs(); len(h) == 1 {
		if head, err := state.DecodeHead(string(h[0].GetValue())); err == nil {
			w.operation(1, called, crash.HeadInput{}, crash.HeadOutput{Serial: head.Serial, Apply: head.Apply})
		}
	}
	return out, nil
}

// think has one idea, and writes it if it keeps the laws, and if nothing has
// moved since the look.
func (w *drawn) think(ctx context.Context, t *testing.T, r *rand.Rand, id, sign string) {
	t.Helper()
	v, err := w.look(ctx)
	if err != nil {
		return
	}
	i := &idea{Rand: r, now: v.now, aim: w.aims(), id: id, gentle: w.gentle}
	name, ops := i.draw()
	if len(ops) == 0 {
		return
	}
	if broken := newly(laws.Check(v.now, prefix), laws.Check(carriedOut(v.now, ops), prefix)); len(broken) > 0 {
		w.count("others: given up, against a law: " + name)
		return
	}
	w.commit(ctx, v, name, crash.Write{ID: id, Ops: append(ops, kv.Op{Kind: kv.Put, Key: sign, Value: id})})
}

// rival takes at once something that a run is about to give, where that is not
// against a law yet.
func (w *drawn) rival(ctx context.Context, r *rand.Rand, actor string) {
	w.mine.Lock()
	defer w.mine.Unlock()
	for n := range 20 {
		v, err := w.look(ctx)
		if err != nil {
			return
		}
		i := &idea{Rand: r, now: v.now, aim: w.aims(), id: fmt.Sprintf("rival-of-%s-%d", actor, n)}
		if i.aim.actor != actor || len(i.aim.gives) == 0 {
			return
		}
		ops := i.claimed()
		if len(ops) > 0 && len(newly(laws.Check(v.now, prefix), laws.Check(carriedOut(v.now, ops), prefix))) == 0 {
			w.commit(ctx, v, claiming, crash.Write{ID: i.id, Ops: append(ops, kv.Op{Kind: kv.Put, Key: prefix + "api_tokens/rival", Value: i.id})})
			return
		}
	}
}

// commit writes a transaction of others, and keeps it.
func (w *drawn) commit(ctx context.Context, v *view, name string, write crash.Write) {
	l, revision := state.NewLayout(drawnName), clientv3.ModRevision
	w.keep(write)
	limit, stop := context.WithTimeout(ctx, othersPatience)
	defer stop()
	r, err := w.client.Txn(limit).If(
		clientv3.Compare(revision(prefix).WithPrefix(), "<", v.revision+1), clientv3.Compare(revision(l.Head()), "=", v.head), clientv3.Compare(revision(l.Journal()), "=", v.journal),
	).Then(operations(write.Ops)...).Commit()
	switch {
	case err != nil:
		w.count("others: nobody knows")
	case !r.Succeeded:
		w.count("others: too late")
		w.forget(write.ID)
	default:
		w.count("others: " + name)
		w.aimed(name, write)
		write.Revision = r.Header.GetRevision()
		w.keep(write)
		select {
		case w.wrote <- struct{}{}:
		default:
		}
	}
}

// aimed counts what went into what a run is about.
func (w *drawn) aimed(name string, write crash.Write) {
	if name == claiming {
		w.count(metClaims)
	}
	for _, op := range write.Ops {
		if slices.ContainsFunc(w.aims().deletes, func(deleted string) bool { return strings.HasPrefix(op.Key, deleted) }) {
			w.count(metDeletions)
			return
		}
	}
}

func (w *drawn) keep(write crash.Write) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ledger.Writes[write.ID] = write
}

func (w *drawn) forget(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ledger.Writes, id)
}

func operations(ops []kv.Op) []clientv3.Op {
	var out []clientv3.Op
	for _, op := range ops {
		switch op.Kind {
		case kv.Put:
			out = append(out, clientv3.OpPut(op.Key, op.Value))
		case kv.DeletePrefix:
			out = append(out, clientv3.OpDelete(op.Key, clientv3.WithPrefix()))
		default:
			out = append(out, clientv3.OpDelete(op.Key))
		}
	}
	return out
}

// carriedOut is what there is after writes.
func carriedOut(now map[string]string, ops []kv.Op) map[string]string {
	out := maps.Clone(now)
	for _, op := range ops {
		if op.Kind == kv.Put {
			out[op.Key] = op.Value
			continue
		}
		for key := range now {
			if op.Covers(key) {
				delete(out, key)
			}
		}
	}
	return out
}

// newly lists what is broken now and was not before.
func newly(before, now []laws.Broken) []laws.Broken {
	return slices.DeleteFunc(now, func(law laws.Broken) bool { return slices.Contains(before, law) })
}
