package apply_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// applierVariable makes TestApplierProcess the process that is killed: the
// endpoint, the commit at which it dies, and whether before or after it.
const applierVariable = "SIGILFORM_TEST_APPLIER"

// TestKilledAtEveryCommit runs the apply in a process of its own that is ended
// by SIGKILL before or after one of its commits, and recovers.
func TestKilledAtEveryCommit(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			// The first commit is the try to do it in one transaction: not sent.
			for at := 2; ; at += stride() {
				w := newTown(t)
				if !killed(t, w, at, when) {
					if at < 6 {
						t.Errorf("the apply has only %d commits", at)
					}
					w.isNew(t)
					return
				}
				w.recovered(t, fmt.Errorf("killed %s commit %d", when, at))
			}
		})
	}
}

// killed runs the apply and reports whether it came to its death. Otherwise it
// came to its end.
func killed(t *testing.T, w *town, at int, when string) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, "-test.run=^TestApplierProcess$", "-test.count=1")
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s", applierVariable, w.config.Endpoints[0], at, when))
	output, err := c.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() && s.Signal() == syscall.SIGKILL {
			return true
		}
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return false
}

// TestApplierProcess is the process that is killed. On its own it has nothing
// to do.
func TestApplierProcess(t *testing.T) {
	words := strings.Fields(os.Getenv(applierVariable))
	if len(words) != 3 {
		return
	}
	at, err := strconv.Atoi(words[1])
	if err != nil {
		t.Fatal(err)
	}
	w := &town{config: etcd.Config{Endpoints: words[:1]}}
	w.client = w.connect(t, narrow())
	die := func(n int) bool {
		if n == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return false
	}
	w.faults = &etcdtest.Faults{Store: w.client}
	if words[2] == "before" {
		w.faults.BeforeCommit = func(n int, _ kv.Txn) error { die(n); return nil }
	} else {
		w.faults.LoseReply = func(n int, _ kv.Txn, _ kv.Result) bool { return die(n) }
	}
	if _, err := apply.Run(t.Context(), w.faults, w.plan(t, w.client, newNetwork(t)), w.options("second")); err != nil {
		t.Fatal(err)
	}
}
