package intake

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := func(n string) string { return filepath.Join(dir, n) }
	write(t, name("small"), "text")
	write(t, name("large"), strings.Repeat("x", 3<<10))
	fifo(t, name("nobody"))
	fifo(t, name("somebody"))
	go func() { // a writer that opens the pipe when there is a reader
		w, err := os.OpenFile(name("somebody"), os.O_WRONLY, 0)
		if err == nil {
			_, _ = io.WriteString(w, "from a pipe")
			_ = w.Close()
		}
	}()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, "substituted")
	_ = w.Close()
	defer r.Close() //nolint:errcheck // only read
	var tooLarge *TooLarge
	for _, c := range []struct {
		name, want string
		wrong      func(error) bool
	}{
		{name("small"), "text", nil},
		{name("somebody"), "from a pipe", nil},
		{"/dev/null", "", nil},
		{"/proc/self/fd/" + fd(r), "substituted", nil},
		{name("large"), "", func(err error) bool { return errors.As(err, &tooLarge) && err.Error() == "it is larger than 2 KiB" }},
		{"/dev/zero", "", func(err error) bool { return errors.As(err, &tooLarge) }},
		{dir, "", func(err error) bool { return errors.Is(err, ErrFolder) }},
		{name("nobody"), "", func(err error) bool { return errors.Is(err, ErrNobody) }},
		{name("nowhere"), "", func(err error) bool { return errors.Is(err, fs.ErrNotExist) }},
	} {
		text, err := Read(t.Context(), c.name, 2<<10)
		if string(text) != c.want || (err != nil) != (c.wrong != nil) || c.wrong != nil && !c.wrong(err) {
			t.Errorf("%s: %q %v", c.name, text, err)
		}
	}
}

// TestReadIsInterrupted: a pipe that is open and idle is waited for until the
// program is told to end, and no longer.
func TestReadIsInterrupted(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "idle")
	fifo(t, name)
	w, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // nothing is written
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := Read(ctx, name, 2<<10)
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	cancel()
	if err := <-done; !errors.Is(err, ErrInterrupted) {
		t.Error(err)
	}
	// Nobody at all, and a context that is over already.
	if _, err := Read(ctx, name, 2<<10); !errors.Is(err, ErrInterrupted) {
		t.Error(err)
	}
}

func fd(f *os.File) string {
	const digits = "0123456789"
	n, out := f.Fd(), ""
	for ; n > 0; n /= 10 {
		out = string(digits[n%10]) + out
	}
	return out
}

// TestFolder: pipes, devices and links to them are not opened.
func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.txt"), "text")
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close() //nolint:errcheck // only read
	folder := Folder{Root: root}
	if err := fstest.TestFS(folder, "a.txt"); err != nil {
		t.Error(err)
	}
	fifo(t, filepath.Join(dir, "pipe"))
	for name, target := range map[string]string{"link": "pipe", "zero": "/dev/zero", "out": "/etc/passwd"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"pipe", "link", "zero", "out", "nowhere", "/etc/passwd", "../x"} {
		if f, err := folder.Open(name); err == nil {
			_ = f.Close()
			t.Errorf("%s was opened", name)
		}
	}
	if _, err := folder.Read("pipe", 10); !errors.Is(err, errIrregular) {
		t.Errorf("pipe: %v", err)
	}
	if text, err := folder.Read("a.txt", 10); err != nil || string(text) != "text" {
		t.Errorf("a.txt: %q %v", text, err)
	}
	var tooLarge *TooLarge
	if _, err := folder.Read("a.txt", 3); !errors.As(err, &tooLarge) {
		t.Errorf("a.txt: %v", err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func fifo(t *testing.T, name string) {
	t.Helper()
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAdvice: each error says what to do, and which kind of file is wanted.
func TestAdvice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, missing := Read(t.Context(), filepath.Join(dir, "nowhere"), 10)
	_, folder := Read(t.Context(), dir, 10)
	_, large := Read(t.Context(), "/dev/zero", 10)
	_, memory := Read(t.Context(), "/proc/self/mem", 10)
	for _, c := range []struct {
		err        error
		why, doing string
	}{
		{missing, "no such file or directory", "check the path: it should lead to a key"},
		{folder, "it is a folder", "name a key, not the folder that it is in"},
		{large, "it is larger than 0 KiB", "name a key; this one is not of that kind"},
		{memory, "it opens like a file, but nothing can be read from it", "name a key"},
		{ErrSocket, "it is a socket", "name a key"},
		{ErrNobody, "it is a pipe, and nobody writes into it", "start what writes into the pipe first, or name a key"},
		{ErrInterrupted, "it was interrupted before all of it was there", "run it again"},
		{&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, "permission denied", "check the path, and who may read the file: it should be a key"},
	} {
		if Cause(c.err) != c.why || Advice(c.err, "a key") != c.doing {
			t.Errorf("%v: %q, %q", c.err, Cause(c.err), Advice(c.err, "a key"))
		}
	}
}
