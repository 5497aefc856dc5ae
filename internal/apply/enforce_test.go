package apply_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// death ends the goroutine of a run before one of its requests, and of whatever
// it sends after it: the server sees what it sees of a process that is killed.
type death struct {
	noop.TracerProvider
	mu sync.Mutex
	// at is the request, counted from 1 once it is armed.
	at, sent int
	armed    bool
}

// arming is an authentication whose requests count from where it is turned on.
type arming struct {
	*etcd.Client
	death *death
}

func (a arming) Enforce(ctx context.Context, probe string) error {
	a.death.mu.Lock()
	a.death.armed = true
	a.death.mu.Unlock()
	return a.Client.Enforce(ctx, probe)
}

func (d *death) Tracer(string, ...trace.TracerOption) trace.Tracer { return &mortal{death: d} }

type mortal struct {
	noop.Tracer
	death *death
}

func (m *mortal) Start(ctx context.Context, name string, o ...trace.SpanStartOption) (context.Context, trace.Span) {
	if m.death.comes() {
		runtime.Goexit()
	}
	return m.Tracer.Start(ctx, name, o...)
}

func (d *death) comes() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.armed {
		return false
	}
	d.sent++
	return d.sent >= d.at
}

// keep is a network whose authentication is turned on by the next apply.
type keep struct {
	config etcd.Config
	// wrong says that the credentials will not work once it is on.
	wrong bool
	ids   int
}

const keepWord = "the-root-word"

// keeps are how a run can say who it is.
func keeps(t *testing.T) map[string]func(t *testing.T) *keep {
	t.Helper()
	return map[string]func(t *testing.T) *keep{
		"password": func(t *testing.T) *keep { t.Helper(); return newKeep(t, keepWord) },
		"wrong password": func(t *testing.T) *keep {
			t.Helper()
			k := newKeep(t, "not-the-root-word")
			k.wrong = true
			return k
		},
		"certificate": newCertKeep,
	}
}

func newKeep(t *testing.T, word string) *keep {
	t.Helper()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	k := &keep{config: etcd.Config{Endpoints: []string{s.Endpoint()}, Username: kv.RootName, Password: word, HashCost: etcdtest.HashCost}}
	k.begin(t)
	return k
}

func newCertKeep(t *testing.T) *keep {
	t.Helper()
	ca := etcdtest.NewCA(t, "ca")
	pair, root := ca.Server(t, "127.0.0.1"), ca.User(t, kv.RootName)
	s := etcdtest.StartWith(t, etcdtest.Options{TLS: transport.TLSInfo{
		CertFile: pair.CertFile, KeyFile: pair.KeyFile, TrustedCAFile: ca.File, ClientCertAuth: true,
	}})
	s.NeedsAuthRevision(t)
	k := &keep{config: etcd.Config{Endpoints: []string{s.Endpoint()}, CAFile: ca.File, CertFile: root.CertFile, KeyFile: root.KeyFile}}
	k.begin(t)
	return k
}

// network is what is applied: with authentication on or not.
func (k *keep) network(t *testing.T, enforce bool) *model.Network {
	t.Helper()
	n := nettest.Network(nettest.Size{Cores: 1})
	n.ACL = model.ACL{Declared: true, Addr: addr.New(addr.ACL, "", addr.NoKey), Auth: "cert", EnforceNamed: enforce, Enforce: enforce}
	root := model.ACLUser{}
	if k.config.Username != "" {
		n.ACL.Auth, root.PasswordEnv = "password", "ROOT_WORD"
	}
	n.ACL.Users = []model.ACLUser{user(kv.RootName, root, kv.RootName)}
	return normal(t, n)
}

// begin applies the network without authentication.
func (k *keep) begin(t *testing.T) {
	t.Helper()
	c := k.connect(t, k.config)
	if _, err := apply.Run(t.Context(), c, k.plan(t, c, false), k.options(c, "first")); err != nil {
		t.Fatal(err)
	}
}

