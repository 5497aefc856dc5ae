package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var damageSeed = flag.Uint64("damage.seed", 1, "what TestDamagedFolder draws by; 0 draws one, which is printed")

// damagePatience is far more than a command on a small folder takes.
const damagePatience = time.Minute

// TestDamagedFolder changes the files of the embedded server at random and runs
// the program on them: it never crashes, never hangs, and where it can't go on it
// says what is damaged. What it finds in a database whose keys and values are
// other ones may be drift or in a plan's way: etcd's files have no checksum there.
func TestDamagedFolder(t *testing.T) {
	t.Parallel()
	rounds := 25
	if testing.Short() {
		rounds = 10
	}
	seed := *damageSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	good := applied(t)
	commands := [][]string{{"drift"}, {"plan", "--detailed-exitcode"}, {"apply", "--auto-approve"}, {"status"}, {"plan", "--json"}, {"dev"}}
	for range rounds {
		dir := filepath.Join(t.TempDir(), "net")
		if err := os.CopyFS(dir, os.DirFS(good)); err != nil {
			t.Fatal(err)
		}
		how := damage(t, r, dir)
		args := commands[r.IntN(len(commands))]
		code, said := runIn(t, dir, args...)
		if !slices.Contains([]int{0, 1, 2, 3, 6}, code) { // 3: a conflict, 6: a policy
			t.Errorf("%s, then %v: exit code %d\n%s", how, args, code, said)
		}
		if strings.Contains(said, "goroutine ") || strings.Contains(said, "goexit") {
			t.Errorf("%s, then %v: it crashed\n%s", how, args, said)
		}
	}
}

// applied is a folder in which a network was applied.
func applied(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("network \"t\" {}\n")
	for i := range 40 {
		fmt.Fprintf(&text, "core \"c%d\" {\n  ip = \"192.0.2.%d\"\n}\n", i, i+1)
	}
	if err := os.WriteFile(filepath.Join(dir, "network.hcl"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := runIn(t, dir, "apply", "--auto-approve"); code != 0 {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	return dir
}

// damage changes one of the files of etcd, and says how.
func damage(t *testing.T, r *rand.Rand, dir string) string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(filepath.Join(dir, ".sigilform", "etcd", "member"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	name := files[r.IntN(len(files))]
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	used := max(1, len(bytes.TrimRight(text, "\x00")))
	at, n := r.IntN(used), 1<<r.IntN(14)
	part := text[at:min(len(text), at+n)]
	how := []string{"flip", "zero", "random", "cut off", "empty", "delete"}[r.IntN(6)]
	switch how {
	case "flip":
		part[0] ^= 1 << r.IntN(8)
	case "zero":
		clear(part)
	case "random":
		for i := range part {
			part[i] = byte(r.Uint32())
		}
	case "cut off":
		text = text[:at]
	case "empty":
		text = nil
	}
	err = os.WriteFile(name, text, 0o600)
	if how == "delete" {
		err = os.Remove(name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %s at %d (%d)", filepath.Base(name), how, at, n)
}

// runIn runs the program in a folder on its embedded server. A dev is
// interrupted once it listens.
func runIn(t *testing.T, dir string, args ...string) (code int, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), damagePatience)
	defer cancel()
	c := exec.CommandContext(ctx, "sigilform", args...)
	c.Dir = dir
	c.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SIGILFORM_") }), "NO_COLOR=1", "SIGILFORM_ACTOR=t")
	out := &listening{process: c}
	c.Stdout, c.Stderr = out, out // one goroutine writes both
	err := c.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v\n%s", args, errors.Join(err, ctx.Err()), out.all.String())
	}
	return c.ProcessState.ExitCode(), out.all.String()
}

// listening keeps what a program prints, and interrupts it when it listens.
type listening struct {
	process *exec.Cmd
	all     bytes.Buffer
}

func (l *listening) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("http://127.0.0.1:")) {
		_ = l.process.Process.Signal(os.Interrupt)
	}
	return l.all.Write(p)
}

// TestQuitIsNoFinding: a signal that Go ends a program for ends it with 70, not
// with 2, and the last lines say where to report a fault.
func TestQuitIsNoFinding(t *testing.T) {
	t.Parallel()
	dir := applied(t)
	c := exec.CommandContext(t.Context(), "sigilform", "dev")
	c.Dir = dir
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if err := c.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	want := -1 // killed by the abort
	if runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64") {
		want = 70
	}
	if code := c.ProcessState.ExitCode(); code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	if want == 70 && !strings.Contains(said.String(), "/sigilform/issues\n") {
		t.Errorf("it does not say where to report a fault:\n%s", said.String()[max(0, said.Len()-800):])
	}
}
