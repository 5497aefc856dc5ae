//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What the test binary, started again, is to do with which file.
const (
	cutVariable  = "SIGILFORM_TEST_CUT"
	fileVariable = "SIGILFORM_TEST_FILE"
)

// room is how large a file may be where there is no more room, whole how large the
// new file would be.
const room, whole = 64 << 10, 1 << 20

func TestMain(m *testing.M) {
	if cut := os.Getenv(cutVariable); cut != "" {
		if err := writeCut(cut, os.Getenv(fileVariable)); err != nil {
			_, _ = os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func writeCut(cut, file string) error {
	if cut == "full" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: room, Max: room}); err != nil {
			return err
		}
		return Put(file, make([]byte, whole), Options{})
	}
	f, err := Create(file, Options{})
	if err != nil {
		return err
	}
	if _, err = f.Write(make([]byte, whole/2)); err != nil {
		return err
	}
	if cut == "before the rename" {
		f.sync = func(*os.File) error { return kill() }
		return f.Close(nil)
	}
	return kill()
}

func kill() error {
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		return err
	}
	select {}
}

// again writes a file in a process of its own, and returns what it said.
func again(t *testing.T, cut, file string) (said string, err error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), cutVariable+"="+cut, fileVariable+"="+file)
	out, err := c.CombinedOutput()
	return string(out), err
}

// TestKilled: whoever is killed while it writes leaves the old file as it was,
// and nothing that takes part in anything.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, cut := range []string{"in the middle", "before the rename"} {
		t.Run(cut, func(t *testing.T) {
			t.Parallel()
			file := older(t, 0o640)
			said, err := again(t, cut, file)
			var ended *exec.ExitError
			if !errors.As(err, &ended) || ended.ExitCode() != -1 {
				t.Fatalf("it was not killed: %v\n%s", err, said)
			}
			left := beside(t, file)
			if len(left) != 1 || strings.HasPrefix(filepath.Base(left[0]), "f") {
				t.Fatalf("%q are left, want one hidden file", left)
			}
			if err := os.Remove(left[0]); err != nil {
				t.Fatal(err)
			}
			holds(t, file, "old", 0o640)
		})
	}
}

// TestFullDisk: where there is no more room, the old file stays as it was.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	file := older(t, 0o640)
	said, err := again(t, "full", file)
	if err == nil || !strings.Contains(said, "too large") {
		t.Errorf("got %v and %q, want that the file is too large", err, said)
	}
	holds(t, file, "old", 0o640)
}
