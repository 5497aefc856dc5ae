package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sigilgate/sigilform/internal/embedded"
)

// verbPatience is far above what any verb takes.
const verbPatience = 60 * time.Second

// onServer runs a verb on the server that the script's commands use: the named
// one, the one that `sigilform dev` runs in the current folder, or the embedded
// one.
func onServer(ts *testscript.TestScript, name string, neg bool, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), verbPatience)
	defer cancel()
	endpoint := ts.Getenv("SIGILFORM_ENDPOINTS")
	if endpoint == "" {
		endpoint, _ = embedded.Endpoint(ctx, ts.MkAbs("."))
	}
	if endpoint == "" {
		return inChild(ctx, ts, name, neg, args)
	}
	client, err := dial(ctx, endpoint)
	if err != nil {
		return "", err
	}
	defer client.Close() //nolint:errcheck // a connection that is not needed any more
	return verbs()[name](ctx, client, neg, args)
}

// verbProgram is the name under which this binary runs a verb on the embedded
// server of a folder. It is a process of its own: the tests start processes all
// the time, and each inherits this one's locks for the moment until it is
// another program.
const verbProgram = "etcdverb"

func inChild(ctx context.Context, ts *testscript.TestScript, name string, neg bool, args []string) (string, error) {
	if neg {
		name = "!" + name
	}
	cmd := child(ctx, ts, append([]string{name}, args...)...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, said.String())
	}
	return out.String(), nil
}

func child(ctx context.Context, ts *testscript.TestScript, args ...string) *exec.Cmd {
	program := verbProgram
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, verbProgram)); err == nil {
			program = filepath.Join(dir, verbProgram)
			break
		}
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), append(os.Environ(), "PATH="+ts.Getenv("PATH"))
	return cmd
}

// verbMain is the child's main.
func verbMain() {
	if err := verbInFolder(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func verbInFolder(name string, args []string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), verbPatience)
	defer cancel()
	s, err := embedded.Start(ctx, embedded.Options{Dir: ".", Wait: verbPatience, Command: "a test"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if name == "hold" {
		if _, err := fmt.Fprintln(os.Stdout, "held"); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	}
	neg := name[0] == '!'
	if neg {
		name = name[1:]
	}
	text, err := verbs()[name](ctx, s.Client(), neg, args)
	if err == nil {
		_, err = io.WriteString(os.Stdout, text)
	}
	return err
}

// holding is the process that holds the folder of the embedded server.
type holding struct{ release func() error }

// cmdHold holds the current folder's embedded server as another process does.
func cmdHold(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 0, "hold")
	cmd := child(context.Background(), ts, "hold")
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	released := false
	release := func() error {
		if released {
			return nil
		}
		released = true
		return errors.Join(in.Close(), cmd.Wait())
	}
	ts.Value(holdKey{}).(*holding).release = release
	ts.Defer(func() { _ = release() })
}

// cmdRelease releases what was held.
func cmdRelease(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 0, "release")
	ts.Check(ts.Value(holdKey{}).(*holding).release())
}
