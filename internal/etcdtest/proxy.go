package etcdtest

import (
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Proxy stands between a client and a server and loses what it is told to.
type Proxy struct {
	listener net.Listener
	target   string
	mu       sync.Mutex
	conns    map[net.Conn]bool
	// swallow drops what the server says, deafen what the client says, cutAt
	// cuts a connection once the client has said that many bytes more; below 0
	// never.
	swallow, deafen bool
	cutAt           int
	// delay holds back what either side says.
	delay  time.Duration
	closed bool
	done   chan struct{}
	wg     sync.WaitGroup
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
	p := &Proxy{listener: l, target: u.Host, conns: map[net.Conn]bool{}, cutAt: -1, done: make(chan struct{})}
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

// Blackhole drops what either side says and leaves all connections open; new
// ones are taken too. Neither side can tell it from a peer that is slow.
func (p *Proxy) Blackhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow, p.deafen = true, true
}

// Delay holds back by d what either side says from now on. The order is kept:
// nothing overtakes what was held back longer.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// CutAfter passes on n more bytes of what clients say, drops all replies from
// now on, and cuts the connections then.
func (p *Proxy) CutAfter(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow, p.cutAt = true, n
}

// CutAll cuts the connections that there are. New ones work.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropAll()
}

// Retarget passes on to another endpoint from now on, as a name that is given
// to another machine does. Open connections are cut.
func (p *Proxy) Retarget(tb testing.TB, endpoint string) {
	tb.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		tb.Fatalf("proxy to %s: %v", endpoint, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = u.Host
	p.dropAll()
}

// Heal passes on all traffic again, of new connections too.
func (p *Proxy) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow, p.deafen, p.cutAt, p.delay = false, false, -1, 0
	p.dropAll()
}

// Close cuts all connections and takes no more.
func (p *Proxy) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.done)
	}
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
		p.mu.Lock()
		target := p.target
		p.mu.Unlock()
		server, err := net.Dial("tcp", target) //nolint:noctx // ended by closing the connection
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
		p.pump(server, client, p.heard)
		p.pump(client, server, p.said)
	}
}

// heard is for what clients say.
func (p *Proxy) heard(n int) verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := verdict{pass: n, delay: p.delay}
	if p.deafen {
		v.pass = 0
	}
	if p.cutAt >= 0 {
		p.cutAt -= min(n, p.cutAt)
		v.cut = p.cutAt == 0
	}
	return v
}

// said is for what the server says.
func (p *Proxy) said(n int) verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.swallow {
		n = 0
	}
	return verdict{pass: n, delay: p.delay}
}
