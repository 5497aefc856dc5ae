package etcd_test

import (
	"errors"
	"runtime"
	"testing"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

const probe = "/sigilform/v1/t/probe"

// guarded is a server that wants a client certificate, with an authority that
// issues some.
type guarded struct {
	*etcdtest.Server
	ca *etcdtest.CA
}

func startGuarded(t *testing.T) *guarded {
	t.Helper()
	ca := etcdtest.NewCA(t, "ca")
	pair := ca.Server(t, "127.0.0.1")
	return &guarded{ca: ca, Server: etcdtest.StartWith(t, etcdtest.Options{TLS: transport.TLSInfo{
		CertFile: pair.CertFile, KeyFile: pair.KeyFile, TrustedCAFile: ca.File, ClientCertAuth: true,
	}})}
}

// as is how to connect with a certificate of that name.
func (g *guarded) as(t *testing.T, name string) etcd.Config {
	t.Helper()
	pair := g.ca.User(t, name)
	return etcd.Config{Endpoints: []string{g.Endpoint()}, CAFile: g.ca.File, CertFile: pair.CertFile, KeyFile: pair.KeyFile}
}

// do makes calls that must succeed.
func do(t *testing.T, c *etcd.Client, ops ...kv.AuthOp) {
	t.Helper()
	for _, op := range ops {
		if err := c.DoAuth(t.Context(), op, "the word"); err != nil {
			t.Fatalf("%v: %v", op, err)
		}
	}
}

// administrators are the calls that make some.
func administrators(names ...string) []kv.AuthOp {
	var out []kv.AuthOp
	for _, name := range names {
		out = append(out, kv.AuthOp{Kind: kv.AddUser, User: name}, kv.AuthOp{Kind: kv.GrantRole, User: name, Role: kv.RootName})
	}
	return out
}

// rootWithPassword makes the user root with a password.
func rootWithPassword() []kv.AuthOp {
	return []kv.AuthOp{
		{Kind: kv.AddUser, User: "root", Password: &kv.PasswordSource{Env: "X"}},
		{Kind: kv.SetPassword, User: "root"},
		{Kind: kv.GrantRole, User: "root", Role: "root"},
	}
}

// enabled asks as somebody who may whether authentication is on, and who there is.
func enabled(t *testing.T, c *etcd.Client, want bool) *kv.Auth {
	t.Helper()
	a, err := c.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, left := a.Users[kv.RescueUser]; left || a.Enabled != want {
		t.Errorf("authentication is on: %v, want %v; the rescue user is there: %v", a.Enabled, want, left)
	}
	return a
}

func TestEnforceByCertificate(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	g.NeedsAuthRevision(t)
	c := connectWith(t, g.as(t, "root"))
	if c.Username() != "root" {
		t.Errorf("the user is %q", c.Username())
	}
	do(t, c, administrators("root")...)
	if err := c.Enforce(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	enabled(t, c, true)
	if left, err := c.Read(t.Context(), probe); err != nil || len(left) > 0 {
		t.Errorf("the probe is left: %v, %v", left, err)
	}
	// Whoever else asks is refused, and a second time only proves.
	e := refusal(t, g.as(t, "nobody"))
	if e.Code != failure.EtcdDenied && e.Code != failure.EtcdUnauthenticated {
		t.Errorf("got %+v", e)
	}
	if err := c.Enforce(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	// The same connection goes on, and may turn it off.
	do(t, c, kv.AuthOp{Kind: kv.DisableAuth})
	enabled(t, c, false)
}

func TestEnforceByPassword(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	open := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}})
	do(t, open, rootWithPassword()...)
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "the word"})
	if err := c.Enforce(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	enabled(t, c, true)
	// What was open is so no more, and what logged in goes on.
	if _, err := open.Read(t.Context(), "/a"); err == nil {
		t.Error("who has no user may still read")
	}
	committed(t, c, kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: "/a", Value: "b"}}})
	if err := c.ChangePassword(t.Context(), "root", "another word"); err != nil {
		t.Fatal(err)
	}
	connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "another word"})
	check(t, refusal(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "the word"}), failure.EtcdUnauthenticated, "root")
}

// A wrong password can't be told from a right one while authentication is off.
// The proof tells, and all is undone.
func TestEnforceIsUndone(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	open := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}})
	do(t, open, rootWithPassword()...)
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "a wrong word"})
	err := c.Enforce(t.Context(), probe)
	var undone *kv.NotEnforced
	if !errors.As(err, &undone) {
		t.Fatalf("got %v", err)
	}
	enabled(t, open, false)
	committed(t, open, kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: "/a", Value: "b"}}})
}

