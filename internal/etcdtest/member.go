package etcdtest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.uber.org/zap"
)

// startTimeout is far above what a start takes on a loaded machine.
const startTimeout = 60 * time.Second

// bindTries is how often another port is taken when someone else got it first.
const bindTries = 10

// A server sets room for two segments of its log aside: 128 MB, for a few
// kilobytes that a test writes. It is for all servers of the process, so it stands
// before any of them starts.
func init() { wal.SegmentSizeBytes = 8 << 20 } //nolint:gochecknoinits // later it would be written while servers read it

// HashCost is the cost of the hashes of passwords: the least that there is. One
// of a stock server's takes 50 ms, and so does each login with it.
const HashCost = 4

// Options change a server from what a stock one is.
type Options struct {
	// MaxTxnOps and MaxRequestBytes are the server's limits; its defaults where 0.
	MaxTxnOps, MaxRequestBytes uint
	// Quota is the size of the database at which the server refuses writes.
	Quota int64
	// AuthTokenTTL is for how many seconds a token is good that is not used.
	AuthTokenTTL uint
	// AuthToken is the kind of tokens, as the option --auth-token spells it;
	// simple ones where empty.
	AuthToken string
	// TLS is the client listener's; plain where empty.
	TLS transport.TLSInfo
	// Fsync waits for the disk as a stock server does. What a server wrote
	// outlives its own death without it too, only not that of the machine.
	Fsync bool
}

// config is that of a server within this process, with a cluster id of its own.
func config(tb testing.TB, name string, o Options) *embed.Config {
	tb.Helper()
	c := configure(name, tb.TempDir(), o)
	c.InitialClusterToken = rand.Text()
	return c
}

// configure is what all test servers have in common: fast elections, no fsync,
// cheap hashes of passwords, no output.
func configure(name, dir string, o Options) *embed.Config {
	c := embed.NewConfig()
	c.Name, c.Dir = name, dir
	c.TickMs, c.ElectionMs = 10, 100
	c.UnsafeNoFsync = !o.Fsync
	c.BcryptCost = HashCost
	c.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.NewNop())
	c.EnableGRPCGateway = false
	c.ClientTLSInfo = o.TLS
	if c.QuotaBackendBytes = o.Quota; o.Quota > 0 {
		// The size is looked at when the database is written out.
		c.BackendBatchInterval = time.Millisecond
	}
	if o.AuthTokenTTL > 0 {
		c.AuthTokenTTL = o.AuthTokenTTL
	}
	if o.AuthToken != "" {
		c.AuthToken = o.AuthToken
	}
	if o.MaxTxnOps > 0 {
		c.MaxTxnOps = o.MaxTxnOps
	}
	if o.MaxRequestBytes > 0 {
		c.MaxRequestBytes = o.MaxRequestBytes
	}
	return c
}

func scheme(o Options) string {
	if o.TLS.Empty() {
		return "http"
	}
	return "https"
}

// start runs a member and waits until it serves.
func start(tb testing.TB, c *embed.Config) (*embed.Etcd, error) {
	tb.Helper()
	e, err := embed.StartEtcd(c)
	if err != nil {
		return nil, err
	}
	if err := ready(tb, e); err != nil {
		abandon(e)
		return nil, err
	}
	return e, nil
}

func ready(tb testing.TB, e *embed.Etcd) error {
	tb.Helper()
	limit := time.NewTimer(startTimeout)
	defer limit.Stop()
	select {
	case <-e.Server.ReadyNotify():
		return nil
	case err := <-e.Err():
		return err
	case <-limit.C:
		return fmt.Errorf("etcd was not ready within %s", startTimeout)
	}
}

// abandon closes a server that is not ready. Close alone would wait for its
// listeners to serve, which they do only once it is. It must not be called twice.
func abandon(e *embed.Etcd) {
	e.Server.HardStop()
	e.Close()
}

// freeURL names a loopback port that is free now. Another process may take it
// before the server does; then the caller tries again.
func freeURL(tb testing.TB, scheme string) url.URL {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("find a free port: %v", err)
	}
	defer l.Close() //nolint:errcheck // the listener never accepted anything
	return url.URL{Scheme: scheme, Host: l.Addr().String()}
}

func inUse(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || (err != nil && strings.Contains(err.Error(), "address already in use"))
}
