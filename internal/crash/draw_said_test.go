package crash_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// outcome is what a run said: whether it moved the head.
type outcome int

const (
	notDone outcome = iota
	done
	nobodyKnows
)

// said is what a run said of itself, and when.
type said struct {
	outcome
	from         int64
	called, told int64
}

// say keeps what a run said. What is cut off from the cluster can say nothing
// for certain but that it is done.
func (w *drawn) say(x *run, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := said{from: x.from, called: x.called, told: w.now()}
	switch {
	case err == nil && x.from >= 0:
		out.outcome = done
	case err != nil && (left(err) || errors.As(err, new(*apply.Unknown)) || w.dead[x.actor]):
		out.outcome = nobodyKnows
	}
	w.said[x.actor] = out
}

func (w *drawn) alive(x *run) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.dead[x.actor]
}

// honest compares what runs said with the heads that were written, and makes
// operations of it.
func (w *drawn) honest(t *testing.T, applies map[string]crash.Begun) []porcupine.Operation {
	t.Helper()
	ids, committed, serials := map[string]string{}, map[string]int64{}, map[int64]bool{}
	for _, e := range w.events {
		if h, err := state.DecodeHead(e.Value); e.Key == state.NewLayout(drawnName).Head() && !e.Deleted && err == nil {
			committed[h.Apply], serials[h.Serial] = h.Serial, true
			ids[applies[h.Apply].Actor] = h.Apply
		}
	}
	ops := slices.Clone(w.ops)
	for actor, s := range w.said {
		id, moved := ids[actor]
		// Nothing but calls may have been left of an apply that had written its head.
		if ended := isRecovery(actor) && serials[s.from+1]; s.outcome == done && !moved && !ended {
			t.Errorf("%s said that it is done, and no head says so", actor)
		}
		if s.outcome == notDone && moved {
			t.Errorf("%s said that it is not done, and a head says that it is", actor)
		}
		if moved {
			ops = append(ops, w.operationOf(s, id, committed[id], len(ops)+100))
		}
	}
	return ops
}

// operationOf is what a run did that moved the head to a serial.
func (w *drawn) operationOf(s said, id string, serial int64, client int) porcupine.Operation {
	if s.from < 0 {
		s.from = serial - 1 // who dies over an abandoning can't say from where it went
	}
	if s.outcome == nobodyKnows {
		s.told = w.now()
	}
	return porcupine.Operation{
		ClientId: client, Call: s.called, Return: s.told,
		Input: crash.HeadInput{From: s.from, Apply: id}, Output: crash.HeadOutput{Committed: true},
	}
}

func isRecovery(actor string) bool {
	return strings.HasPrefix(actor, "abandon") || strings.HasPrefix(actor, "recover")
}

// unrescued checks that a recovery that says to have ended everything left no
// way in.
func (w *drawn) unrescued(t *testing.T, x *run) {
	t.Helper()
	l := state.NewLayout(drawnName)
	c, err := etcd.Connect(x.ctx, w.config(root))
	if err != nil {
		return // a member may be down
	}
	defer c.Close() //nolint:errcheck // a connection that only asked
	before, err := c.Read(x.ctx, l.Head(), l.Journal())
	if err != nil {
		return
	}
	a, err := c.Auth(x.ctx)
	if err != nil {
		return
	}
	after, err := c.Read(x.ctx, l.Head(), l.Journal())
	if _, there := a.Users[kv.RescueUser]; err == nil && there && slices.Equal(before, after) && len(after) == 1 {
		t.Errorf("%s (%s) ended well and left the rescue user", x.actor, x.fate)
	}
}

// planOf is the plan that an apply carried out: a run that plans again makes
// the next one after all that it did with the one before.
func (w *drawn) planOf(a crash.Begun) *plan.Plan {
	for _, p := range slices.Backward(w.plans[a.Actor]) {
		if p.Revision < a.Revision {
			return p
		}
	}
	return nil
}
