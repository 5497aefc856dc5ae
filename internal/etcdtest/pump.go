package etcdtest

import (
	"io"
	"net"
	"time"
)

// verdict is what becomes of bytes that one side said: how many are passed on
// and how much later, whether the connection is cut after them, and whether it
// outlives who said them.
type verdict struct {
	pass  int
	delay time.Duration
	cut   bool
	// lingers says that what comes late is to be heard all the same.
	lingers bool
}

// chunk is what waits to be passed on.
type chunk struct {
	data []byte
	due  time.Time
}

// inFlight is how many chunks of one direction may be held back; then the
// sender has to wait, as it has to for a full line.
const inFlight = 1024

// pump copies one direction until a side closes. It reads on while it holds
// back, so that a delay makes the line longer and not narrower.
func (p *Proxy) pump(to io.WriteCloser, from net.Conn, judge func(n int) verdict) {
	queue, gone := make(chan chunk, inFlight), make(chan struct{})
	p.wg.Go(func() {
		defer close(queue)
		defer p.forget(from)
		p.listen(from, queue, gone, judge)
	})
	p.wg.Go(func() {
		defer close(gone)
		defer to.Close() //nolint:errcheck // the other side notices
		p.speak(to, queue)
	})
}

// listen queues what one side says until it closes or is to be cut.
func (p *Proxy) listen(from io.Reader, queue chan<- chunk, gone <-chan struct{}, judge func(n int) verdict) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			v := judge(n)
			select {
			case queue <- chunk{data: append([]byte(nil), buffer[:v.pass]...), due: time.Now().Add(v.delay)}:
			case <-gone:
				return
			}
			if v.cut {
				return
			}
		}
		if err != nil {
			linger(queue, gone, judge(0))
			return
		}
	}
}

// lingering is for how long a line stays open behind what comes late over it.
const lingering = time.Second

// linger keeps a line open until what comes late over it was heard: a server
// gives up what it was asked over a line that closes.
func linger(queue chan<- chunk, gone <-chan struct{}, v verdict) {
	if !v.lingers {
		return
	}
	select {
	case queue <- chunk{due: time.Now().Add(v.delay + lingering)}:
	case <-gone:
	}
}

// speak passes on each chunk once it is due, and what waits when the proxy
// closes not at all.
func (p *Proxy) speak(to io.Writer, queue <-chan chunk) {
	for c := range queue {
		due := time.NewTimer(time.Until(c.due))
		select {
		case <-due.C:
		case <-p.done:
			due.Stop()
			return
		}
		if len(c.data) == 0 {
			continue // to whoever is gone nothing is said
		}
		if _, err := to.Write(c.data); err != nil {
			return
		}
	}
}

func (p *Proxy) forget(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = c.Close()
	delete(p.conns, c)
	delete(p.links, c)
}
