package etcdtest

import (
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3rpc"
	"go.etcd.io/etcd/server/v3/proxy/grpcproxy/adapter"
)

// Server is one real etcd server with one member. It lives until its test ends.
type Server struct {
	Verbs
	etcd     *embed.Etcd
	endpoint string
	local    *clientv3.Client
	prefixes atomic.Int64
}

// Start runs a server as a stock one is, but faster to start.
func Start(tb testing.TB) *Server {
	tb.Helper()
	return StartWith(tb, Options{})
}

// StartWith runs a server with options.
func StartWith(tb testing.TB, o Options) *Server {
	tb.Helper()
	if binary := os.Getenv(BinaryVariable); binary != "" {
		return startBinary(tb, binary, o)
	}
	e, endpoint := startAlone(tb, o)
	tb.Cleanup(e.Close)
	local := v3client.New(e.Server)
	tb.Cleanup(func() { _ = local.Close() })
	return &Server{Verbs: Verbs{api: local}, etcd: e, endpoint: endpoint, local: local}
}

func startAlone(tb testing.TB, o Options) (*embed.Etcd, string) {
	tb.Helper()
	for try := 0; ; try++ {
		c := config(tb, "test", o)
		client := freeURL(tb, scheme(o))
		c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
		// A single member needs no listener for peers; the URL is only its name.
		c.ListenPeerUrls = nil
		c.AdvertisePeerUrls = []url.URL{{Scheme: "http", Host: "127.0.0.1:2380"}}
		c.InitialCluster = c.InitialClusterFromName(c.Name)
		e, err := start(tb, c)
		if err == nil {
			return e, client.String()
		}
		if !inUse(err) || try == bindTries {
			tb.Fatalf("start etcd: %v", err)
		}
	}
}

// Endpoint is where clients reach the server.
func (s *Server) Endpoint() string { return s.endpoint }

// Client is the verbs' own client: within this process, unless the server is a
// program of its own.
func (s *Server) Client() *clientv3.Client { return s.local }

// KV is the server's key-value service as [Server.Client] reaches it.
func (s *Server) KV() pb.KVClient {
	if s.etcd == nil {
		return clientv3.RetryKVClient(s.local)
	}
	return adapter.KvServerToKvClient(v3rpc.NewQuotaKVServer(s.etcd.Server))
}

// Auth is the server's authentication service as [Server.Client] reaches it.
func (s *Server) Auth() pb.AuthClient {
	if s.etcd == nil {
		return clientv3.RetryAuthClient(s.local)
	}
	return adapter.AuthServerToAuthClient(v3rpc.NewAuthServer(s.etcd.Server))
}

// Prefix is a prefix of keys that no other caller of this server gets.
func (s *Server) Prefix() string { return fmt.Sprintf("/test-%d/", s.prefixes.Add(1)) }
