package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// tlsCluster starts a cluster that wants a client certificate, keeps its
// endpoint in a variable, and writes into pki/: ca.pem, client.pem,
// client-key.pem, and other.pem, the CA of somebody else. More names get a
// certificate of that common name each. One that is open lets clients in without.
func tlsCluster(t *testing.T, open bool) func(*testscript.TestScript, bool, []string) {
	t.Helper()
	return func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, neg, len(args) >= 1, "tlscluster VARIABLE [NAME…]")
		tb := scriptTB{t, ts}
		dir := ts.MkAbs("pki")
		ca, other := etcdtest.NewCA(tb, "ca"), etcdtest.NewCA(tb, "other")
		ca.Lay(tb, dir, "client", ca.User(tb, "client"))
		for _, name := range args[1:] {
			ts.Check(os.Remove(filepath.Join(dir, "ca.pem")))
			ca.Lay(tb, dir, name, ca.User(tb, name))
		}
		ts.Check(os.Symlink(other.File, filepath.Join(dir, "other.pem")))
		pair := ca.Server(tb, "127.0.0.1")
		info := transport.TLSInfo{CertFile: pair.CertFile, KeyFile: pair.KeyFile}
		if !open {
			info.TrustedCAFile, info.ClientCertAuth = ca.File, true
		}
		server := etcdtest.StartWith(tb, etcdtest.Options{TLS: info})
		ts.Setenv(args[0], server.Endpoint())
	}
}

// lostQuorum starts a cluster of three, stops two of them, and keeps the
// endpoint of the third in a variable: another server may get the ports of
// those that stopped.
func lostQuorum(t *testing.T) func(*testscript.TestScript, bool, []string) {
	t.Helper()
	return func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, neg, len(args) == 1, "lostquorum VARIABLE")
		tb := scriptTB{t, ts}
		c := etcdtest.StartCluster(tb, 3)
		c.Stop(tb, 1)
		c.Stop(tb, 2)
		ts.Setenv(args[0], c.Endpoint(0))
	}
}

// cmdAuth makes the cluster at an endpoint ask for a user: root, with a password.
func cmdAuth(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 2, "auth ENDPOINT PASSWORD")
	ctx, cancel := context.WithTimeout(context.Background(), verbPatience)
	defer cancel()
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{args[0]}, Context: ctx})
	ts.Check(err)
	defer client.Close() //nolint:errcheck // a connection that is not needed any more
	_, err = client.UserAdd(ctx, "root", args[1])
	ts.Check(err)
	_, err = client.RoleAdd(ctx, "root")
	ts.Check(err)
	_, err = client.UserGrantRole(ctx, "root", "root")
	ts.Check(err)
	_, err = client.AuthEnable(ctx)
	ts.Check(err)
}
