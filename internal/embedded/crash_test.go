package embedded_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/embedded"
)

// childDir tells the test binary, started again, to be a process that is killed.
const childDir = "SIGILFORM_TEST_CHILD_DIR"

// TestMain turns the binary into the child where it is asked to.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, child(dir, os.Getenv("SIGILFORM_TEST_LISTEN")))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// child writes keys and says each that was acknowledged, until it is killed.
func child(dir, listen string) error {
	s, err := embedded.Start(context(), embedded.Options{Dir: dir, Listen: listen, Command: "sigilform dev"})
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		if _, err := s.Client().Put(context(), "/key/"+strconv.Itoa(i), strings.Repeat("x", 100)); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(os.Stdout, i); err != nil {
			return err
		}
	}
}

// runChild starts a child and returns once it has acknowledged n writes.
func runChild(t *testing.T, dir, listen string, n int) (kill func() (acknowledged int)) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = append(os.Environ(), childDir+"="+dir, "SIGILFORM_TEST_LISTEN="+listen)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	last := -1
	for last < n && lines.Scan() {
		last, _ = strconv.Atoi(lines.Text())
	}
	if last < n {
		t.Fatalf("the child wrote %d keys only", last+1)
	}
	return func() int {
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			last, _ = strconv.Atoi(lines.Text())
		}
		_ = c.Wait()
		return last + 1
	}
}

func TestKillLosesNothing(t *testing.T) {
	dir := t.TempDir()
	kill := runChild(t, dir, "", 200)
	acknowledged := kill()
	s := start(t, embedded.Options{Dir: dir})
	for i := range acknowledged {
		if get(t, s, "/key/"+strconv.Itoa(i)) == "" {
			t.Fatalf("of %d acknowledged writes, %d is gone", acknowledged, i)
		}
	}
}

func TestAnotherProcessHoldsAndIsKilled(t *testing.T) {
	dir := t.TempDir()
	kill := runChild(t, dir, "127.0.0.1:0", 0)
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
	held := asHeld(t, err)
	if held.PID == os.Getpid() || held.Command != "sigilform dev" {
		t.Errorf("got %+v", held)
	}
	endpoint, alive := embedded.Endpoint(t.Context(), dir)
	if !alive || !strings.HasPrefix(endpoint, "http://127.0.0.1:") {
		t.Errorf("the endpoint is %q, alive %v", endpoint, alive)
	}
	kill()
	if endpoint, alive := embedded.Endpoint(t.Context(), dir); alive {
		t.Errorf("the endpoint %q of a killed process is alive", endpoint)
	}
	if _, err := os.Stat(filepath.Join(dir, embedded.Folder, "endpoint")); !os.IsNotExist(err) {
		t.Errorf("the endpoint of a killed process is still there: %v", err)
	}
	closed(t, start(t, embedded.Options{Dir: dir}))
}
