package etcdtest

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// through is a client of a server behind a proxy.
func through(t *testing.T, p *Proxy) *clientv3.Client {
	t.Helper()
	api := dial(t, Options{}, p.Endpoint())
	t.Cleanup(func() { _ = api.Close() })
	return api
}

// echo is the endpoint of a server that says what it hears.
func echo(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func connect(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.Endpoint(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatalf("say %q: %v", text, err)
	}
}

func hear(t *testing.T, c net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("heard %q (%v), want %q", got, err, want)
	}
}

func TestProxyDelaysAndKeepsTheOrder(t *testing.T) {
	t.Parallel()
	p := StartProxy(t, echo(t))
	c := connect(t, p)
	say(t, c, "a")
	hear(t, c, "a") // what is judged from here on is said from here on
	const delay = 200 * time.Millisecond
	p.Delay(delay)
	from := time.Now()
	say(t, c, "b")
	say(t, c, "c")
	hear(t, c, "bc")
	if took := time.Since(from); took < 2*delay {
		t.Errorf("there and back took %s, less than twice %s", took, delay)
	}
	say(t, c, "d")
	p.Delay(0)
	say(t, c, "e")
	hear(t, c, "de")
}

func TestProxyDelaysAServer(t *testing.T) {
	t.Parallel()
	s := Start(t)
	p := StartProxy(t, s.Endpoint())
	api := through(t, p)
	if _, err := api.Put(t.Context(), "/a", "1"); err != nil {
		t.Fatal(err)
	}
	p.Delay(100 * time.Millisecond)
	from := time.Now()
	if _, err := api.Put(t.Context(), "/b", "1"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(from); took < 200*time.Millisecond {
		t.Errorf("a put took %s through a line of 100 ms", took)
	}
}

func TestProxyBlackholeStaysOpen(t *testing.T) {
	t.Parallel()
	s := Start(t)
	p := StartProxy(t, s.Endpoint())
	api := through(t, p)
	if _, err := api.Put(t.Context(), "/a", "1"); err != nil {
		t.Fatal(err)
	}
	p.Blackhole()
	limit, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	if _, err := api.Put(limit, "/b", "1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a put into the hole: %v, want that time ran out", err)
	}
	c := connect(t, p)
	say(t, c, "anyone?")
	if err := c.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection into the hole says %d bytes, %v; it has to stay open and silent", n, err)
	}
	p.Heal()
	// The old connection is cut under whoever uses it, and a put is not sent twice.
	if _, err := through(t, p).Put(t.Context(), "/c", "1"); err != nil {
		t.Errorf("after healing: %v", err)
	}
	if got := strings.Join(s.Keys(t, "/"), " "); got != "/a /c" {
		t.Errorf("the server holds %s, want /a /c", got)
	}
}

func TestProxyCutsOnce(t *testing.T) {
	t.Parallel()
	p := StartProxy(t, echo(t))
	c, d := connect(t, p), connect(t, p)
	for _, c := range []net.Conn{c, d} {
		say(t, c, "a")
		hear(t, c, "a")
	}
	p.CutAll()
	for _, c := range []net.Conn{c, d} {
		if err := c.SetReadDeadline(time.Now().Add(startTimeout)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the connection is not cut: %v", err)
		}
	}
	e := connect(t, p)
	say(t, e, "b")
	hear(t, e, "b")
}

// TestProxyStrands: what was on its way when a client was cut off arrives when
// nobody waits for it any more, and what is said over a new connection before.
func TestProxyStrands(t *testing.T) {
	t.Parallel()
	s := Start(t)
	p := StartProxy(t, s.Endpoint())
	api := through(t, p)
	if _, err := api.Put(t.Context(), "/a", "1"); err != nil {
		t.Fatal(err)
	}
	p.Strand(100*time.Millisecond, time.Second)
	if _, err := api.Put(t.Context(), "/late", "1"); err == nil {
		t.Fatal("whoever was cut off has an answer")
	}
	if _, err := through(t, p).Put(t.Context(), "/b", "1"); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.Keys(t, "/"), " "); got != "/a /b" {
		t.Errorf("before it is late there are %s", got)
	}
	awaitKey(t, s, "/late")
}

// awaitKey waits until a key is there.
func awaitKey(t *testing.T, s *Server, key string) {
	t.Helper()
	limit, stop := context.WithTimeout(t.Context(), startTimeout)
	defer stop()
	for answer := range s.Client().Watch(limit, key, clientv3.WithRev(1)) {
		if len(answer.Events) > 0 {
			return
		}
	}
	t.Errorf("%s never came", key)
}
