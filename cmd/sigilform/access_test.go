package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// cmdAs does something to a cluster with TLS as the one whose certificate lies
// in pki/: as ENDPOINT NAME read|write|list KEY [VALUE], or a call of etcd's
// authentication: grant ROLE KEY, revoke ROLE KEY, adduser USER, giverole USER
// ROLE, changeword USER PASSWORD. With ! it must be denied, by etcd itself.
func cmdAs(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, false, len(args) >= 4, "as ENDPOINT NAME read|write|list|grant|revoke|adduser|giverole …")
	ctx, cancel := context.WithTimeout(context.Background(), verbPatience)
	defer cancel()
	pair, err := tls.LoadX509KeyPair(ts.MkAbs("pki/"+args[1]+".pem"), ts.MkAbs("pki/"+args[1]+"-key.pem"))
	ts.Check(err)
	ca, err := os.ReadFile(ts.MkAbs("pki/ca.pem"))
	ts.Check(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	client, err := clientv3.New(clientv3.Config{
		Endpoints: args[:1], Context: ctx, Logger: zap.NewNop(), TLS: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool, MinVersion: tls.VersionTLS12},
	})
	ts.Check(err)
	defer client.Close() //nolint:errcheck // a connection that is not needed any more
	err = act(ctx, client, args[2], args[3:])
	if neg && errors.Is(err, rpctypes.ErrPermissionDenied) {
		return
	}
	if neg {
		err = fmt.Errorf("%v is not denied: %w", args[1:], errors.Join(err, errUsage))
	}
	ts.Check(err)
}

func act(ctx context.Context, c *clientv3.Client, verb string, args []string) error {
	args = append(args, "")
	var err error
	switch verb {
	case "read":
		_, err = c.Get(ctx, args[0])
	case "list":
		_, err = c.Get(ctx, args[0], clientv3.WithPrefix())
	case "write":
		_, err = c.Put(ctx, args[0], cmp.Or(args[1], "active"))
	case "grant":
		_, err = c.RoleGrantPermission(ctx, args[0], args[1], "", clientv3.PermissionType(clientv3.PermReadWrite))
	case "revoke":
		_, err = c.RoleRevokePermission(ctx, args[0], args[1], "")
	case "adduser":
		_, err = c.UserAddWithOptions(ctx, args[0], "", &clientv3.UserAddOptions{NoPassword: true})
	case "changeword":
		_, err = c.UserChangePassword(ctx, args[0], args[1])
	case "giverole":
		_, err = c.UserGrantRole(ctx, args[0], args[1])
	default:
		err = errUsage
	}
	return err
}
