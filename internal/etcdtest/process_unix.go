//go:build unix && !linux

package etcdtest

import (
	"errors"
	"syscall"
)

func endWithParent() *syscall.SysProcAttr { return nil }

// pause asks the process to stop. It may answer for a moment still.
func (p *process) pause() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

func (p *process) resume() error { return p.cmd.Process.Signal(syscall.SIGCONT) }

func (p *process) fill() error { return errors.New("this system can't take room from a process") }
