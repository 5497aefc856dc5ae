//go:build linux && (amd64 || arm64)

package abort_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/sigilgate/sigilform/internal/abort"
)

// endVariable tells the test binary, started again, how to end.
const endVariable = "SIGILFORM_TEST_END"

// emulatorVariable names the program that runs the test binary, where that is for
// another processor than this one.
const emulatorVariable = "SIGILFORM_TEST_EMULATOR"

const note = "\nerror: the note, which is the last\n"

func TestMain(m *testing.M) {
	if end := os.Getenv(endVariable); end != "" {
		abort.Prepare("another note")
		abort.Prepare(note)
		ends()[end]()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// ends are what Go can't recover, or what nobody recovers.
func ends() map[string]func() {
	return map[string]func(){
		"panic of another goroutine": func() { go must(errors.New("nobody recovers this")); select {} },
		"panic of main":              func() { must(errors.New("nobody recovers this")) },
		"two who write to a map":     writeAtOnce,
		"stack":                      func() { debug.SetMaxStack(1 << 20); os.Exit(deeper(0)) },
		"memory": func() {
			must(syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: 1 << 30, Max: 1 << 30}))
			var kept [][]byte
			for {
				kept = append(kept, bytes.Repeat([]byte{1}, 16<<20))
				runtime.KeepAlive(kept)
			}
		},
		"unlock":              func() { var mu sync.Mutex; mu.Unlock() },
		"a page that is gone": gonePage,
		"SIGQUIT":             func() { kill(syscall.SIGQUIT) },
		"SIGABRT":             func() { kill(syscall.SIGABRT) },
		"SIGSEGV from others": func() { kill(syscall.SIGSEGV) },
	}
}

func must(err error) {
	if err != nil {
		panic(err) //nolint:forbidigo // a process that is to end so
	}
}

func deeper(n int) int { return deeper(n+1) + 1 } //nolint:staticcheck // it is to have no end

func kill(s syscall.Signal) {
	go func() { must(syscall.Kill(os.Getpid(), s)) }()
	select {}
}

func writeAtOnce() {
	m := map[int]int{}
	for range 4 {
		go func() {
			for i := range 1 << 30 {
				m[i%8] = i
			}
		}()
	}
	select {}
}

// gonePage reads a mapped file that was cut off meanwhile, as a database is read.
func gonePage() {
	f, err := os.CreateTemp("", "page")
	must(err)
	must(os.Remove(f.Name()))
	must(f.Truncate(1 << 16))
	page, err := syscall.Mmap(int(f.Fd()), 0, 1<<16, syscall.PROT_READ, syscall.MAP_SHARED)
	must(err)
	must(f.Truncate(0))
	os.Exit(int(*(*byte)(unsafe.Pointer(&page[1<<15]))))
}

func TestEndsWithItsCode(t *testing.T) {
	t.Parallel()
	for name := range ends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, said := end(t, name)
			if code != abort.Code {
				t.Errorf("exit code %d, want %d", code, abort.Code)
			}
			if !strings.HasSuffix(said, note) {
				t.Errorf("the note is not the last that it says:\n%s", said[max(0, len(said)-500):])
			}
			if name != "SIGABRT" && !strings.Contains(said, "goroutine ") {
				t.Errorf("there is no trace:\n%s", said)
			}
		})
	}
}

// end runs the test binary to one of the ends.
func end(t *testing.T, how string) (code int, said string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	// Another processor is emulated: qemu-aarch64-static.
	if by := os.Getenv(emulatorVariable); by != "" {
		c = exec.CommandContext(t.Context(), by, exe)
	}
	c.Env = append(os.Environ(), endVariable+"="+how, "GOTRACEBACK=none")
	var out bytes.Buffer
	c.Stderr, c.WaitDelay = &out, time.Second
	err = c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String()
}

// TestOrdinarySignals: what a program does about other signals is as it was.
func TestOrdinarySignals(t *testing.T) {
	abort.Prepare(note)
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGUSR1)
	defer signal.Stop(heard)
	must(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	<-heard
}
