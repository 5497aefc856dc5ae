package etcd

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/fault"
)

// hello is what an HTTP/2 client says first: the preface and empty settings.
const hello = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"

// settingsFrame is the type byte of the frame that an HTTP/2 server answers with.
const settingsFrame = 4

var (
	errNotHTTP2 = errors.New("what listens there does not speak HTTP/2")
	errSilent   = errors.New("what listens there closed the connection without a word")
)

// probe finds out whether an HTTP/2 server answers at t, and if not why: the
// client library says little more than "unavailable". It writes nothing.
func (s *settings) probe(ctx context.Context, t target) error {
	conn, err := new(net.Dialer).DialContext(ctx, t.network, t.address)
	if err != nil {
		return unreachable(t, err)
	}
	defer conn.Close() //nolint:errcheck // nothing was written that a failed close could lose
	stop := context.AfterFunc(ctx, fault.Quiet(func() { _ = conn.SetDeadline(time.Unix(1, 0)) }))
	defer stop()
	if t.secure {
		return s.probeTLS(ctx, t, conn)
	}
	err = greet(conn)
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil && speaksTLS(ctx, t):
		return tlsNeeded(t)
	case errors.Is(err, errNotHTTP2) || errors.Is(err, errSilent):
		return notEtcd(t, err)
	default:
		return unreachable(t, err)
	}
}

func (s *settings) probeTLS(ctx context.Context, t target, conn net.Conn) error {
	secured := tls.Client(conn, s.tlsFor(t))
	if err := secured.HandshakeContext(ctx); err != nil {
		if isEOF(err) && speaksPlain(ctx, t) {
			return notTLS(t, err)
		}
		return s.explainTLS(t, err)
	}
	// With TLS 1.3 a refused client certificate shows only at the first read.
	err := greet(secured)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNotHTTP2) || errors.Is(err, errSilent):
		return notEtcd(t, err)
	default:
		return s.explainTLS(t, err)
	}
}

func (s *settings) tlsFor(t target) *tls.Config {
	c := s.tls.Clone()
	if c.ServerName == "" {
		c.ServerName = t.host
	}
	c.NextProtos = []string{"h2"}
	return c
}

func greet(conn net.Conn) error {
	if _, err := conn.Write([]byte(hello)); err != nil {
		return err
	}
	head, err := bufio.NewReader(conn).Peek(9)
	if len(head) >= 4 && head[3] == settingsFrame {
		return nil
	}
	if len(head) > 0 {
		return errNotHTTP2
	}
	if isEOF(err) {
		return errSilent
	}
	return err
}

func isEOF(err error) bool {
	return err != nil && (strings.HasSuffix(err.Error(), "EOF") || strings.Contains(err.Error(), "connection reset by peer"))
}

// speaksTLS asks a server that did not understand plain HTTP/2.
func speaksTLS(ctx context.Context, t target) bool {
	conn, err := new(net.Dialer).DialContext(ctx, t.network, t.address)
	if err != nil {
		return false
	}
	defer conn.Close() //nolint:errcheck // nothing was written that a failed close could lose
	err = tls.Client(conn, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.host}).HandshakeContext(ctx)
	var untrusted *tls.CertificateVerificationError
	_, alerted := alertOf(err)
	return err == nil || errors.As(err, &untrusted) || alerted
}

// speaksPlain asks a server that hung up on a TLS greeting.
func speaksPlain(ctx context.Context, t target) bool {
	conn, err := new(net.Dialer).DialContext(ctx, t.network, t.address)
	if err != nil {
		return false
	}
	defer conn.Close() //nolint:errcheck // nothing was written that a failed close could lose
	stop := context.AfterFunc(ctx, fault.Quiet(func() { _ = conn.SetDeadline(time.Unix(1, 0)) }))
	defer stop()
	return greet(conn) == nil
}
