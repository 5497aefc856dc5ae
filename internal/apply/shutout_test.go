package apply_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// moment lets others do something before one of a run's requests.
type moment struct {
	noop.TracerProvider
	at int
	do func()

	mu    sync.Mutex
	armed bool
	sent  int
}

func (m *moment) Tracer(string, ...trace.TracerOption) trace.Tracer { return &clock{moment: m} }

type clock struct {
	noop.Tracer
	moment *moment
}

func (c *clock) Start(ctx context.Context, name string, o ...trace.SpanStartOption) (context.Context, trace.Span) {
	m := c.moment
	m.mu.Lock()
	if m.armed {
		m.sent++
	}
	now := m.armed && m.sent == m.at
	m.mu.Unlock()
	if now {
		m.do()
	}
	return c.Tracer.Start(ctx, name, o...)
}

// siege is a town whose cluster gets to ask who comes, in the middle of an apply.
type siege struct {
	*town
	server *etcdtest.Server
	root   *clientv3.Client
}

// begin makes a town whose run is let in as config says.
func (s *siege) begin(t *testing.T, config etcd.Config) {
	t.Helper()
	config.Endpoints = []string{s.server.Endpoint()}
	root, err := clientv3.New(clientv3.Config{Endpoints: config.Endpoints, Username: "root", Password: "root", Context: t.Context()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	s.root = root
	s.town = newTownOn(t, etcdtest.VerbsOf(root), config)
}

// run applies, with others coming at one of its requests, and recovers as root.
func (s *siege) run(t *testing.T, at int, others func()) (came bool) {
	t.Helper()
	m := &moment{at: at, do: others}
	s.config.Traces = m
	c := s.connect(t, narrow())
	o := s.options("second")
	o.Auth, o.Lock = c, locker(c, "second")
	p := s.plan(t, c, newNetwork(t))
	m.mu.Lock()
	m.armed = true
	m.mu.Unlock()
	_, err := apply.Run(t.Context(), c, p, o)
	s.config = etcd.Config{Endpoints: s.config.Endpoints, Username: "root", Password: "root"}
	s.client = s.connect(t, narrow())
	_, left := s.Get(t, state.NewLayout(nettest.Name).Journal())
	var stopped *apply.Stopped
	if isStopped := errors.As(err, &stopped); left != isStopped {
		t.Errorf("a journal is left: %v, and the error is %v", left, err)
	}
	var out *apply.ShutOut
	if left && !errors.As(err, &out) {
		t.Errorf("the error does not say what others did: %v", err)
	}
	if !left && err == nil {
		s.isNew(t)
	} else {
		s.recovered(t, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent >= at
}

// TestAuthenticationTurnedOnMeanwhile: others turn authentication on before any
// request of a run that has no user. Where its journal is left, that is said, as
// an apply that stopped; root recovers it.
func TestAuthenticationTurnedOnMeanwhile(t *testing.T) {
	t.Parallel()
	for at := 1; ; at += max(stride(), 3) {
		s := &siege{server: etcdtest.Start(t)}
		s.begin(t, etcd.Config{})
		came := s.run(t, at, func() { s.server.EnableAuth(t, "root") })
		if t.Failed() {
			t.Fatalf("at request %d", at)
		}
		if !came {
			t.Logf("a run has less than %d requests", at)
			return
		}
	}
}

// TestRightTakenMeanwhile is the same of a run whose user loses its rights.
func TestRightTakenMeanwhile(t *testing.T) {
	t.Parallel()
	for at := 1; ; at += max(stride(), 5) {
		s := &siege{server: etcdtest.Start(t)}
		s.server.AddUser(t, "applier", "secret", "applier", "/")
		s.server.EnableAuth(t, "root")
		s.begin(t, etcd.Config{Username: "applier", Password: "secret"})
		came := s.run(t, at, func() {
			if _, err := s.root.UserRevokeRole(t.Context(), "applier", "applier"); err != nil {
				t.Error(err)
			}
		})
		if t.Failed() {
			t.Fatalf("at request %d", at)
		}
		if !came {
			return
		}
	}
}
