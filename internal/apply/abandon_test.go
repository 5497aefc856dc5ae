package apply_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestAbandonKeepsOldSecrets: what an abandoned apply replaced of sensitive
// values is in the history, or no rollback could bring it back.
func TestAbandonKeepsOldSecrets(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	n := newNetwork(t)
	for i := range n.Users {
		c := &n.Users[i].Credential
		c.Value = strings.Replace(c.Value, "m=19456", "m=19457", 1)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.faults.BeforeCommit = func(commit int, txn kv.Txn) error {
		for _, op := range txn.Ops {
			// The first commit is the try to do it in one transaction: not sent.
			if commit > 1 && op.Key == state.NewLayout(nettest.Name).HistorySecret(2) {
				cancel()
				return context.Canceled
			}
		}
		return nil
	}
	_, err := apply.Run(ctx, w.faults, w.plan(t, w.client, n), w.options("second"))
	_ = as[*apply.Stopped](t, err)
	w.unlock(t)
	if _, err := apply.Abandon(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("abandon")); err != nil {
		t.Fatal(err)
	}
	e, ok := w.Get(t, state.NewLayout(nettest.Name).HistorySecret(2))
	if !ok {
		t.Fatal("the history has no old sensitive values")
	}
	kept, err := state.DecodeSecrets(e.Value)
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for key, old := range w.before {
		if now, ok := w.Get(t, key); strings.HasSuffix(key, "/credential") && (!ok || now.Value != old) {
			if changed++; kept[key] != old {
				t.Errorf("the old value of %s is not kept", key)
			}
		}
	}
	if changed == 0 {
		t.Error("no credential was changed")
	}
}
