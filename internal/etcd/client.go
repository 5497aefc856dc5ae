package etcd

import (
	"context"
	"errors"
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Client is a connection to one cluster. It is safe for concurrent use.
type Client struct {
	api *clientv3.Client
	// kv sends what it is given as it is: what was measured is what is sent.
	kv pb.KVClient
	// auth takes what the library's own client has no words for.
	auth     pb.AuthClient
	settings *settings
	// inProcess says that there are no endpoints to ask one by one.
	inProcess bool
	clusterID uint64
	limits    *limits
	// afterEnable, where it is not nil, is called between turning authentication
	// on and the proof: there a test's process dies.
	afterEnable func()
}

// InProcess is a server within this process, such as the embedded one.
type InProcess interface {
	Client() *clientv3.Client
	KV() pb.KVClient
	Auth() pb.AuthClient
}

// Attach uses a server within this process. Closing the client leaves the
// server alone. Of the configuration only Timeout and Limits count.
func Attach(ctx context.Context, server InProcess, c Config) (*Client, error) {
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Limits == (kv.Limits{}) {
		c.Limits = kv.DefaultLimits()
	}
	client := &Client{api: server.Client(), kv: server.KV(), auth: server.Auth(), settings: &settings{Config: c}, inProcess: true, limits: &limits{now: c.Limits}}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	if err := client.identify(ctx); err != nil {
		return nil, client.explain(ctx, err)
	}
	return client, nil
}

// identify reads once through the leader: it proves a quorum and the right to
// read sigilform's own keys, and tells which cluster this is.
func (c *Client) identify(ctx context.Context) error {
	answer, err := c.kv.Range(ctx, &pb.RangeRequest{
		Key: []byte(state.NetworksPrefix), RangeEnd: []byte(clientv3.GetPrefixRangeEnd(state.NetworksPrefix)), CountOnly: true,
	})
	if c.settings.Any && is(err, rpctypes.ErrPermissionDenied) {
		return nil // it has a quorum, and knows the user
	}
	if err != nil {
		return err
	}
	c.clusterID = answer.GetHeader().GetClusterId()
	return nil
}

// ClusterID is the cluster's id in lower-case hexadecimal, 16 digits.
func (c *Client) ClusterID() string { return hexID(c.clusterID) }

// Limits are what the server is taken to accept. A refusal lowers them.
func (c *Client) Limits() kv.Limits { return c.limits.get() }

// Close ends the connection. A second call does nothing.
func (c *Client) Close() error {
	if c.inProcess {
		return nil
	}
	if err := c.api.Close(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("close the connection to etcd: %w", err)
	}
	return nil
}

func hexID(id uint64) string { return fmt.Sprintf("%016x", id) }

// request bounds one request by the timeout.
func (c *Client) request(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.settings.Timeout)
}
