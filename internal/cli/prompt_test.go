package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/failure"
)

// TestPipedSecret: a secret is one line, with or without its end.
func TestPipedSecret(t *testing.T) {
	t.Parallel()
	const padded = " s "
	for in, want := range map[string]string{
		"s3cret": "s3cret", "s3cret\n": "s3cret", "s3cret\r\n": "s3cret", padded: padded, "": "",
		"a\nb": "-", "a\x00b": "-", "a\n\n": "-", strings.Repeat("x", maxSecret): strings.Repeat("x", maxSecret), strings.Repeat("x", maxSecret+1): "-",
	} {
		got, err := pipedSecret(strings.NewReader(in))
		if (err != nil) != (want == "-") || err == nil && string(got) != want {
			t.Errorf("%.20q: %.20q, %v", in, got, err)
		}
	}
}

// TestLine: the end of the input ends a line, too; another error is one.
func TestLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"yes\nno\n": "yes\n", "yes": "yes", "": ""} {
		if got, err := line(strings.NewReader(in)); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	f, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a folder
	if _, err := line(f); err == nil {
		t.Error("a folder was read")
	}
}

// TestConfirmWithoutTerminal: nobody is asked where nobody types, and that is no yes.
func TestConfirmWithoutTerminal(t *testing.T) {
	t.Parallel()
	h := listening(formatText)
	h.stdin = typed(t, "yes\n")
	err := h.confirm(t.Context(), "Apply these changes?", "--out FILE")
	if err == nil || failure.Of(err).Code != failure.NotApproved || h.said.Len()+h.out.Len() > 0 {
		t.Errorf("got %v, and it printed %s%s", err, h.said.String(), h.out.String())
	}
}

// TestAwaited: who is told to end waits for no answer, and a panic is an error.
func TestAwaited(t *testing.T) {
	t.Parallel()
	if got, err := awaited(t.Context(), func() (int, error) { return 3, nil }); got != 3 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	never := make(chan int)
	defer close(never)
	if _, err := awaited(ended, func() (int, error) { return <-never, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := awaited(t.Context(), func() (int, error) { panics()["in the command"](); return 0, nil }); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

// TestConsole: in a pipe the last expression's fault decides the exit code, and
// comments and empty lines are nothing.
func TestConsole(t *testing.T) {
	t.Parallel()
	for in, c := range map[string]struct {
		code   int
		stdout string
	}{
		"":                           {0, ""},
		"# nothing\n\n":              {0, ""},
		"1 + 1\nupper(\"a\")":        {0, "2\n\"A\"\n"},
		"1 +\n2\n":                   {1, "2\n"},
		"3\nexit\n4\n":               {0, "3\n"},
		"quit\n5\n":                  {0, ""},
		strings.Repeat("x", 1<<20+1): {1, ""},
	} {
		h := listening(formatText)
		h.stdin, h.engine.Env = long(t, in), nil
		code := h.run(t.Context(), []string{"console", written(t, "network.hcl", "network \"n\" {}\n")})
		if code != c.code || h.out.String() != c.stdout {
			t.Errorf("%.20q: code %d, printed %q, said %.300s", in, code, h.out.String(), h.said.String())
		}
	}
}

// long is an input that holds more than a pipe does.
func long(t *testing.T, text string) *os.File {
	t.Helper()
	f, err := os.Open(written(t, "in", text))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestProgress: what is short is not shown, what takes long is, once it does, and it
// is gone before anything else is printed.
func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		a := &app{progress: &progress{w: &b}, engine: &engine.Engine{}}
		a.stage("connecting")
		time.Sleep(progressAfter / 2) //nolint:forbidigo // the clock is the bubble's
		a.stage("reading")
		time.Sleep(progressAfter / 2) //nolint:forbidigo // the clock is the bubble's
		a.clear()
		time.Sleep(progressAfter) //nolint:forbidigo // the clock is the bubble's
		if b.Len() > 0 {
			t.Errorf("what was short is shown: %q", b.String())
		}
		a.stage("planning")
		time.Sleep(2 * progressAfter) //nolint:forbidigo // the clock is the bubble's
		a.stage("applying")
		a.clear()
		if got := b.String(); got != "\r\x1b[Kplanning …\r\x1b[Kapplying …\r\x1b[K" {
			t.Errorf("it printed %q", got)
		}
	})
	(&app{}).clear() // where nothing is shown nothing is cleared
}