func TestEnforceRefusesBefore(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	g.NeedsAuthRevision(t)
	dana := connectWith(t, g.as(t, "dana"))
	refused := func(c *etcd.Client, words ...string) {
		t.Helper()
		err := connectError(t, func() error { return c.Enforce(t.Context(), probe) })
		check(t, err, err.Code, words...)
		enabled(t, dana, false)
	}
	refused(dana, `"root" is not an administrator`)
	do(t, dana, administrators("root")...)
	refused(dana, `"dana" is not an administrator`)

	// A server that lets anybody in knows nobody by a certificate.
	ca := etcdtest.NewCA(t, "ca")
	pair := ca.Server(t, "127.0.0.1")
	s := etcdtest.StartWith(t, etcdtest.Options{TLS: transport.TLSInfo{CertFile: pair.CertFile, KeyFile: pair.KeyFile}})
	user := ca.User(t, "root")
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, CAFile: ca.File, CertFile: user.CertFile, KeyFile: user.KeyFile})
	do(t, c, administrators("root")...)
	err := connectError(t, func() error { return c.Enforce(t.Context(), probe) })
	check(t, err, failure.EtcdRefused, "does not check client certificates", "--client-cert-auth")

	plain := etcdtest.Start(t)
	nobody := connectWith(t, etcd.Config{Endpoints: []string{plain.Endpoint()}})
	err = connectError(t, func() error { return nobody.Enforce(t.Context(), probe) })
	check(t, err, failure.EtcdConfig, "has no user")
}

// A process that is killed between turning authentication on and the proof
// leaves the rescue user: with the same credentials the next one gets out.
func TestRescue(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	open := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}})
	do(t, open, rootWithPassword()...)
	wrong := etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "a wrong word"}
	c := connectWith(t, wrong)
	etcd.AfterEnable(c, runtime.Goexit)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Enforce(t.Context(), probe)
	}()
	<-ended
	if e := refusal(t, wrong); e.Code != failure.EtcdUnauthenticated {
		t.Fatalf("got %+v", e)
	}
	// The same run again finds it on, and gets out too.
	other := wrong
	other.Password = "another wrong word"
	err := connectError(t, func() error { _, err := etcd.Rescue(t.Context(), other); return err })
	check(t, err, failure.EtcdUnauthenticated, "Neither these credentials nor a rescue user", "the credentials of the apply that was killed")
	rescued(t, wrong, etcd.Rescued{TurnedOff: true, Removed: true})
	enabled(t, open, false)
	// A second time there is nothing to do.
	rescued(t, wrong, etcd.Rescued{})
}

// rescued rescues, and compares what there was to do.
func rescued(t *testing.T, c etcd.Config, want etcd.Rescued) {
	t.Helper()
	if got, err := etcd.Rescue(t.Context(), c); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

// TestNothingToRescue: nobody is turned away, and nothing is turned off, where no
// run has left a rescue user.
func TestNothingToRescue(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	open := etcd.Config{Endpoints: []string{s.Endpoint()}}
	config := etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "the word"}
	rescued(t, open, etcd.Rescued{})
	rescued(t, config, etcd.Rescued{})
	c := connectWith(t, open)
	do(t, c, rootWithPassword()...)
	// Left before authentication was on, or by a rescue that was killed itself.
	do(t, c, kv.AuthOp{Kind: kv.AddUser, User: kv.RescueUser})
	rescued(t, config, etcd.Rescued{Removed: true})
	root := connectWith(t, config)
	if err := root.Enforce(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	rescued(t, config, etcd.Rescued{})
	enabled(t, root, true)
	if e := connectError(t, func() error { _, err := etcd.Rescue(t.Context(), open); return err }); e.Code != failure.EtcdConfig {
		t.Errorf("got %+v", e)
	}
	// One that other credentials made is none for these, which work.
	do(t, root, administrators(kv.RescueUser)...)
	err := connectError(t, func() error { _, err := etcd.Rescue(t.Context(), config); return err })
	check(t, err, failure.EtcdRefused, "other credentials", "sigilform recover")
	if removed, err := root.TidyRescue(t.Context(), probe); !removed || err != nil {
		t.Errorf("%v, %v", removed, err)
	}
	enabled(t, root, true)
}

// TestTidyRescueProves: the rescue user stays, and that is said, where a new
// connection can't administer the cluster.
func TestTidyRescueProves(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}})
	do(t, c, rootWithPassword()...)
	do(t, c, administrators(kv.RescueUser)...)
	root := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "the word"})
	do(t, root, kv.AuthOp{Kind: kv.EnableAuth})
	if _, err := root.HasRescue(t.Context()); err != nil { // it has logged in
		t.Fatal(err)
	}
	other := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "the word"})
	do(t, root, administrators("dana")...)
	if err := other.ChangePassword(t.Context(), "root", "another word"); err != nil {
		t.Fatal(err)
	}
	var left *etcd.RescueLeft
	if _, err := root.TidyRescue(t.Context(), probe); err == nil || !errors.As(err, &left) && !etcd.IsShutOut(err) {
		t.Errorf("got %v", err)
	}
	again := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Username: "root", Password: "another word"})
	if there, err := again.HasRescue(t.Context()); !there || err != nil {
		t.Errorf("the rescue user is there: %v, %v", there, err)
	}
}

func TestTwoUsersAtOnce(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	config := g.as(t, "dana")
	config.Username, config.Password = "root", "the word"
	check(t, refusal(t, config), failure.EtcdConfig, `"root"`, `"dana"`, "common name")
}

