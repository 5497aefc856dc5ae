package embedded

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

const (
	// tick and election make a single member lead at once. It has nobody to
	// send heartbeats to.
	tickMillis, electionMillis = 10, 50
	// quota is etcd's default; the file grows only with what is written.
	quota = 2 << 30
	// keepRevisions is how many old revisions are kept at least.
	keepRevisions = 10_000
	// memberName and peerURL only name the member: no peer listener exists.
	memberName, peerURL = "embedded", "127.0.0.1:2380"
)

// configure makes the configuration of a single member without any listener,
// or with one for clients on a loopback address. Writes are synced to disk.
func configure(ctx context.Context, dir, listen string, logger *zap.Logger) (*embed.Config, error) {
	c := embed.NewConfig()
	c.Name, c.Dir = memberName, filepath.Join(dir, dataFolder)
	c.TickMs, c.ElectionMs = tickMillis, electionMillis
	c.ZapLoggerBuilder = embed.NewZapLoggerBuilder(logger)
	c.EnableGRPCGateway = false
	c.QuotaBackendBytes = quota
	c.AutoCompactionMode, c.AutoCompactionRetention = embed.CompactorModeRevision, strconv.Itoa(keepRevisions)
	c.ListenPeerUrls = nil
	c.AdvertisePeerUrls = []url.URL{{Scheme: "http", Host: peerURL}}
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	// The token makes the id of a new cluster its own, so that a plan for one
	// folder is not taken for another's. An existing one keeps its id.
	c.InitialClusterToken = rand.Text()
	c.ListenClientUrls, c.AdvertiseClientUrls = nil, nil
	if listen == "" {
		return c, nil
	}
	address, err := loopback(ctx, listen)
	if err != nil {
		return nil, err
	}
	c.ListenClientUrls = []url.URL{{Scheme: "http", Host: address}}
	c.AdvertiseClientUrls = c.ListenClientUrls
	return c, nil
}

// loopback refuses an address that other machines reach, and chooses the port
// where it is 0: etcd would advertise the 0.
func loopback(ctx context.Context, listen string) (string, error) {
	address, err := netip.ParseAddrPort(listen)
	if err != nil {
		return "", fmt.Errorf("the address %q to listen on is not valid: it must be like 127.0.0.1:2379: %w", listen, err)
	}
	if !address.Addr().IsLoopback() {
		return "", fmt.Errorf("the address %q to listen on is not a loopback address: the embedded server has no TLS and no users, so it serves this machine only", listen)
	}
	if address.Port() != 0 {
		return listen, nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	chosen := l.Addr().String()
	return chosen, l.Close()
}

// forget compacts old revisions of a database that is only ever open for a
// moment, so that etcd's own compaction never comes to run.
func (s *Server) forget(ctx context.Context) error {
	answer, err := s.client.Get(ctx, "revision", clientv3.WithCountOnly())
	if err != nil {
		return fmt.Errorf("read the embedded etcd server's revision: %w", err)
	}
	revision := answer.Header.GetRevision()
	if revision <= 2*keepRevisions {
		return nil
	}
	if _, err := s.client.Get(ctx, "revision", clientv3.WithCountOnly(), clientv3.WithRev(revision-2*keepRevisions)); err != nil {
		return nil //nolint:nilerr // that revision is compacted already, which is as wanted
	}
	if _, err := s.client.Compact(ctx, revision-keepRevisions); err != nil {
		return fmt.Errorf("compact the embedded etcd server's history: %w", err)
	}
	return nil
}
