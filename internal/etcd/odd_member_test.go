package etcd_test

import (
	"errors"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// TestOneMemberTakesLess: which member answers is not the client's to choose.
// The limits are those of the member that is asked; what it refuses was not
// written on any.
func TestOneMemberTakesLess(t *testing.T) {
	t.Parallel()
	cluster := etcdtest.StartClusterWith(t, 3, func(i int) etcdtest.Options {
		if i == 0 {
			return etcdtest.Options{MaxTxnOps: 16, MaxRequestBytes: 32 << 10}
		}
		return etcdtest.Options{}
	})
	odd, stock := connect(t, cluster.Endpoint(0)), connect(t, cluster.Endpoint(1), cluster.Endpoint(2))
	committed(t, odd, puts("/a/", 60, 0, "v"))
	// A learned limit is the largest guess that was not refused yet: it can lie
	// above the server's own, where what was sent did not use all of it.
	if got := odd.Limits(); got.MaxTxnOps >= 60 || got.MaxRequestBytes != kv.DefaultLimits().MaxRequestBytes {
		t.Errorf("learned %+v", got)
	}
	if _, err := odd.Commit(t.Context(), puts("/b/", 1_000, 0, "v")); !errors.As(err, new(*kv.TooLarge)) {
		t.Errorf("got %v", err)
	}
	committed(t, stock, puts("/c/", 1_000, 0, "v"))
	if got := stock.Limits(); got != kv.DefaultLimits() {
		t.Errorf("learned %+v of members that refuse nothing", got)
	}
	// One client of all members ends with what the odd one takes, or never met it.
	all := connectWith(t, etcd.Config{Endpoints: cluster.Endpoints()})
	for i := range 12 {
		prefix := []string{"/d/", "/e/", "/f/"}[i%3] + string(rune('a'+i)) + "/"
		committed(t, all, puts(prefix, 60, 0, "v"))
	}
	found, err := all.Scan(t.Context(), 0, "/a/", "/b/", "/c/", "/d/", "/e/", "/f/")
	if want := 60 + 1_000 + 12*60; err != nil || len(found.Entries) != want {
		t.Errorf("got %d entries, want %d: %v", len(found.Entries), want, err)
	}
	if got := all.Limits().MaxTxnOps; got >= 60 && got != kv.DefaultLimits().MaxTxnOps {
		t.Errorf("learned %d operations", got)
	}
}
