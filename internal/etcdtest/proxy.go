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
	// links are the connections that there are, by their clients' ends.
	links map[net.Conn]*link
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

// link is a connection through the proxy.
type link struct {
	// late is by how much later the server hears what the client says, above 0
	// once the client is cut off.
	late time.Duration
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
	p := &Proxy{listener: l, target: u.Host, conns: map[net.Conn]bool{}, links: map[net.Conn]*link{}, cutAt: -1, done: make(chan struct{})}
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

// Strand has the server hear by d later what clients say from now on over the
// connections that there are, and cuts those under the clients after a while:
// what is on its way arrives all the same, when nobody waits for it any more.
// New connections work as before.
func (p *Proxy) Strand(while, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for client, l := range p.links {
		l.late = d
		time.AfterFunc(while, func() { _ = client.Close() })
	}
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
	clear(p.links)
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
		l := &link{}
		p.mu.Lock()
		if p.closed {
			_, _ = client.Close(), server.Close()
		} else {
			p.conns[client], p.conns[server], p.links[client] = true, true, l
		}
		p.mu.Unlock()
		p.pump(server, client, func(n int) verdict { return p.heard(l, n) })
		p.pump(client, server, func(n int) verdict { return p.said(l, n) })
	}
}

// heard is for what clients say.
func (p *Proxy) heard(l *link, n int) verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := verdict{pass: n, delay: p.delay + l.late, lingers: l.late > 0}
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
func (p *Proxy) said(l *link, n int) verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.swallow || l.late > 0 {
		n = 0
	}
	return verdict{pass: n, delay: p.delay}
}
