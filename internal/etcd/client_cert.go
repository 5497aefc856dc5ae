package etcd

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/sigilgate/sigilform/internal/fault"

	"github.com/sigilgate/sigilform/internal/failure"
)

// checksCertificates refuses a server that lets clients in without a
// certificate: it was not started with --client-cert-auth, so it would know no
// user by one.
func (s *settings) checksCertificates(ctx context.Context) error {
	for _, t := range s.targets {
		open, err := s.letsIn(ctx, t)
		if err != nil {
			return err
		}
		if open {
			return &ConnectError{
				Code: failure.EtcdRefused, Endpoint: t.url, Summary: fmt.Sprintf("The etcd member at %s does not check client certificates", t.address),
				Detail: "It accepts a connection without one, so it knows no user by a certificate.",
				Hint:   "start every member with --client-cert-auth and --trusted-ca-file, or give the users passwords: acl { auth = \"password\" }",
			}
		}
	}
	return nil
}

// ChecksCertificates refuses a cluster of which a member lets clients in
// without a certificate: it knows nobody by one.
func (c *Client) ChecksCertificates(ctx context.Context) error {
	if c.inProcess {
		return nil
	}
	return c.settings.checksCertificates(ctx)
}

// letsIn reports whether a server talks to a client without a certificate.
func (s *settings) letsIn(ctx context.Context, t target) (bool, error) {
	if !t.secure {
		return true, nil
	}
	limit, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(limit, t.network, t.address)
	if err != nil {
		return false, unreachable(t, err)
	}
	defer conn.Close() //nolint:errcheck // nothing was written that a failed close could lose
	stop := context.AfterFunc(limit, fault.Quiet(func() { _ = conn.SetDeadline(time.Unix(1, 0)) }))
	defer stop()
	bare := s.tlsFor(t)
	bare.Certificates = nil
	secured := tls.Client(conn, bare)
	if err := secured.HandshakeContext(limit); err != nil {
		return false, nil //nolint:nilerr // refused, which is what is wanted
	}
	// With TLS 1.3 the refusal shows only at the first read.
	return greet(secured) == nil, nil
}
