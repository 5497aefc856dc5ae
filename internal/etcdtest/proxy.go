package etcdtest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Proxy stands between a client and a server and loses what it is told to.
type Proxy struct {
	listener net.Listener
	target   string
	mu       sync.Mutex
	conns    map[net.Conn]bool
	// swallow drops what the server says, cutAt cuts a connection once the
	// client has said that many bytes more; below 0 never.
	swallow bool
	cutAt   int
	closed  bool
	wg      sync.WaitGroup
}

// StartProxy passes on all traffic to an endpoint until the test ends.
func StartProxy(tb testing.TB, endpoint string) *Proxy {
	tb.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		tb.Fatalf("proxy to %s: %v", endpoint, err)
	}
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("proxy to %s: %v", endpoint, err)
	}
	p := &Proxy{listener: l, target: u.Host, conns: map[net.Conn]bool{}, cutAt: -1}
	p.wg.Go(p.accept)
	tb.Cleanup(p.Close)
	return p
}

// Endpoint is where clients reach the proxy.
func (p *Proxy) Endpoint() string { return "http://" + p.listener.Addr().String() }

// SwallowReplies passes on what clients say and drops what the server says.
func (p *Proxy) SwallowReplies() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow = true
}

// CutAfter passes on n more bytes of what clients say, drops all replies from
// now on, and cuts the connections then.
func (p *Proxy) CutAfter(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow, p.cutAt = true, n
}

// Heal passes on all traffic again, of new connections too.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow, p.cutAt = false, -1
	p.dropAll()
}

// Close cuts all connections and takes no more.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	_ = p.listener.Close()
	p.dropAll()
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *Proxy) dropAll() {
	for c := range p.conns {
		_ = c.Close()
	}
	clear(p.conns)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target) //nolint:noctx // ended by closing the connection
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		if p.closed {
			_, _ = client.Close(), server.Close()
		} else {
			p.conns[client], p.conns[server] = true, true
		}
		p.mu.Unlock()
		p.wg.Go(func() { p.pump(server, client, p.heard) })
		p.wg.Go(func() { p.pump(client, server, p.said) })
	}
}

// pump copies until a side closes; pass says how much of n bytes goes on, and
// whether the connection is to be cut after them.
func (p *Proxy) pump(to io.WriteCloser, from io.ReadCloser, pass func(n int) (int, bool)) {
	defer to.Close()   //nolint:errcheck // the other side notices
	defer from.Close() //nolint:errcheck // the other side notices
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			n, cut := pass(n)
			if _, werr := to.Write(buffer[:n]); werr != nil || cut {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// heard is for what clients say.
func (p *Proxy) heard(n int) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cutAt < 0 {
		return n, false
	}
	p.cutAt -= min(n, p.cutAt)
	return n, p.cutAt == 0
}

// said is for what the server says.
func (p *Proxy) said(n int) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.swallow {
		return 0, false
	}
	return n, false
}
