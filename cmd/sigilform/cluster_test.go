package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// tlsCluster starts a cluster that wants a client certificate, keeps its
// endpoint in a variable, and writes into pki/: ca.pem, client.pem,
// client-key.pem, and other.pem, the CA of somebody else.
func tlsCluster(t *testing.T) func(*testscript.TestScript, bool, []string) {
	t.Helper()
	return func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, neg, len(args) == 1, "tlscluster VARIABLE")
		dir := ts.MkAbs("pki")
		ts.Check(os.MkdirAll(dir, 0o700))
		ca := newAuthority(ts, dir, "ca")
		newAuthority(ts, dir, "other")
		ca.issue(ts, dir, "server")
		ca.issue(ts, dir, "client")
		server := etcdtest.StartWith(t, etcdtest.Options{TLS: transport.TLSInfo{
			CertFile: filepath.Join(dir, "server.pem"), KeyFile: filepath.Join(dir, "server-key.pem"),
			TrustedCAFile: filepath.Join(dir, "ca.pem"), ClientCertAuth: true,
		}})
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
		c := etcdtest.StartCluster(t, 3)
		c.Stop(t, 1)
		c.Stop(t, 2)
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

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(ts *testscript.TestScript, dir, name string) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	cert := template(name)
	cert.IsCA, cert.BasicConstraintsValid, cert.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	ts.Check(err)
	writePEM(ts, filepath.Join(dir, name+".pem"), "CERTIFICATE", der)
	return &authority{cert: cert, key: key}
}

// issue writes a certificate for the loopback address, with its key.
func (a *authority) issue(ts *testscript.TestScript, dir, name string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	cert := template(name)
	cert.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	cert.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, &key.PublicKey, a.key)
	ts.Check(err)
	secret, err := x509.MarshalECPrivateKey(key)
	ts.Check(err)
	writePEM(ts, filepath.Join(dir, name+".pem"), "CERTIFICATE", der)
	writePEM(ts, filepath.Join(dir, name+"-key.pem"), "EC PRIVATE KEY", secret)
}

func template(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
}

func writePEM(ts *testscript.TestScript, name, kind string, der []byte) {
	ts.Check(os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}
