//go:build unix && !linux

package etcdtest

import "syscall"

func endWithParent() *syscall.SysProcAttr { return nil }

// pause asks the process to stop. It may answer for a moment still.
func (p *process) pause() error { return p.cmd.Process.Signal(syscall.SIGSTOP) }

func (p *process) resume() error { return p.cmd.Process.Signal(syscall.SIGCONT) }
