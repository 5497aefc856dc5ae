package etcdtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// process is a member that runs. It can't outlive this one: where the parent
// is gone its stdin ends, and on Linux the kernel kills it, paused or not.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	output bytes.Buffer // what it complained of; to be read once it is done
	// serving is closed when the member serves, done when the process is gone.
	serving, done chan struct{}
}

// launch starts a member and returns as soon as the process exists.
func launch(ctx context.Context, b blueprint) (*process, error) {
	if binary := Binary(); binary != "" {
		return launchProgram(ctx, binary, b)
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{serving: make(chan struct{}), done: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), exe) //nolint:gosec // this very program
	p.cmd.Env = append(os.Environ(), MemberVariable+"="+string(text))
	p.cmd.Stdout = &announcement{want: readyLine, heard: sync.OnceFunc(func() { close(p.serving) })}
	return p, p.start()
}

// start starts the process.
func (p *process) start() (err error) {
	p.cmd.Stderr = &p.output
	p.cmd.SysProcAttr = endWithParent()
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	started := make(chan error)
	go p.run(started)
	return <-started
}

// run starts the process and waits for its end on one thread: the kernel takes
// the end of the thread that started a process for that of its parent.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err == nil {
		_ = p.cmd.Wait()
	}
	close(p.done)
}

// awaitServing returns once the member serves.
func (p *process) awaitServing(ctx context.Context) error {
	limit, stop := context.WithTimeout(ctx, startTimeout)
	defer stop()
	select {
	case <-p.serving:
		return nil
	case <-p.done:
		return fmt.Errorf("the process ended (%s): %s", p.cmd.ProcessState, bytes.TrimSpace(p.output.Bytes()))
	case <-limit.Done():
		return fmt.Errorf("the process did not serve within %s: %w", startTimeout, limit.Err())
	}
}

// awaitEnd returns once the process is gone, or had the time for it.
func (p *process) awaitEnd() {
	limit := time.NewTimer(startTimeout)
	defer limit.Stop()
	select {
	case <-p.done:
	case <-limit.C:
	}
}

// kill ends the process at once, also a paused one, and waits until it is gone.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	limit := time.NewTimer(startTimeout)
	defer limit.Stop()
	select {
	case <-p.done:
		return nil
	case <-limit.C:
		return fmt.Errorf("process %d still runs %s after it was killed", p.cmd.Process.Pid, startTimeout)
	}
}

// announcement waits for a line among what is written to it.
type announcement struct {
	want  string
	heard func()
	text  []byte
}

// Write never fails.
func (a *announcement) Write(b []byte) (int, error) {
	a.text = append(a.text, b...)
	if bytes.Contains(a.text, []byte(a.want)) {
		a.heard()
	}
	return len(b), nil
}