// startWithDana is a guarded server with root, and with dana, who may read /a/
// and what is granted to the role r.
func startWithDana(t *testing.T, granted ...kv.AuthOp) (*guarded, *etcd.Client) {
	t.Helper()
	g := startGuarded(t)
	g.NeedsAuthRevision(t)
	root := connectWith(t, g.as(t, "root"))
	do(t, root, administrators("root")...)
	do(t, root,
		kv.AuthOp{Kind: kv.AddRole, Role: "r"}, kv.AuthOp{Kind: kv.AddUser, User: "dana"}, kv.AuthOp{Kind: kv.GrantRole, User: "dana", Role: "r"},
		grant("r", kv.Read, kv.Below("/a/")))
	do(t, root, granted...)
	return g, root
}

// TestTries compares what a user is said to be allowed with what a real client
// finds, and holds that nothing is written by asking.
func TestTries(t *testing.T) {
	t.Parallel()
	g, root := startWithDana(t, grant("r", kv.Write, kv.Range{Key: "/w"}))
	if err := root.Enforce(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	config := g.as(t, "dana")
	if e := refusal(t, config); e.Code != failure.EtcdDenied {
		t.Errorf("got %+v", e)
	}
	config.Any = true
	dana := connectWith(t, config)
	before := revisionOf(t, root)
	for _, c := range []struct {
		r           kv.Range
		read, write bool
	}{
		{kv.Below("/a/"), true, false},
		{kv.Range{Key: "/a/x"}, true, false},
		{kv.Range{Key: "/w"}, false, true},
		{kv.Below("/w"), false, false},
		{kv.Range{Key: "/b"}, false, false},
		{kv.Below("/"), false, false},
	} {
		read, err := dana.TryRead(t.Context(), c.r)
		if err != nil || read != c.read {
			t.Errorf("read %v: %v, %v", c.r, read, err)
		}
		write, err := dana.TryWrite(t.Context(), c.r)
		if err != nil || write != c.write {
			t.Errorf("write %v: %v, %v", c.r, write, err)
		}
	}
	if after := revisionOf(t, root); after != before {
		t.Errorf("asking moved the revision from %d to %d", before, after)
	}
	if _, err := dana.Auth(t.Context()); !etcd.IsDenied(err) {
		t.Errorf("got %v", err)
	}
	cluster, err := dana.Cluster(t.Context())
	if err != nil || len(cluster.Members) != 1 || cluster.Members[0].Version == "" {
		t.Errorf("got %+v, %v", cluster, err)
	}
}

func revisionOf(t *testing.T, c *etcd.Client) int64 {
	t.Helper()
	s, err := c.Scan(t.Context(), 0, "/")
	if err != nil {
		t.Fatal(err)
	}
	return s.Revision
}

// TestOptionalKeys holds that a snapshot leaves out what a user may not read,
// and says so.
func TestOptionalKeys(t *testing.T) {
	t.Parallel()
	g, root := startWithDana(t, grant("r", kv.Read, kv.Range{Key: "/open"}))
	for _, key := range []string{"/a/1", "/open", "/secret", "/tokens/1"} {
		committed(t, root, kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: key, Value: "v"}}})
	}
	if err := root.Enforce(t.Context(), probe); err != nil {
		t.Fatal(err)
	}
	config := g.as(t, "dana")
	config.Any = true
	dana := connectWith(t, config)
	request := etcd.SnapshotRequest{Prefixes: []string{"/a/"}, Optional: []string{"/open", "/secret"}, Count: []string{"/tokens/"}}
	s, err := dana.Snapshot(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Entries) != 2 || len(s.Denied) != 2 || s.Denied[0] != "/secret" || len(s.Foreign) != 0 {
		t.Errorf("got %+v", s)
	}
	if s, err = root.Snapshot(t.Context(), request); err != nil || len(s.Entries) != 3 || len(s.Denied) != 0 || s.Foreign["/tokens/"] != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
	request.Prefixes = append(request.Prefixes, "/b/")
	if _, err := dana.Snapshot(t.Context(), request); !etcd.IsDenied(err) {
		t.Errorf("got %v", err)
	}
}

// TestRangesThatEtcdHoldsTwice holds that two permissions of one range allow
// what either does.
func TestRangesThatEtcdHoldsTwice(t *testing.T) {
	t.Parallel()
	s := etcdtest.Start(t)
	s.NeedsAuthRevision(t)
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}})
	do(t, c, kv.AuthOp{Kind: kv.AddRole, Role: "r"})
	for _, g := range []struct {
		end    string
		access clientv3.PermissionType
	}{{"/b", clientv3.PermissionType(clientv3.PermRead)}, {"/c", clientv3.PermissionType(clientv3.PermRead)}, {"/c", clientv3.PermissionType(clientv3.PermWrite)}} {
		if _, err := s.Client().RoleGrantPermission(t.Context(), "r", "/a", g.end, g.access); err != nil {
			t.Fatal(err)
		}
	}
	a, err := c.Auth(t.Context())
	if err != nil || a.Roles["r"][kv.Range{Key: "/a", End: "/c"}] != kv.ReadWrite || len(a.Roles["r"]) != 2 {
		t.Errorf("got %+v, %v", a, err)
	}
}
