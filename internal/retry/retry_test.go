package retry_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sigilgate/sigilform/internal/retry"
)

func TestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		if err := retry.Pause(t.Context(), time.Minute); err != nil || time.Since(begun) != time.Minute {
			t.Errorf("it ended with %v after %v", err, time.Since(begun))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun = time.Now()
		if err := retry.Pause(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("it ended with %v after %v, want the context's end", err, time.Since(begun))
		}
	})
}

func TestNext(t *testing.T) {
	t.Parallel()
	w := retry.Waits{First: 3, Longest: 10}
	var got []time.Duration
	for range 4 {
		got = append(got, w.Next())
	}
	w.Reset()
	got = append(got, w.Next(), w.Next())
	if want := []time.Duration{3, 6, 10, 10, 3, 6}; !slices.Equal(got, want) {
		t.Errorf("the waits are %v, want %v", got, want)
	}
}

// TestAgain: waits that would be longer in all than there is patience are not
// begun, and an interrupted one is no time for another try.
func TestAgain(t *testing.T) {
	t.Parallel()
	var waited []time.Duration
	w := retry.Waits{First: 1, Longest: 4, Patience: 11, Pause: func(_ context.Context, d time.Duration) error {
		waited = append(waited, d)
		return nil
	}}
	for w.Again(t.Context()) {
	}
	if want := []time.Duration{1, 2, 4, 4}; !slices.Equal(waited, want) {
		t.Errorf("waited was %v, want %v", waited, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w = retry.Waits{First: time.Hour, Longest: time.Hour, Patience: 2 * time.Hour, Pause: retry.Pause}
	if w.Again(ctx) {
		t.Error("there is time for another try after the end")
	}
}
