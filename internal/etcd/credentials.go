package etcd

import (
	"context"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// named checks the server's certificate against one name, whatever the
// endpoint is called: the library takes the endpoint's.
type named struct {
	credentials.TransportCredentials
	name string
}

func (n named) ClientHandshake(ctx context.Context, _ string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return n.TransportCredentials.ClientHandshake(ctx, n.name, conn)
}

func (n named) Clone() credentials.TransportCredentials {
	return named{TransportCredentials: n.TransportCredentials.Clone(), name: n.name}
}

// serverName is the dial option for a name that is not the endpoint's.
func (s *settings) serverName() []grpc.DialOption {
	if s.tls == nil || s.ServerName == "" {
		return nil
	}
	return []grpc.DialOption{grpc.WithTransportCredentials(named{TransportCredentials: credentials.NewTLS(s.tls), name: s.ServerName})}
}
