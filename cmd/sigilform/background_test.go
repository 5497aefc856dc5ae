package main

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// runningKey holds the programs that a script runs beside itself, by name.
type runningKey struct{}

// cmdBeside runs a program beside the script. What it says goes to the files
// NAME.out and NAME.err.
func cmdBeside(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) >= 2, "beside NAME PROGRAM ARGS…")
	out, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	defer out.Close() //nolint:errcheck // the program has its own
	said, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)
	defer said.Close() //nolint:errcheck // the program has its own
	cmd := exec.Command(onPath(ts, args[1]), args[2:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), environment(ts), out, said
	ts.Check(cmd.Start())
	ts.Value(runningKey{}).(map[string]*exec.Cmd)[args[0]] = cmd
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
}

// cmdEnd sends a program a signal and checks the exit code with which it ends.
func cmdEnd(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 3, "end NAME int|term CODE")
	signal := map[string]syscall.Signal{"int": syscall.SIGINT, "term": syscall.SIGTERM}[args[1]]
	cmd := ts.Value(runningKey{}).(map[string]*exec.Cmd)[args[0]]
	ts.Check(cmd.Process.Signal(signal))
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Check(err)
	}
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != args[2] {
		ts.Fatalf("%s: exit code %d, want %s\n%s", args[0], got, args[2], ts.ReadFile(args[0]+".err"))
	}
}

// cmdAwaitText waits until a file is there and has so many places that match, or
// more.
func cmdAwaitText(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 3, "awaittext FILE COUNT REGEXP")
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	pattern, err := regexp.Compile("(?m)" + args[2])
	ts.Check(err)
	tick := time.NewTicker(awaitEvery)
	defer tick.Stop()
	limit := time.NewTimer(verbPatience)
	defer limit.Stop()
	for {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && len(pattern.FindAllString(string(text), -1)) >= want {
			return
		}
		select {
		case <-tick.C:
		case <-limit.C:
			ts.Fatalf("%s has not %d times %s (%v):\n%s", args[0], want, args[2], err, text)
		}
	}
}
