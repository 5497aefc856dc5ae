package apply_test

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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

// lodge is a network whose users change how they prove who they are.
type lodge struct {
	client *etcd.Client
	gate   *gate
	ids    int
	// alone says that dana is not there yet.
	alone bool
	// rights are what users have at both ends.
	rights map[string][]string
}

func newLodge(t *testing.T, auth string) *lodge {
	t.Helper()
	return newLodgeOf(t, auth, false)
}

func newLodgeOf(t *testing.T, auth string, alone bool) *lodge {
	t.Helper()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	c, err := etcd.Connect(t.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	l := &lodge{client: c, gate: &gate{real: c}, alone: alone}
	l.applied(t, auth)
	l.rights = l.auth(t).Users
	return l
}

func (l *lodge) network(t *testing.T, auth string) *model.Network {
	t.Helper()
	n := nettest.Network(nettest.Size{Cores: 1})
	n.ACL = model.ACL{Declared: true, Addr: addr.New(addr.ACL, "", addr.NoKey), Auth: auth}
	n.ACL.Users = []model.ACLUser{user(kv.RootName, model.ACLUser{}, kv.RootName)}
	if !l.alone {
		n.ACL.Users = append(n.ACL.Users, user("dana", model.ACLUser{}, "planner"))
	}
	return normal(t, n)
}

func (l *lodge) options(id string) apply.Options {
	o := options(id)
	o.Owner, o.Lock, o.Auth = "owner of "+id, locker(l.client, id), l.gate
	o.Passwords = func(kv.PasswordSource) (string, error) { return keepWord, nil }
	return o
}

func (l *lodge) auth(t *testing.T) *kv.Auth {
	t.Helper()
	a, err := l.client.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (l *lodge) plan(t *testing.T, auth string) *plan.Plan {
	t.Helper()
	snapshot, st := (&town{}).view(t, l.client)
	l.ids += 1000
	p, found := plan.Make(plan.Input{
		Network: l.network(t, auth), Snapshot: snapshot, State: st, Mode: plan.ModeApply, IDs: &numbers{n: l.ids}, Now: options("").Now, Tool: "test",
		Access: plan.AccessInput{Live: l.auth(t)},
	})
	if found.HasErrors() || len(p.Conflicts) > 0 {
		t.Fatalf("%v %+v", found.Err(), p.Conflicts)
	}
	return p
}

func (l *lodge) applied(t *testing.T, auth string) {
	t.Helper()
	if _, err := apply.Run(t.Context(), l.client, l.plan(t, auth), l.options("apply "+auth)); err != nil {
		t.Fatal(err)
	}
}

// logins turns authentication on, as the last thing, and tries the password.
func (l *lodge) logins(t *testing.T, want etcd.Login) {
	t.Helper()
	if err := l.client.DoAuth(t.Context(), kv.AuthOp{Kind: kv.EnableAuth}, ""); err != nil {
		t.Fatal(err)
	}
	for name := range l.rights {
		if got, err := l.client.TryPassword(t.Context(), name, keepWord); err != nil || got != want {
			t.Errorf("the login of %s is %q, %v; want %q", name, got, err, want)
		}
	}
}

// TestLostReplyOfAPassword: whether a user's password was set shows nowhere, so the
// call is made again, and moves the revision of the authentication twice. That is
// not taken for a change of others.
func TestLostReplyOfAPassword(t *testing.T) {
	t.Parallel()
	l := newLodge(t, "cert")
	p := l.plan(t, "password")
	o := l.options("lost")
	o.Auth, o.Patience = &forgetful{Client: l.client}, time.Minute
	if _, err := apply.Run(t.Context(), l.client, p, o); err != nil {
		t.Fatal(err)
	}
	l.logins(t, etcd.LoginAccepted)
}

// forgetful makes the first call that sets a password, and says that its outcome
// is not known.
type forgetful struct {
	*etcd.Client
	once atomic.Bool
}

func (f *forgetful) DoAuth(ctx context.Context, op kv.AuthOp, password string) error {
	if err := f.Client.DoAuth(ctx, op, password); err != nil || op.Kind != kv.SetPassword || f.once.Swap(true) {
		return err
	}
	return cutOff{}
}

// cutOff is what passes.
type cutOff struct{}

func (cutOff) Error() string   { return "the connection was cut" }
func (cutOff) Temporary() bool { return true }

// TestEveryInstantOfClearedPasswords cuts a change from passwords to certificates
// off at every call. Nobody lacks a right that it has at both ends at any moment;
// once it is recovered, or applied again, every password is refused.
func TestEveryInstantOfClearedPasswords(t *testing.T) {
	t.Parallel()
	for _, fault := range []gateFault{refusedCall, lostReply, killedBefore, killedAfter} {
		for at := 1; at <= 2; at++ {
			for how, end := range map[string]func(context.Context, apply.Store, string, string, apply.Options) (*apply.Recovery, error){"recover": apply.Recover, "abandon": apply.Abandon} {
				t.Run(string(fault)+"/"+strconv.Itoa(at)+"/"+how, func(t *testing.T) {
					t.Parallel()
					l := newLodge(t, "password")
					p := l.plan(t, "cert")
					if calls := p.Access.Calls(); calls != 2 {
						t.Fatalf("it has %d calls", calls)
					}
					l.gate.at, l.gate.fault, l.gate.calls, l.gate.kill = at, fault, 0, func() {}
					l.gate.seen = func() {
						if diff := cmp.Diff(l.rights, l.auth(t).Users); diff != "" {
							t.Errorf("rights changed:\n%s", diff)
						}
					}
					_, cause := apply.Run(t.Context(), l.client, p, l.options("second"))
					l.gate = &gate{real: l.client, seen: l.gate.seen}
					if e, err := l.client.Read(t.Context(), state.NewLayout(nettest.Name).Lock()); err == nil && len(e) > 0 {
						_, _ = l.client.BreakLock(t.Context(), e[0])
					}
					r, err := end(t.Context(), l.client, nettest.Name, "/sigilgate/", l.options("recovery"))
					if err != nil {
						t.Fatalf("after %v: %v", cause, err)
					}
					t.Logf("%v; then %+v", cause, r)
					again := l.plan(t, "cert")
					if again.HasChanges() != (r != nil && r.Outcome == apply.Abandoned) {
						t.Errorf("what is left: %+v", again.Changes)
					}
					l.applied(t, "cert")
					l.logins(t, etcd.LoginRefused)
				})
			}
		}
	}
}

// TestBackToPasswords: a user whose password was cleared gets one again in its
// place; one that never had one is made again while authentication is off, with
// the same roles.
func TestBackToPasswords(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{"cleared": "password", "never had one": "cert"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLodge(t, first)
			if first == "password" {
				l.applied(t, "cert")
			}
			p := l.plan(t, "password")
			kinds := map[kv.AuthOpKind]int{}
			for _, o := range slices.Concat(p.Access.Grants, p.Access.Revokes) {
				kinds[o.Kind]++
			}
			want := map[kv.AuthOpKind]int{kv.SetPassword: 2}
			if first == "cert" {
				want = map[kv.AuthOpKind]int{kv.SetPassword: 2, kv.DeleteUser: 2, kv.AddUser: 2, kv.GrantRole: 2}
			}
			if diff := cmp.Diff(want, kinds); diff != "" {
				t.Errorf("the calls are not as they should be:\n%s", diff)
			}
			l.applied(t, "password")
			if p := l.plan(t, "password"); p.HasChanges() {
				t.Errorf("there is still something to do: %+v", p.Changes)
			}
			if diff := cmp.Diff(l.rights, l.auth(t).Users, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("rights changed:\n%s", diff)
			}
			l.logins(t, etcd.LoginAccepted)
		})
	}
}