func (k *keep) connect(t *testing.T, config etcd.Config) *etcd.Client {
	t.Helper()
	c, err := etcd.Connect(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (k *keep) options(c *etcd.Client, id string) apply.Options {
	o := options(id)
	o.Owner, o.Lock, o.Auth = "owner of "+id, locker(c, id), c
	o.Passwords = func(kv.PasswordSource) (string, error) { return keepWord, nil }
	return o
}

func (k *keep) plan(t *testing.T, c *etcd.Client, enforce bool) *plan.Plan {
	t.Helper()
	snapshot, st := (&town{}).view(t, c)
	auth, err := c.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	k.ids += 1000
	p, l := plan.Make(plan.Input{
		Network: k.network(t, enforce), Snapshot: snapshot, State: st, Mode: plan.ModeApply, IDs: &numbers{n: k.ids}, Now: options("").Now, Tool: "test",
		Access: plan.AccessInput{Live: auth, Self: c.Username()},
	})
	if l.HasErrors() || len(p.Conflicts) > 0 {
		t.Fatalf("%v %+v", l.Err(), p.Conflicts)
	}
	return p
}

// enforced lets a run turn authentication on that dies before one of its
// requests, and reports whether it did.
func (k *keep) enforced(t *testing.T, at int) bool {
	t.Helper()
	d := &death{at: at}
	config := k.config
	config.Traces = d
	c := k.connect(t, config)
	p := k.plan(t, c, true)
	lived, ended := false, make(chan struct{})
	o := k.options(c, "second")
	o.Auth = arming{Client: c, death: d}
	go func() {
		defer close(ended)
		_, err := apply.Run(context.WithoutCancel(t.Context()), c, p, o)
		if unsafe := (*kv.NotEnforced)(nil); err != nil && (!k.wrong || !errors.As(err, &unsafe)) {
			t.Errorf("request %d: %v", at, err)
		}
		lived = true
	}()
	<-ended
	_ = c.Close()
	return !lived
}

// recovered ends what was left, as the next command does, and checks that no
// rescue user is there and who may log in.
func (k *keep) recovered(t *testing.T, end func(context.Context, apply.Store, string, string, apply.Options) (*apply.Recovery, error)) {
	t.Helper()
	c := k.after(t)
	defer c.Close() //nolint:errcheck // the test's own
	unlock(t, c)
	r, err := end(t.Context(), c, nettest.Name, "/sigilgate/", k.options(c, "recovery"))
	if stopped, unsafe := (*apply.Stopped)(nil), (*kv.NotEnforced)(nil); k.wrong && errors.As(err, &stopped) && !errors.As(err, &unsafe) {
		// Its lease could not be renewed with these credentials: the next one goes on.
		r, err = end(t.Context(), c, nettest.Name, "/sigilgate/", k.options(c, "another recovery"))
	}
	unsafe := (*kv.NotEnforced)(nil)
	if err != nil && (!k.wrong || !errors.As(err, &unsafe)) {
		t.Fatal(err)
	}
	k.check(t, c, r)
}

// after connects as the next command does.
func (k *keep) after(t *testing.T) *etcd.Client {
	t.Helper()
	c, err := etcd.Connect(t.Context(), k.config)
	if err != nil && k.wrong {
		// Only the rescue user gets in.
		if done, err := etcd.Rescue(t.Context(), k.config); err != nil || !done.TurnedOff || !done.Removed {
			t.Fatalf("%+v, %v", done, err)
		}
		c, err = etcd.Connect(t.Context(), k.config)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// unlock breaks the lock of the run that was killed.
func unlock(t *testing.T, c *etcd.Client) {
	t.Helper()
	found, err := c.Read(t.Context(), state.NewLayout(nettest.Name).Lock())
	if err == nil && len(found) > 0 {
		_, err = c.BreakLock(t.Context(), found[0])
	}
	if err != nil {
		t.Fatal(err)
	}
}

// check looks at what a recovery left.
func (k *keep) check(t *testing.T, c *etcd.Client, r *apply.Recovery) {
	t.Helper()
	now, err := c.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("recovery %+v; authentication is on: %v", r, now.Enabled)
	if plan.HasRescue(now) {
		t.Errorf("the rescue user is left: %+v", now.Users)
	}
	if k.wrong && now.Enabled {
		t.Error("authentication is on, and these credentials do not work")
	}
	if r != nil && r.Outcome == apply.Finished && !k.wrong && !now.Enabled {
		t.Error("the apply was finished, and authentication is off")
	}
	if left, err := c.Read(t.Context(), state.NewLayout(nettest.Name).Journal(), state.NewLayout(nettest.Name).Probe()); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestKilledWhileTurningAuthenticationOn kills a run before every request that
// turns authentication on, proves it, tidies up and ends the journal. After a recovery, or once it is abandoned,
// no rescue user is left, and who ran it is not locked out.
func TestKilledWhileTurningAuthenticationOn(t *testing.T) {
	t.Parallel()
	ends := map[string]func(context.Context, apply.Store, string, string, apply.Options) (*apply.Recovery, error){
		"recover": apply.Recover, "abandon": apply.Abandon,
	}
	for name, begin := range keeps(t) {
		for how, end := range ends {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				step := max(stride(), 2)
				if name != "password" || how == "abandon" {
					step = max(step, 5)
				}
				for at := 1; ; at += step {
					k := begin(t)
					died := k.enforced(t, at)
					k.recovered(t, end)
					if t.Failed() {
						t.Fatalf("at request %d", at)
					}
					if !died {
						t.Logf("a run has less than %d requests", at)
						return
					}
				}
			})
		}
	}
}
