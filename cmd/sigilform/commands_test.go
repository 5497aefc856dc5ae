package main

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// cmdCluster starts another cluster and keeps its endpoint in a variable.
func cmdCluster(t *testing.T) func(*testscript.TestScript, bool, []string) {
	t.Helper()
	return func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, neg, len(args) == 1, "cluster VARIABLE")
		ts.Setenv(args[0], etcdtest.Start(scriptTB{t, ts}).Endpoint())
	}
}

// cmdCode runs a program and checks its exit code to the number.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) >= 2, "code N PROGRAM ARGS…")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		exit, ok := err.(*exec.ExitError) //nolint:errorlint // testscript returns it as it is
		if !ok {
			ts.Fatalf("%s: %v", fields(args[1:]), err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s: exit code %d, want %d", fields(args[1:]), got, want)
	}
}

// cmdHostile keeps an endpoint in a variable where somebody listens and says
// nothing, or nobody listens.
func cmdHostile(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 2 && (args[0] == "silent" || args[0] == "closed"), "hostile silent|closed VARIABLE")
	l, err := listen(context.Background())
	ts.Check(err)
	ts.Setenv(args[1], "http://"+l.Addr().String())
	if args[0] == "closed" {
		ts.Check(l.Close())
		return
	}
	ts.Defer(func() { _ = l.Close() }) // connections wait in its queue, never answered
}

// cmdLarge writes a file of one line of so many bytes.
func cmdLarge(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 2, "large BYTES FILE")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Repeat("x", n)), 0o600))
}

// awaitEvery is how often a file is looked for.
const awaitEvery = 10 * time.Millisecond

// cmdAwaitFile waits until a file has something in it.
func cmdAwaitFile(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 1, "awaitfile FILE")
	tick := time.NewTicker(awaitEvery)
	defer tick.Stop()
	limit := time.NewTimer(verbPatience)
	defer limit.Stop()
	for {
		info, err := os.Stat(ts.MkAbs(args[0]))
		if err == nil && info.Size() > 0 {
			return
		}
		select {
		case <-tick.C:
		case <-limit.C:
			ts.Fatalf("%s is not there", args[0])
		}
	}
}
