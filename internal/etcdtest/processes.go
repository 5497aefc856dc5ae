package etcdtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Processes is a real cluster whose members are processes of their own, so that
// each can be killed or paused as a machine fails: without a word to anybody.
// The package that starts one needs a TestMain with [Main] or [RunMember].
//
// All methods may be called at any time, but as every call that can fail a test
// only from the test's own goroutine.
type Processes struct {
	options    Options
	blueprints []blueprint

	mu      sync.Mutex
	members []*process // nil where killed
	paused  []bool
}

// StartProcesses runs n members and waits until all of them serve. They are
// gone when the test ends, or its process does.
func StartProcesses(tb testing.TB, n int, o Options) *Processes {
	tb.Helper()
	for try := 0; ; try++ {
		c, err := tryProcesses(tb, n, o)
		if err == nil {
			tb.Cleanup(func() {
				if err := c.killAll(); err != nil {
					tb.Errorf("end the cluster: %v", err)
				}
			})
			return c
		}
		if !inUse(err) || try == bindTries {
			tb.Fatalf("start a cluster of %d processes: %v", n, err)
		}
	}
}

func tryProcesses(tb testing.TB, n int, o Options) (*Processes, error) {
	tb.Helper()
	c := &Processes{options: o, blueprints: make([]blueprint, n), members: make([]*process, n), paused: make([]bool, n)}
	initial, token := make([]string, n), rand.Text()
	for i := range n {
		client, peer := freeURL(tb, scheme(o)), freeURL(tb, "http")
		b := newBlueprint(fmt.Sprintf("m%d", i), tb.TempDir(), o)
		b.Client, b.Peer, b.Token = client.String(), peer.String(), token
		if Binary() != "" {
			metrics := freeURL(tb, "http")
			b.Metrics = metrics.String()
		}
		initial[i] = b.Name + "=" + b.Peer
		c.blueprints[i] = b
	}
	err := error(nil)
	for i := range n {
		c.blueprints[i].InitialCluster = strings.Join(initial, ",")
		p, failed := launch(tb.Context(), c.blueprints[i])
		if failed != nil {
			err = failed
			break
		}
		c.members[i] = p
	}
	for _, p := range c.members {
		if err == nil {
			err = p.awaitServing(tb.Context())
		}
	}
	if err != nil {
		_ = c.killAll()
		return nil, err
	}
	return c, nil
}

// Endpoints are those of all members, whatever their condition.
func (c *Processes) Endpoints() []string {
	out := make([]string, 0, len(c.blueprints))
	for i := range c.blueprints {
		out = append(out, c.Endpoint(i))
	}
	return out
}

// Endpoint is that of one member.
func (c *Processes) Endpoint(i int) string { return c.blueprints[i].Client }

// Running lists the members that are neither killed nor paused.
func (c *Processes) Running() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []int
	for i, p := range c.members {
		if p != nil && !c.paused[i] {
			out = append(out, i)
		}
	}
	return out
}

// Kill ends a member as a loss of power does and returns once it is gone.
func (c *Processes) Kill(tb testing.TB, i int) {
	tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members[i] == nil {
		tb.Fatalf("kill member %d: it is killed already", i)
	}
	if err := c.members[i].kill(); err != nil {
		tb.Fatalf("kill member %d: %v", i, err)
	}
	c.members[i], c.paused[i] = nil, false
}

// Pause stops a member where it stands: its connections stay open and nobody
// answers on them.
func (c *Processes) Pause(tb testing.TB, i int) {
	tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members[i] == nil || c.paused[i] {
		tb.Fatalf("pause member %d: it does not run", i)
	}
	if err := c.members[i].pause(); err != nil {
		tb.Fatalf("pause member %d: %v", i, err)
	}
	c.paused[i] = true
}

// Resume lets a paused member go on.
func (c *Processes) Resume(tb testing.TB, i int) {
	tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members[i] == nil || !c.paused[i] {
		tb.Fatalf("resume member %d: it is not paused", i)
	}
	if err := c.members[i].resume(); err != nil {
		tb.Fatalf("resume member %d: %v", i, err)
	}
	c.paused[i] = false
}

// Fill lets a member find its disk full: not a byte that it writes gets there any
// more. It gives up at its next write, and Fill returns once it is gone; then it
// is killed, and its disk has room when it is restarted.
func (c *Processes) Fill(tb testing.TB, i int) {
	tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members[i] == nil || c.paused[i] {
		tb.Fatalf("fill the disk of member %d: it does not run", i)
	}
	if err := c.members[i].fill(); err != nil {
		tb.Fatalf("fill the disk of member %d: %v", i, err)
	}
	c.members[i].awaitEnd()
	if err := c.members[i].kill(); err != nil {
		tb.Fatalf("kill member %d: %v", i, err)
	}
	c.members[i] = nil
}

// Restart runs a killed member again, with what it had written, and returns
// once it serves. That takes a quorum: see [Processes.RestartAll].
func (c *Processes) Restart(tb testing.TB, i int) {
	tb.Helper()
	c.RestartAll(tb, i)
}

// RestartAll runs killed members again at the same time and returns once all
// of them serve.
func (c *Processes) RestartAll(tb testing.TB, members ...int) {
	tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range members {
		if c.members[i] != nil {
			tb.Fatalf("restart member %d: it was not killed", i)
		}
		c.relaunch(tb, i)
	}
	for _, i := range members {
		for try := 0; ; try++ {
			err := c.members[i].awaitServing(tb.Context())
			if err == nil {
				break
			}
			_ = c.members[i].kill()
			// A connection of another program may stand on the port for a moment.
			if !inUse(err) || try == bindTries {
				c.members[i] = nil
				tb.Fatalf("restart member %d: %v", i, err)
			}
			c.relaunch(tb, i)
		}
	}
}

func (c *Processes) relaunch(tb testing.TB, i int) {
	tb.Helper()
	p, err := launch(tb.Context(), c.blueprints[i])
	if err != nil {
		tb.Fatalf("restart member %d: %v", i, err)
	}
	c.members[i] = p
}

func (c *Processes) killAll() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first error
	for i, p := range c.members {
		if p == nil {
			continue
		}
		if err := p.kill(); err != nil && first == nil {
			first = err
		}
		c.members[i] = nil
	}
	return first
}

// Client is a client of the given members, or of all that run where none is
// given. It ends with the test.
func (c *Processes) Client(tb testing.TB, members ...int) *clientv3.Client {
	tb.Helper()
	api := c.dial(tb, members)
	tb.Cleanup(func() { _ = api.Close() })
	return api
}

// Verbs reach the given members, or all that run where none is given.
func (c *Processes) Verbs(tb testing.TB, members ...int) Verbs {
	tb.Helper()
	return Verbs{api: c.Client(tb, members...)}
}

func (c *Processes) dial(tb testing.TB, members []int) *clientv3.Client {
	tb.Helper()
	if len(members) == 0 {
		members = c.Running()
	}
	endpoints := make([]string, 0, len(members))
	for _, i := range members {
		endpoints = append(endpoints, c.Endpoint(i))
	}
	return dial(tb, c.options, endpoints...)
}

// withClient asks within a limit of time, so that a member that does not answer
// is asked again instead of waited for.
func (c *Processes) withClient(tb testing.TB, i int, ask func(context.Context, *clientv3.Client) error) error {
	tb.Helper()
	api := c.dial(tb, []int{i})
	defer api.Close() //nolint:errcheck // a connection that only asked
	limit, stop := context.WithTimeout(tb.Context(), askTimeout)
	defer stop()
	return ask(limit, api)
}
