package embedded_test

import (
	stdcontext "context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/sigilgate/sigilform/internal/embedded"
)

func context() stdcontext.Context { return stdcontext.Background() }

func asHeld(t *testing.T, err error) *embedded.Held {
	t.Helper()
	var held *embedded.Held
	if !errors.As(err, &held) {
		t.Fatalf("got %v, want a *Held", err)
	}
	return held
}

func TestListensForClients(t *testing.T) {
	dir := t.TempDir()
	s := start(t, embedded.Options{Dir: dir, Listen: "127.0.0.1:0"})
	put(t, s)
	endpoint, alive := embedded.Endpoint(t.Context(), dir)
	if !alive || endpoint != s.Endpoint() {
		t.Fatalf("the endpoint is %q (alive %v), the server's %q", endpoint, alive, s.Endpoint())
	}
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Get(t.Context(), "/a")
	if err != nil || len(r.Kvs) != 1 {
		t.Fatalf("got %v, %v", r, err)
	}
	_ = c.Close()
	closed(t, s)
	if endpoint, alive := embedded.Endpoint(t.Context(), dir); endpoint != "" || alive {
		t.Errorf("after closing the endpoint is %q, alive %v", endpoint, alive)
	}
}

func TestRefusesOtherAddresses(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", "192.0.2.1:2379", "localhost", ":0"} {
		dir := t.TempDir()
		s, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Listen: listen})
		if err == nil {
			closed(t, s)
			t.Errorf("it listens on %q", listen)
			continue
		}
		if !strings.Contains(err.Error(), listen) {
			t.Errorf("%q: the error does not name the address: %v", listen, err)
		}
		closed(t, start(t, embedded.Options{Dir: dir}))
	}
}

func TestTakenPort(t *testing.T) {
	first := start(t, embedded.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"})
	taken := strings.TrimPrefix(first.Endpoint(), "http://")
	dir := t.TempDir()
	if _, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Listen: taken}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("got %v", err)
	}
	closed(t, start(t, embedded.Options{Dir: dir}))
}

func TestRefusesWhatIsNoFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, embedded.Folder)); err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Start(t.Context(), embedded.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("got %v", err)
	}
}

func TestDamagedDataIsAnError(t *testing.T) {
	dir := t.TempDir()
	closed(t, start(t, embedded.Options{Dir: dir}))
	db := filepath.Join(dir, embedded.Folder, "etcd", "member", "snap", "db")
	if err := os.WriteFile(db, []byte("not a database, but long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "embedded etcd server") {
		t.Fatalf("got %v", err)
	}
	t.Log(err)
	// The folder is free again: the next try fails alike, not as held.
	var held *embedded.Held
	if _, err := embedded.Start(t.Context(), embedded.Options{Dir: dir}); err == nil || errors.As(err, &held) {
		t.Fatalf("got %v", err)
	}
}

// TestInterruptedFirstStart: whatever the moment at which the very first start
// is given up, the next one works.
func TestInterruptedFirstStart(t *testing.T) {
	t.Parallel()
	for after := range 16 {
		t.Run(strconv.Itoa(after), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ctx, cancel := stdcontext.WithTimeout(t.Context(), time.Duration(after/2)*7*time.Millisecond)
			defer cancel()
			if s, err := embedded.Start(ctx, embedded.Options{Dir: dir, Listen: []string{"", "127.0.0.1:0"}[after%2]}); err == nil {
				closed(t, s)
			}
			s := start(t, embedded.Options{Dir: dir})
			put(t, s)
			closed(t, s)
			if s = start(t, embedded.Options{Dir: dir}); get(t, s, "/a") != "1" {
				t.Error("the data is gone")
			}
			closed(t, s)
		})
	}
}

func TestForgetsOldRevisions(t *testing.T) {
	dir := t.TempDir()
	s := start(t, embedded.Options{Dir: dir})
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			for range 201 {
				if _, err := s.Client().Put(t.Context(), "/a", "1"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	closed(t, s)
	s = start(t, embedded.Options{Dir: dir})
	if _, err := s.Client().Get(t.Context(), "/a", clientv3.WithRev(100)); err == nil {
		t.Error("a very old revision is still there")
	}
	if _, err := s.Client().Get(t.Context(), "/a", clientv3.WithRev(15_000)); err != nil {
		t.Errorf("a recent revision: %v", err)
	}
}
