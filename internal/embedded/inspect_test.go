package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/etcd/etcdutl/v3/snapshot"
	"go.uber.org/zap"

	"github.com/sigilgate/sigilform/internal/embedded"
)

// files are etcd's in a folder of the embedded server.
func etcdFile(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, embedded.Folder, "etcd", "member", pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("no %s: %v", pattern, err)
	}
	return found[0]
}

// filled is the folder of a server that had so many writes.
func filled(t *testing.T, writes int) string {
	t.Helper()
	dir := t.TempDir()
	s := start(t, embedded.Options{Dir: dir})
	for i := range writes {
		if _, err := s.Client().Put(t.Context(), fmt.Sprintf("/a/%04d", i), strings.Repeat("x", 300)); err != nil {
			t.Fatal(err)
		}
	}
	put(t, s)
	closed(t, s)
	return dir
}

func rewrite(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, change(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestDamageIsFound: whatever etcd would panic at, or take for what it is not, is
// an error that says so, and the folder is free again.
func TestDamageIsFound(t *testing.T) {
	t.Parallel()
	random := func(n int) []byte {
		out := make([]byte, n)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range out {
			out[i] = byte(r.Uint32())
		}
		return out
	}
	// pages overwrites the tree, and leaves what the database begins with.
	pages := func(with []byte) func([]byte) []byte {
		return func(b []byte) []byte {
			copy(b[2*os.Getpagesize():], with)
			return b
		}
	}
	for name, c := range map[string]struct {
		file   string
		change func([]byte) []byte
		want   string
	}{
		"an empty log":            {"wal/*.wal", func([]byte) []byte { return nil }, "its log"},
		"a log of zeros":          {"wal/*.wal", func(b []byte) []byte { return make([]byte, len(b)) }, "its log"},
		"a log of anything":       {"wal/*.wal", func(b []byte) []byte { return random(len(b)) }, "its log"},
		"a log that lost its end": {"wal/*.wal", func(b []byte) []byte { return b[:len(bytes.TrimRight(b, "\x00"))-500] }, "its log ends at entry"},
		"a changed entry":         {"wal/*.wal", func(b []byte) []byte { b[len(bytes.TrimRight(b, "\x00"))/2] ^= 1; return b }, "its log"},
		"an empty database":       {"snap/db", func([]byte) []byte { return []byte{} }, "its database"},
		"a database of anything":  {"snap/db", func(b []byte) []byte { return random(len(b)) }, "its database"},
		"a cut off database":      {"snap/db", func(b []byte) []byte { return b[:3*os.Getpagesize()] }, "less than its"},
		"pages of zeros":          {"snap/db", pages(make([]byte, 1<<20)), "its database: page"},
		"pages of anything":       {"snap/db", pages(random(1 << 20)), "its database: page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t, 100)
			rewrite(t, etcdFile(t, dir, c.file), c.change)
			for range 2 {
				_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
				var damaged *embedded.Damaged
				if !errors.As(err, &damaged) || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("got %v, want %q", err, c.want)
				}
				if !strings.HasSuffix(damaged.Data, filepath.Join(embedded.Folder, "etcd")) {
					t.Errorf("it is said to be in %s", damaged.Data)
				}
			}
		})
	}
}

// TestPipeInPlaceOfAFile: nobody waits for who would write to a pipe that stands
// where a file of etcd's should.
func TestPipeInPlaceOfAFile(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"wal/*.wal", "snap/db"} {
		dir := filled(t, 1)
		path := etcdFile(t, dir, file)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
		if damaged := (*embedded.Damaged)(nil); !errors.As(err, &damaged) || !strings.Contains(err.Error(), "is not a regular file") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestLostLogIsFound: etcd would begin another log beside the old database.
func TestLostLogIsFound(t *testing.T) {
	t.Parallel()
	dir := filled(t, 3)
	if err := os.RemoveAll(filepath.Dir(etcdFile(t, dir, "wal/*.wal"))); err != nil {
		t.Fatal(err)
	}
	var damaged *embedded.Damaged
	if _, err := embedded.Start(t.Context(), embedded.Options{Dir: dir}); !errors.As(err, &damaged) || !strings.Contains(err.Error(), "missing") {
		t.Errorf("got %v", err)
	}
}

// TestSnapshotIsPutBack: the way that docs/cli.md shows.
func TestSnapshotIsPutBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, embedded.Options{Dir: dir, Listen: "127.0.0.1:0"})
	put(t, s)
	in, err := s.Client().Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "saved.db")
	if err := os.WriteFile(saved, text, 0o600); err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	data := filepath.Join(dir, embedded.Folder, "etcd")
	if err := os.Rename(data, data+".damaged"); err != nil {
		t.Fatal(err)
	}
	if err := snapshot.NewV3(zap.NewNop()).Restore(snapshot.RestoreConfig{
		SnapshotPath: saved, Name: "embedded", OutputDataDir: data, PeerURLs: []string{"http://127.0.0.1:2380"},
		InitialCluster: "embedded=http://127.0.0.1:2380", InitialClusterToken: "etcd-cluster",
	}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "ready"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := get(t, start(t, embedded.Options{Dir: dir}), "/a"); got != "1" {
		t.Errorf("/a is %q", got)
	}
}
