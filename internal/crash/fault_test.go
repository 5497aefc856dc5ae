package crash_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// errDead is what a dead process's store says.
var errDead = errors.New("the process is dead")

// fault puts one of the faults around the store, at one of the next commits.
func (w *world) fault(t *testing.T, r *rand.Rand, c *etcd.Client) (apply.Store, string) {
	t.Helper()
	f := &etcdtest.Faults{Store: c}
	at := 1 + r.IntN(8)
	dies := func() {
		f.BeforeCommit = func(int, kv.Txn) error { return errDead }
		f.BeforeRead = func(int) error { return errDead }
		f.BeforeScan = func(int) error { return errDead }
		w.unlock(t, c)
	}
	before := func(do func() error) {
		f.BeforeCommit = func(n int, _ kv.Txn) error {
			if n == at {
				return do()
			}
			return nil
		}
	}
	names := []string{"none", "refused", "request lost", "reply lost", "dead before", "dead after", "lease lost", "compacted"}
	name := names[r.IntN(len(names))]
	switch name {
	case "refused":
		before(func() error { return etcdtest.ErrLost })
	case "request lost":
		f.LoseRequest = func(n int, _ kv.Txn) bool { return n == at }
	case "reply lost":
		f.LoseReply = func(n int, _ kv.Txn, _ kv.Result) bool { return n == at }
	case "dead before":
		before(func() error { dies(); return errDead })
	case "dead after":
		f.LoseReply = func(n int, _ kv.Txn, _ kv.Result) bool {
			if n == at {
				dies()
			}
			return n == at
		}
	case "lease lost":
		before(func() error { w.unlock(t, c); return nil })
	case "compacted":
		before(func() error {
			// Not so near that the one who watches everything misses some.
			if revision := min(w.Revision(t)-200, w.seen()); revision > 1 {
				_, _ = w.Client().Compact(t.Context(), revision)
			}
			return nil
		})
	}
	return f, name
}

// unlock breaks the lock, whoever has it.
func (w *world) unlock(t *testing.T, c *etcd.Client) {
	t.Helper()
	if e, ok := w.Get(t, state.NewLayout(nettest.Name).Lock()); ok {
		if _, err := c.BreakLock(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
}

// pending is an apply whose outcome its own run does not know.
type pending struct {
	client int
	call   int64
	from   int64
}

// write is another program of the network: it reports health, rotates paths,
// and has keys of its own.
func (w *world) write(t *testing.T, r *rand.Rand, stop <-chan struct{}) {
	t.Helper()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-w.turns:
		}
		node := fmt.Sprintf("%snodes/10.0.0.%d/", prefix, 1+r.IntN(10))
		switch r.IntN(3) {
		case 0:
			if i%100 == 0 { // what a file declares, too: an apply that saw it otherwise must not write
				w.Put(t, fmt.Sprintf("%snodes/10.1.0.%d/region", prefix, 1+r.IntN(10)), fmt.Sprint("theirs ", i))
			}
			w.Put(t, node+"health", fmt.Sprint("healthy ", i))
		case 1:
			w.Put(t, node+"core_service_name", fmt.Sprintf("api.v2.rpc.%016x", r.Uint64()))
		case 2:
			w.Put(t, fmt.Sprint(prefix, "api_tokens/", r.IntN(20)), strconv.Itoa(i))
		}
		w.count("others' writes")
	}
}

// numbers is a source of ids that starts where it is told.
type numbers struct{ n int }

func (c *numbers) next(format string) string {
	c.n++
	return fmt.Sprintf(format, c.n)
}

func (c *numbers) UUID() string        { return c.next("00000000-0000-4000-8000-%012x") }
func (c *numbers) ServiceName() string { return c.next("api.v2.rpc.%016x") }
func (c *numbers) Secret() string      { return c.next("%064x") }
func (c *numbers) Generation() string  { return c.next("%032x") }

// open remembers an apply whose outcome its own run does not know.
func (w *world) open(id string, client int, call, from int64) {
	if w.pendings == nil {
		w.pendings = map[string]pending{}
	}
	w.pendings[id] = pending{client: client, call: call, from: from}
}

// close settles by the heads that were written what became of them: each may
// have happened at any time since.
func (w *world) close() {
	committed := map[string]bool{}
	for _, e := range w.events {
		if e.Key != state.NewLayout(nettest.Name).Head() || e.Deleted {
			continue
		}
		if h, err := state.DecodeHead(e.Value); err == nil {
			committed[h.Apply] = true
		}
	}
	for id, p := range w.pendings {
		w.ops = append(w.ops, porcupine.Operation{
			ClientId: p.client, Call: p.call, Return: w.now(),
			Input: crash.HeadInput{From: p.from, Apply: id}, Output: crash.HeadOutput{Committed: committed[id]},
		})
	}
}
