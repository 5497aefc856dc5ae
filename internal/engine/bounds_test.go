package engine

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
)

// stuck evaluates until the test ends, whatever becomes of its context.
func stuck(t *testing.T, meanwhile func()) func(context.Context) (int, diag.List) {
	t.Helper()
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	return func(context.Context) (int, diag.List) {
		meanwhile()
		<-end
		return 1, nil
	}
}

// TestBounded: an evaluation that never returns is left behind, with the reason.
func TestBounded(t *testing.T) { // not parallel: it measures what the process takes
	kept := make(chan []byte, 1)
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx       context.Context //nolint:containedctx // a case of a table
		limits    Limits
		meanwhile func()
		want      string
		hint      string
	}{
		"time": {t.Context(), Limits{Timeout: time.Millisecond}, func() {}, "The evaluation takes too long", "--eval-timeout"},
		"memory": {
			t.Context(),
			Limits{Memory: 1 << 20},
			func() { kept <- make([]byte, 64<<20) },
			"The evaluation needs too much memory",
			"--eval-memory",
		},
		"Ctrl-C": {interrupted, Limits{}, func() {}, "Interrupted", ""},
	} {
		runtime.GC() // what is collected meanwhile would make room
		out, found := bounded(c.ctx, c.limits, &config.Watch{}, stuck(t, c.meanwhile))
		if out != 0 || len(found) != 1 || found[0].Summary != c.want || !strings.Contains(found[0].Hint, c.hint) {
			t.Errorf("%s: %d %+v", name, out, found)
		}
	}
	if len(kept) != 1 {
		t.Errorf("%d", len(kept))
	}
}

// TestBoundedCountsItsOwn: what the program held before does not count, and
// what was parsed may take more than the values.
func TestBoundedCountsItsOwn(t *testing.T) { // not parallel: it measures what the process takes
	before := make([]byte, 64<<20)
	const limit = 16 << 20
	runtime.GC() // what is collected meanwhile would make room
	out, found := bounded(t.Context(), Limits{Memory: limit}, &config.Watch{}, func(ctx context.Context) (int, diag.List) {
		meanwhile := make([]byte, (heapShare-1)*limit)
		select {
		case <-ctx.Done():
			return 0, nil
		case <-time.After(10 * look):
			return len(meanwhile), nil
		}
	})
	if out == 0 || len(found) > 0 {
		t.Errorf("%d %+v", out, found)
	}
	runtime.KeepAlive(before)
}

// TestBoundedLetsThrough: what comes to its end is handed on as it is, also
// where it stopped because it was told to.
func TestBoundedLetsThrough(t *testing.T) {
	t.Parallel()
	want := diag.List{{Severity: diag.Warning, Summary: "w"}}
	out, found := bounded(t.Context(), Limits{}, nil, func(context.Context) (int, diag.List) { return 7, want })
	if out != 7 || len(found) != 1 || found[0].Summary != "w" {
		t.Errorf("%d %+v", out, found)
	}
	out, _ = bounded(t.Context(), Limits{Timeout: time.Millisecond}, nil, func(ctx context.Context) (int, diag.List) {
		<-ctx.Done()
		return 8, nil
	})
	if out != 8 {
		t.Errorf("stopped by itself: %d", out)
	}
	defer func() {
		if fault := recover(); fault == nil || !strings.Contains(fault.(error).Error(), "index out of range") {
			t.Errorf("fault: %v", fault)
		}
	}()
	_, _ = bounded(t.Context(), Limits{}, nil, func(context.Context) (int, diag.List) {
		var none []int
		return none[len(found)], nil
	})
}
