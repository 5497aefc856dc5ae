package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// cmdSignalAt runs a program, sends it a signal once the journal of a network
// below SIGILFORM_ENDPOINTS has a number of steps, and checks its exit code,
// which is -1 for a killed one. Its errors are kept in the file stderr.txt.
func cmdSignalAt(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) >= 5, "signalat KEY SIGNAL STEPS CODE PROGRAM ARGS…")
	signal := map[string]syscall.Signal{"kill": syscall.SIGKILL, "int": syscall.SIGINT}[args[1]]
	steps, err := strconv.Atoi(args[2])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), verbPatience)
	defer cancel()
	client, err := dial(ctx, ts.Getenv("SIGILFORM_ENDPOINTS"))
	ts.Check(err)
	defer client.Close() //nolint:errcheck // a connection that is not needed any more
	journal := client.Watch(ctx, args[0], clientv3.WithCreatedNotify())
	<-journal

	cmd := exec.CommandContext(ctx, onPath(ts, args[4]), args[5:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environment(ts)
	var said bytes.Buffer
	cmd.Stderr = &said
	ts.Check(cmd.Start())
	for answer := range journal {
		if stepsOf(answer) >= steps {
			ts.Check(cmd.Process.Signal(signal))
			break
		}
	}
	err = cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), said.Bytes(), 0o600))
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[3] {
		ts.Fatalf("exit code %d, want %s\n%s", got, args[3], said.String())
	}
}

// stepsOf is the number of steps of the newest journal in an answer.
func stepsOf(answer clientv3.WatchResponse) int {
	steps := -1
	for _, e := range answer.Events {
		var j struct{ Steps []struct{} }
		if json.Unmarshal(e.Kv.Value, &j) == nil {
			steps = len(j.Steps)
		}
	}
	return steps
}

func onPath(ts *testscript.TestScript, program string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, program)); err == nil {
			return filepath.Join(dir, program)
		}
	}
	return program
}

// environment is the script's own.
func environment(ts *testscript.TestScript) []string {
	out := []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "SIGILFORM_") {
			continue
		}
		out = append(out, line)
	}
	for _, name := range []string{"SIGILFORM_ENDPOINTS", "SIGILFORM_ACTOR", "SIGILFORM_TIMEOUT"} {
		out = append(out, name+"="+ts.Getenv(name))
	}
	return append(out, "PATH="+ts.Getenv("PATH"))
}
