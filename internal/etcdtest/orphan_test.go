package etcdtest

import (
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// TestMembersEndWithTheirParent kills the process that started a member, which
// has no time to clean up.
func TestMembersEndWithTheirParent(t *testing.T) {
	t.Parallel()
	standings := []string{"serving"}
	if runtime.GOOS == "linux" {
		// A paused member does not see that its stdin ended: the kernel ends it.
		standings = append(standings, "paused")
	}
	for _, standing := range standings {
		t.Run(standing, func(t *testing.T) {
			t.Parallel()
			b := alone(t)
			kill := startParent(t, b, standing)
			if refused(t, b) {
				t.Fatal("the member does not listen")
			}
			kill()
			awaitGone(t, b)
		})
	}
}

// TestMemberEndsWithItsInput: where the kernel does not see to it, the end of
// stdin tells a member that its parent is gone.
func TestMemberEndsWithItsInput(t *testing.T) {
	t.Parallel()
	p, err := launch(t.Context(), alone(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.kill() })
	if err := p.awaitServing(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.done:
		if !p.cmd.ProcessState.Success() {
			t.Errorf("the member ended with %s: %s", p.cmd.ProcessState, p.output.String())
		}
	case <-time.After(startTimeout):
		t.Fatal("the member still runs")
	}
}

// TestMemberSaysWhyItEnds: a port that is taken is told to whoever starts it.
func TestMemberSaysWhyItEnds(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it only takes the port
	b := alone(t)
	b.Client = "http://" + l.Addr().String()
	p, err := launch(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.kill() })
	if err := p.awaitServing(t.Context()); !inUse(err) {
		t.Errorf("got %v, want an error that says that the port is taken", err)
	}
}

// alone is the blueprint of a cluster of one.
func alone(t *testing.T) blueprint {
	t.Helper()
	b := newBlueprint("alone", t.TempDir(), Options{})
	client, peer := freeURL(t, "http"), freeURL(t, "http")
	b.Client, b.Peer, b.Token, b.InitialCluster = client.String(), peer.String(), peer.Host, "alone="+peer.String()
	return b
}

// startParent returns once the parent's member stands as it should.
func startParent(t *testing.T, b blueprint, standing string) (kill func()) {
	t.Helper()
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = append(os.Environ(), parentVariable+"="+standing, "SIGILFORM_TEST_BLUEPRINT="+string(text))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, len(readyLine))
	if _, err := out.Read(line); err != nil || string(line) != readyLine {
		_ = c.Process.Kill()
		t.Fatalf("the parent said %q: %v", line, err)
	}
	return func() {
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
	}
}

// refused says whether nobody listens at the member's endpoint: also a paused
// process listens, only a dead one does not.
func refused(t *testing.T, b blueprint) bool {
	t.Helper()
	u, err := url.Parse(b.Client)
	if err != nil {
		t.Fatal(err)
	}
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", u.Host)
	if err == nil {
		_ = c.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

func awaitGone(t *testing.T, b blueprint) {
	t.Helper()
	limit := time.After(startTimeout)
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for !refused(t, b) {
		select {
		case <-again.C:
		case <-limit:
			t.Fatalf("the member still listens %s after its parent died", startTimeout)
		}
	}
}
