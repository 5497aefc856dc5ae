package apply_test

import (
	"strconv"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestAbandonedChangeOfPasswords abandons a change of how users prove who they are
// at each of its calls, and then goes on with it, or back to what was before: who
// is to have a password gets in by it, and nobody else's is taken, whether the
// call that it was killed at was made or not.
func TestAbandonedChangeOfPasswords(t *testing.T) {
	t.Parallel()
	for name, history := range map[string][]string{
		"had one": {"password"}, "it was cleared": {"password", "cert"}, "never had one": {"cert"},
	} {
		next := map[string]string{"password": "cert", "cert": "password"}[history[len(history)-1]]
		calls := lodgeOf(t, history).plan(t, next).Access.Calls()
		for _, fault := range []gateFault{killedBefore, killedAfter} {
			for _, end := range []string{"password", "cert"} {
				for at := 1; at <= calls; at += max(1, min(stride(), calls/2)) {
					t.Run(name+"/"+string(fault)+"/"+strconv.Itoa(at)+"/"+end, func(t *testing.T) {
						t.Parallel()
						l := lodgeOf(t, history)
						l.abandoned(t, next, fault, at)
						l.applied(t, end)
						if p := l.plan(t, end); p.HasChanges() {
							t.Errorf("there is still something to do: %+v", p.Changes)
						}
						for user := range l.rights {
							if got := l.auth(t).Users[user]; len(got) != len(l.rights[user]) {
								t.Errorf("%s has the roles %q", user, got)
							}
						}
						l.judged(t, end)
					})
				}
			}
		}
	}
}

// lodgeOf is a lodge whose users proved who they are in one way after the other.
func lodgeOf(t *testing.T, history []string) *lodge {
	t.Helper()
	l := newLodge(t, history[0])
	for _, auth := range history[1:] {
		l.applied(t, auth)
	}
	return l
}

// abandoned is an apply that dies at one of its calls, and is abandoned.
func (l *lodge) abandoned(t *testing.T, auth string, fault gateFault, at int) {
	t.Helper()
	l.gate = &gate{real: l.client, at: at, fault: fault, kill: func() {}}
	if _, err := apply.Run(t.Context(), l.client, l.plan(t, auth), l.options("second")); err == nil {
		t.Fatal("it was not killed")
	}
	l.gate = &gate{real: l.client}
	if e, err := l.client.Read(t.Context(), state.NewLayout(nettest.Name).Lock()); err == nil && len(e) > 0 {
		_, _ = l.client.BreakLock(t.Context(), e[0])
	}
	if _, err := apply.Abandon(t.Context(), l.client, nettest.Name, "/sigilgate/", l.options("recovery")); err != nil {
		t.Fatal(err)
	}
}

// judged turns authentication on, and tries the password: who is to have one gets
// in by it, and nobody else.
func (l *lodge) judged(t *testing.T, auth string) {
	t.Helper()
	if err := l.client.DoAuth(t.Context(), kv.AuthOp{Kind: kv.EnableAuth}, ""); err != nil {
		t.Fatal(err)
	}
	for user := range l.rights {
		got, err := l.client.TryPassword(t.Context(), user, keepWord)
		if err != nil || (got == etcd.LoginAccepted) != (auth == model.ByPassword) {
			t.Errorf("the login of %s is %q, %v", user, got, err)
		}
	}
}
