package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestOneInterruptEndsReading: whatever a command waits for, one Ctrl-C ends it,
// with the code that says so.
func TestOneInterruptEndsReading(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "n.hcl", "network \"n\" {}\ncore \"a\" {\n  ip = \"192.0.2.1\"\n}\n")
	plain, secure := "--endpoints=http://127.0.0.1:1", "--endpoints=https://127.0.0.1:1"
	for _, args := range [][]string{
		{"validate", "--var-file", "PIPE", "n.hcl"},
		{"plan", "--snapshot", "PIPE", "n.hcl"},
		{"plan", secure, "--cacert", "PIPE", "n.hcl"},
		{"plan", secure, "--cert", "PIPE", "--key", "n.hcl", "n.hcl"},
		{"status", plain, "--user", "a", "--password-file", "PIPE", "n.hcl"},
		{"plan", "--out", "x.sigilplan", "--encrypt-to", "@PIPE", "n.hcl"},
		{"show", "PIPE"},
		{"drift", "--webhook", "https://127.0.0.1:1", "--webhook-secret-file", "PIPE", "n.hcl"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			pipe := filepath.Join(t.TempDir(), "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			c, said := begin(t, dir, strings.Split(strings.ReplaceAll(strings.Join(args, "\n"), "PIPE", pipe), "\n"))
			writer := readBy(t, pipe)
			defer writer.Close() //nolint:errcheck // nothing is written
			endsAtOnce(t, c, said, syscall.SIGINT, 130)
		})
	}
}

// TestInterruptEndsInput: standard input is waited for no longer either.
func TestInterruptEndsInput(t *testing.T) {
	t.Parallel()
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		c := program(t, t.TempDir(), []string{"fmt", "-"})
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close() //nolint:errcheck // its reader is gone
		said := &bytes.Buffer{}
		c.Stderr = said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		// More than a pipe holds: where it is written, it is being read.
		if _, err := io.WriteString(in, strings.Repeat("# a comment\n", 1<<16)); err != nil {
			t.Fatal(err)
		}
		endsAtOnce(t, c, said, signal, code)
	}
}

// program is the program in a folder, with an environment that names nothing.
func program(t *testing.T, dir string, args []string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sigilform", args...)
	c.Dir, c.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + os.TempDir(), "SIGILFORM_ACTOR=t"}
	return c
}

func begin(t *testing.T, dir string, args []string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	c, said := program(t, dir, args), &bytes.Buffer{}
	c.Stderr = said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, said
}

// readBy is the other end of a pipe, once somebody reads it.
func readBy(t *testing.T, pipe string) *os.File {
	t.Helper()
	for until := time.Now().Add(damagePatience); ; <-time.After(time.Millisecond) {
		f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		switch {
		case err == nil:
			return f
		case !errors.Is(err, syscall.ENXIO) || time.Now().After(until):
			t.Fatal(err)
		}
	}
}

// endsAtOnce sends one signal, and nothing else.
func endsAtOnce(t *testing.T, c *exec.Cmd, said *bytes.Buffer, signal syscall.Signal, code int) {
	t.Helper()
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.Wait()
	}()
	select {
	case <-done:
	case <-time.After(damagePatience):
		_ = c.Process.Kill()
		t.Fatalf("it goes on\n%s", said)
	}
	if got := c.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d\n%s", got, code, said)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
