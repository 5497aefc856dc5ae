package etcd_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"

	"github.com/sigilgate/sigilform/internal/failure"
)

const short = 2 * time.Second

func check(t *testing.T, e *etcd.ConnectError, kind failure.Code, texts ...string) {
	t.Helper()
	if e.Code != kind {
		t.Errorf("kind is %s, want %s", e.Code, kind)
	}
	if e.Hint == "" && kind != failure.EtcdCanceled {
		t.Error("there is no hint")
	}
	all := e.Summary + "\n" + e.Detail + "\n" + e.Hint
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("%q is missing", text)
		}
	}
}

func TestNothingThere(t *testing.T) {
	t.Parallel()
	l := listen(t)
	free := l.Addr().String()
	_ = l.Close()
	check(t, refusal(t, etcd.Config{Endpoints: []string{free}}), failure.EtcdUnreachable, free, "connection was refused")
	check(t, refusal(t, etcd.Config{Endpoints: []string{"no-such-host.invalid:2379"}, Timeout: short}), failure.EtcdUnknownHost, "no-such-host.invalid")
	check(t, refusal(t, etcd.Config{Endpoints: []string{"unix://" + filepath.Join(t.TempDir(), "none")}}), failure.EtcdUnreachable, "does not exist")
	check(t, refusal(t, etcd.Config{Endpoints: []string{free, "no-such-host.invalid:2379"}, Timeout: short}), failure.EtcdUnreachable,
		"None of the 2 endpoints", free, "no-such-host.invalid")
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestSomethingElseThere(t *testing.T) {
	t.Parallel()
	silent := listen(t)
	check(t, refusal(t, etcd.Config{Endpoints: []string{silent.Addr().String()}, Timeout: short}), failure.EtcdUnreachable, "within the timeout")
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	check(t, refusal(t, etcd.Config{Endpoints: []string{web.URL}}), failure.EtcdNotEtcd, "not etcd")
	ca := etcdtest.NewCA(t, "ca")
	check(t, refusal(t, etcd.Config{Endpoints: []string{strings.Replace(web.URL, "http", "https", 1)}, CAFile: ca.File}), failure.EtcdNotTLS, "http://")
	closing := listen(t)
	go func() {
		for {
			c, err := closing.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	check(t, refusal(t, etcd.Config{Endpoints: []string{closing.Addr().String()}}), failure.EtcdNotEtcd, "closed the connection")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	ca, other := etcdtest.NewCA(t, "our ca"), etcdtest.NewCA(t, "other ca")
	server := ca.Server(t, "127.0.0.1", "etcd.example")
	s := etcdtest.StartWith(t, etcdtest.Options{TLS: transport.TLSInfo{CertFile: server.CertFile, KeyFile: server.KeyFile}})
	plain := strings.TrimPrefix(s.Endpoint(), "https://")
	port := plain[strings.LastIndexByte(plain, ':'):]

	c := connectWith(t, etcd.Config{Endpoints: []string{plain}, CAFile: ca.File})
	if _, err := c.Read(t.Context(), "/a"); err != nil {
		t.Error(err)
	}
	_ = connectWith(t, etcd.Config{Endpoints: []string{"https://localhost" + port}, CAFile: ca.File, ServerName: "etcd.example"})

	check(t, refusal(t, etcd.Config{Endpoints: []string{plain}, CAFile: other.File}), failure.EtcdUntrusted, other.File, "our ca", "127.0.0.1, etcd.example"[:9])
	check(t, refusal(t, etcd.Config{Endpoints: []string{s.Endpoint()}}), failure.EtcdUntrusted, "no CA file is given")
	check(t, refusal(t, etcd.Config{Endpoints: []string{"https://localhost" + port}, CAFile: ca.File}), failure.EtcdUntrusted, `"localhost"`, "etcd.example", "server_name")
	check(t, refusal(t, etcd.Config{Endpoints: []string{plain}}), failure.EtcdTLSNeeded, "https://")
	check(t, refusal(t, etcd.Config{Endpoints: []string{"https://" + strings.TrimPrefix(etcdtest.Start(t).Endpoint(), "http://")}, CAFile: ca.File}), failure.EtcdNotTLS)
}

func TestExpiredServerCertificate(t *testing.T) {
	t.Parallel()
	ca := etcdtest.NewCA(t, "ca")
	p := ca.Expired(t, "127.0.0.1")
	s := etcdtest.StartWith(t, etcdtest.Options{TLS: transport.TLSInfo{CertFile: p.CertFile, KeyFile: p.KeyFile}})
	check(t, refusal(t, etcd.Config{Endpoints: []string{s.Endpoint()}, CAFile: ca.File}), failure.EtcdUntrusted, "not valid now", "expired")
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	ca, other := etcdtest.NewCA(t, "ca"), etcdtest.NewCA(t, "other")
	p := ca.Server(t, "127.0.0.1")
	s := etcdtest.StartWith(t, etcdtest.Options{TLS: transport.TLSInfo{
		CertFile: p.CertFile, KeyFile: p.KeyFile, TrustedCAFile: ca.File, ClientCertAuth: true,
	}})
	good, bad := ca.User(t, "root"), other.User(t, "root")
	base := etcd.Config{Endpoints: []string{s.Endpoint()}, CAFile: ca.File}
	check(t, refusal(t, base), failure.EtcdCertificateNeeded, "requires a client certificate", "--cert")
	wrong := base
	wrong.CertFile, wrong.KeyFile = bad.CertFile, bad.KeyFile
	check(t, refusal(t, wrong), failure.EtcdCertificateNeeded, bad.CertFile)
	right := base
	right.CertFile, right.KeyFile = good.CertFile, good.KeyFile
	_ = connectWith(t, right)
	mixed := base
	mixed.CertFile, mixed.KeyFile = good.CertFile, bad.KeyFile
	check(t, refusal(t, mixed), failure.EtcdConfig, good.CertFile, bad.KeyFile)
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	ca := etcdtest.NewCA(t, "ca")
	key := ca.User(t, "u").KeyFile
	for name, c := range map[string]etcd.Config{
		"no endpoint":       {},
		"unknown scheme":    {Endpoints: []string{"ftp://host:1"}},
		"no host":           {Endpoints: []string{"https://:2379"}},
		"a path":            {Endpoints: []string{"http://host/path"}},
		"mixed":             {Endpoints: []string{"http://a:1", "https://b:1"}},
		"TLS files in vain": {Endpoints: []string{"http://a:1"}, CAFile: ca.File},
		"no CA file":        {Endpoints: []string{"https://a:1"}, CAFile: "/does/not/exist.pem"},
		"CA is a key":       {Endpoints: []string{"https://a:1"}, CAFile: key},
		"key alone":         {Endpoints: []string{"https://a:1"}, KeyFile: key},
		"user alone":        {Endpoints: []string{"a:1"}, Username: "root"},
		"password alone":    {Endpoints: []string{"a:1"}, Password: "p w"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if e := refusal(t, c); e.Code != failure.EtcdConfig {
				t.Errorf("kind is %s", e.Code)
			}
		})
	}
	e := refusal(t, etcd.Config{Endpoints: []string{"http://root:hunter2@host:1"}})
	if strings.Contains(e.Error()+e.Endpoint, "hunter2") {
		t.Error("the error repeats a password")
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.AddUser(t, "writer", "writer's password", "writer", "/sigilgate/")
	s.AddUser(t, "reader", "reader's password", "all", "/sigilgate/", "/sigilform/")
	s.EnableAuth(t, "root's password")
	at := func(user, password string) etcd.Config {
		return etcd.Config{Endpoints: []string{s.Endpoint()}, Username: user, Password: password}
	}
	check(t, refusal(t, at("", "")), failure.EtcdUnauthenticated, "requires a user", "--user")
	check(t, refusal(t, at("root", "wrong password")), failure.EtcdUnauthenticated, `"root"`)
	check(t, refusal(t, at("nobody", "wrong password")), failure.EtcdUnauthenticated, `"nobody"`)
	check(t, refusal(t, at("writer", "writer's password")), failure.EtcdDenied, `"writer"`, "/sigilform/")
	for _, c := range []etcd.Config{at("root", "root's password"), at("reader", "reader's password")} {
		client := connectWith(t, c)
		committed(t, client, puts("/sigilgate/"+c.Username+"/", 300, 0, "v"))
		r := commit(t, client, puts("/sigilgate/"+c.Username+"/", 300, 0, "v"))
		if len(r.Moved) != 300 {
			t.Errorf("%s: got %s with %d moved", c.Username, r.Outcome, len(r.Moved))
		}
	}
	client := connectWith(t, at("reader", "reader's password"))
	_, err := client.Commit(t.Context(), puts("/elsewhere/", 1, 0, "v"))
	var e *etcd.ConnectError
	if !errors.As(err, &e) || e.Code != failure.EtcdDenied {
		t.Errorf("got %v", err)
	}
}

func TestCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := etcd.Connect(ctx, etcd.Config{Endpoints: []string{etcdtest.Start(t).Endpoint()}}); err == nil {
		_ = c.Close()
		t.Error("it connected")
	}
}

func TestTwoClusters(t *testing.T) {
	t.Parallel()
	a, b := etcdtest.Start(t), etcdtest.StartCluster(t, 1)
	check(t, refusal(t, etcd.Config{Endpoints: append(b.Endpoints(), a.Endpoint())}), failure.EtcdTwoClusters, a.Endpoint(), b.Endpoint(0))
}

func TestDeadEndpointsAreNoHindrance(t *testing.T) {
	t.Parallel()
	l := listen(t)
	free := l.Addr().String()
	_ = l.Close()
	s := etcdtest.Start(t)
	c := connect(t, free, s.Endpoint())
	committed(t, c, puts("/a/", 3, 0, "v"))
}
