package etcdtest

import (
	"testing"

	"go.uber.org/goleak"
)

// VerifyNoLeaks fails the test if goroutines that start from here on still run
// when it ends, after the servers of the test are closed. Call it first: clean
// up runs in reverse order. It does not suit tests that run in parallel.
func VerifyNoLeaks(tb testing.TB) {
	tb.Helper()
	before := goleak.IgnoreCurrent()
	tb.Cleanup(func() { goleak.VerifyNone(tb, before) })
}
