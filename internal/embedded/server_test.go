package embedded_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sigilgate/sigilform/internal/embedded"
)

func start(t *testing.T, o embedded.Options) *embedded.Server {
	t.Helper()
	s, err := embedded.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// put writes 1 at /a.
func put(t *testing.T, s *embedded.Server) {
	t.Helper()
	if _, err := s.Client().Put(t.Context(), "/a", "1"); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *embedded.Server, key string) string {
	t.Helper()
	r, err := s.Client().Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Kvs) == 0 {
		return ""
	}
	return string(r.Kvs[0].GetValue())
}

func closed(t *testing.T, s *embedded.Server) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestKeepsDataWhenReopened(t *testing.T) {
	dir := t.TempDir()
	for _, try := range []string{"first", "second", "third"} {
		from := time.Now()
		s := start(t, embedded.Options{Dir: dir})
		took := time.Since(from)
		t.Logf("%s start: %s", try, took)
		if try != "first" && get(t, s, "/a") != "1" {
			t.Fatalf("%s start: the data is gone", try)
		}
		if s.Endpoint() != "" {
			t.Errorf("a private server has the endpoint %s", s.Endpoint())
		}
		put(t, s)
		from = time.Now()
		closed(t, s)
		t.Logf("%s close: %s", try, time.Since(from))
	}
}

func TestFolderIsPrivateAndIgnored(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, embedded.Folder), 0o755); err != nil {
		t.Fatal(err)
	}
	s := start(t, embedded.Options{Dir: dir, Listen: "127.0.0.1:0"})
	defer closed(t, s)
	for name, want := range map[string]os.FileMode{"": 0o700, "endpoint": 0o600, "holder": 0o600, "lock": 0o600, ".gitignore": 0o600, "etcd": 0o700} {
		info, err := os.Stat(filepath.Join(dir, embedded.Folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%q has mode %o, want %o", name, got, want)
		}
	}
}

func TestHeld(t *testing.T) {
	dir := t.TempDir()
	s := start(t, embedded.Options{Dir: dir, Command: "sigilform apply"})
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Wait: 50 * time.Millisecond})
	var held *embedded.Held
	if !errors.As(err, &held) {
		t.Fatalf("got %v", err)
	}
	if held.PID != os.Getpid() || held.Command != "sigilform apply" || time.Since(held.Since) > time.Minute {
		t.Errorf("got %+v", held)
	}
	closed(t, s)
	closed(t, start(t, embedded.Options{Dir: dir}))
}

func TestWaitsForTheHolder(t *testing.T) {
	dir := t.TempDir()
	first := start(t, embedded.Options{Dir: dir})
	done := make(chan error, 1)
	go func() {
		second, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Wait: 30 * time.Second})
		if err == nil {
			err = second.Close()
		}
		done <- err
	}()
	closed(t, first)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestLeaksNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := start(t, embedded.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"})
	put(t, s)
	closed(t, s)
	goleak.VerifyNone(t, before)
}

func TestEachFolderIsItsOwnCluster(t *testing.T) {
	ids := map[uint64]int{}
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second, first, second} {
		s := start(t, embedded.Options{Dir: dir})
		r, err := s.Client().Get(t.Context(), "/a")
		if err != nil {
			t.Fatal(err)
		}
		ids[r.Header.GetClusterId()]++
		closed(t, s)
	}
	if len(ids) != 2 {
		t.Errorf("got the ids %v", ids)
	}
}