// TestAbandonedNewUser: an apply that adds a user with a password is abandoned at
// each of its calls. The next one leaves a user who can log in.
func TestAbandonedNewUser(t *testing.T) {
	t.Parallel()
	first := newLodgeOf(t, "password", true)
	first.alone = false
	calls := first.plan(t, "password").Access.Calls()
	for _, fault := range []gateFault{killedBefore, killedAfter} {
		for at := calls - 3; at <= calls; at++ { // the user's own, after those of its role
			t.Run(string(fault)+"/"+strconv.Itoa(at), func(t *testing.T) {
				t.Parallel()
				l := newLodgeOf(t, "password", true)
				l.alone = false
				l.gate.at, l.gate.fault, l.gate.kill = at, fault, func() {}
				l.gate.calls = 0
				if _, err := apply.Run(t.Context(), l.client, l.plan(t, "password"), l.options("second")); err == nil {
					t.Fatal("it was not killed")
				}
				l.gate = &gate{real: l.client}
				if e, err := l.client.Read(t.Context(), state.NewLayout(nettest.Name).Lock()); err == nil && len(e) > 0 {
					_, _ = l.client.BreakLock(t.Context(), e[0])
				}
				if _, err := apply.Abandon(t.Context(), l.client, nettest.Name, "/sigilgate/", l.options("recovery")); err != nil {
					t.Fatal(err)
				}
				l.applied(t, "password")
				if p := l.plan(t, "password"); p.HasChanges() {
					t.Errorf("there is still something to do: %+v", p.Changes)
				}
				l.rights = l.auth(t).Users
				l.logins(t, etcd.LoginAccepted)
			})
		}
	}
}
