package etcdtest

import (
	"context"
	"crypto/rand"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/etcd/etcdutl/v3/snapshot"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.uber.org/zap"
)

// StartHere runs a server within this process, whatever [BinaryVariable] names:
// its snapshots can be restored.
func StartHere(tb testing.TB) *Server {
	tb.Helper()
	e, endpoint := startAlone(tb, Options{})
	return serve(tb, e, endpoint)
}

func serve(tb testing.TB, e *embed.Etcd, endpoint string) *Server {
	tb.Helper()
	tb.Cleanup(e.Close)
	local := v3client.New(e.Server)
	tb.Cleanup(func() { _ = local.Close() })
	return &Server{Verbs: Verbs{api: local}, etcd: e, endpoint: endpoint, local: local}
}

// Snapshot saves the server's database to a file, as `etcdctl snapshot save`
// does.
func (s *Server) Snapshot(tb testing.TB, file string) {
	tb.Helper()
	out, err := os.Create(file) //nolint:gosec // the test names it
	if err != nil {
		tb.Fatal(err)
	}
	defer out.Close() //nolint:errcheck // what was not written is missed when it is restored
	in, err := s.local.Snapshot(context.WithoutCancel(tb.Context()))
	if err != nil {
		tb.Fatalf("take a snapshot: %v", err)
	}
	defer in.Close() //nolint:errcheck // only read
	if _, err := io.Copy(out, in); err != nil {
		tb.Fatalf("take a snapshot: %v", err)
	}
}

// Identity says which cluster a restored snapshot becomes.
type Identity bool

// A restore keeps the cluster's id where the member keeps its name and URL and
// the cluster its token; otherwise there is a new one.
const (
	SameCluster Identity = true
	NewCluster  Identity = false
)

// Restore runs another server from a snapshot of this one, as after `etcdutl
// snapshot restore`. This one goes on.
func (s *Server) Restore(tb testing.TB, file string, id Identity) *Server {
	tb.Helper()
	for try := 0; ; try++ {
		c := s.etcd.Config()
		c.Dir = filepath.Join(tb.TempDir(), "restored")
		if id == NewCluster {
			c.InitialClusterToken = rand.Text()
		}
		err := snapshot.NewV3(zap.NewNop()).Restore(snapshot.RestoreConfig{
			SnapshotPath: file, Name: c.Name, OutputDataDir: c.Dir, PeerURLs: []string{c.AdvertisePeerUrls[0].String()},
			InitialCluster: c.InitialCluster, InitialClusterToken: c.InitialClusterToken,
		})
		if err != nil {
			tb.Fatalf("restore a snapshot: %v", err)
		}
		client := freeURL(tb, "http")
		c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
		e, err := start(tb, &c)
		if err == nil {
			return serve(tb, e, client.String())
		}
		if !inUse(err) || try == bindTries {
			tb.Fatalf("start the restored etcd: %v", err)
		}
	}
}
