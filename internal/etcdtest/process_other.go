//go:build !unix

package etcdtest

import (
	"errors"
	"syscall"
)

func endWithParent() *syscall.SysProcAttr { return nil }

func (p *process) pause() error { return errors.New("this system can't stop a process for a while") }

func (p *process) resume() error { return errors.New("this system can't stop a process for a while") }

func (p *process) fill() error { return errors.New("this system can't take room from a process") }
