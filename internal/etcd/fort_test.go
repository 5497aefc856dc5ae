package etcd_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// fort is a server with the users root, boss and clerk, and how to log in as
// one of them. The first two are administrators.
type fort struct {
	*etcdtest.Server
	config etcd.Config
	// as is the configuration of another user of the same kind.
	as func(user string) etcd.Config
}

// forts are one whose users have passwords, and one that knows them by their
// certificates.
func forts() map[string]func(*testing.T) fort {
	return map[string]func(*testing.T) fort{"password": byPassword, "certificate": byCertificate}
}

func byPassword(t *testing.T) fort {
	t.Helper()
	s := etcdtest.Start(t)
	as := func(user string) etcd.Config {
		return etcd.Config{Endpoints: []string{s.Endpoint()}, Username: user, Password: "the word"}
	}
	populate(t, connect(t, s.Endpoint()), &kv.PasswordSource{Env: "UNUSED"})
	return fort{Server: s, config: as("boss"), as: as}
}

func byCertificate(t *testing.T) fort {
	t.Helper()
	g := startGuarded(t)
	as := func(user string) etcd.Config { return g.as(t, user) }
	populate(t, connectWith(t, as("boss")), nil)
	return fort{Server: g.Server, config: as("boss"), as: as}
}

func populate(t *testing.T, c *etcd.Client, password *kv.PasswordSource) {
	t.Helper()
	for _, name := range []string{"root", "boss", "clerk"} {
		do(t, c, kv.AuthOp{Kind: kv.AddUser, User: name, Password: password})
		if password != nil {
			do(t, c, kv.AuthOp{Kind: kv.SetPassword, User: name})
		}
	}
	do(t, c, kv.AuthOp{Kind: kv.GrantRole, User: "root", Role: "root"}, kv.AuthOp{Kind: kv.GrantRole, User: "boss", Role: "root"})
}

func grant(role string, access kv.Access, r kv.Range) kv.AuthOp {
	return kv.AuthOp{Kind: kv.GrantPermission, Role: role, Key: r.Key, End: r.End, Access: access}
}
