package etcd_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestLostReplyIsNoFailedProof: that authentication works is proved again where
// the reply to a proof is lost, and stays on.
func TestLostReplyIsNoFailedProof(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	open := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}})
	do(t, open, rootWithPassword()...)
	p := etcdtest.StartProxy(t, s.Endpoint())
	c := connectWith(t, etcd.Config{Endpoints: []string{p.Endpoint()}, Username: "root", Password: "the word"})
	// The reply is on its way for longer than it takes to see the write.
	written, cut := s.Client().Watch(t.Context(), probe), make(chan struct{})
	etcd.AfterEnable(c, func() {
		p.Delay(100 * time.Millisecond)
		go func() {
			defer close(cut)
			if r := <-written; r.Err() == nil {
				p.Heal()
			}
		}()
	})
	if err := c.Enforce(t.Context(), probe); err != nil {
		t.Error(err)
	}
	<-cut
	enabled(t, c, true)
}

// TestProofThatIsNeverAnswered ends, and what was turned on is turned off again.
func TestProofThatIsNeverAnswered(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	open := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}})
	do(t, open, rootWithPassword()...)
	p := etcdtest.StartProxy(t, s.Endpoint())
	c := connectWith(t, etcd.Config{Endpoints: []string{p.Endpoint()}, Username: "root", Password: "the word", Timeout: time.Second})
	etcd.AfterEnable(c, p.SwallowReplies)
	err := c.Enforce(t.Context(), probe)
	var undone *kv.NotEnforced
	if err == nil || errors.As(err, &undone) {
		t.Errorf("nobody answered, and it ends with %v", err)
	}
	p.Heal()
	rescued(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "the word"}, etcd.Rescued{Removed: true, TurnedOff: true})
}
