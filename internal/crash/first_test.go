package crash_test

import (
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestFirstApplyIsCutOffBeforeItsData: the very first apply of a network dies
// among the calls of the authentication, before it has registered its prefix. A
// recovery finds it all the same.
func TestFirstApplyIsCutOffBeforeItsData(t *testing.T) {
	t.Parallel()
	l := state.NewLayout(drawnName)
	w := newDrawn(t, draws{members: 1, auth: byPassword, enforced: 100, pause: time.Second}, sampleSeed)
	w.write(t, "root.word", rootPassword+"\n")
	w.watch(t.Context(), t, w.client)
	r := source(sampleSeed, 0, 1)
	x, end := w.start(t, r, "apply", []string{lucky})
	defer end()
	w.listen(func(e crash.Event) {
		if j, err := state.DecodeJournal(e.Value); e.Key == l.Journal() && err == nil && j.Granted > 0 {
			go w.kill(x)
		}
	})
	if _, err := x.engine.Apply(x.ctx, engine.ApplyOptions{PlanOptions: w.planOptions(t, r, x), LockTimeout: lockPatience, Review: w.review(x, r)}); err == nil {
		t.Fatal("it came to its end")
	}
	if err := w.recoverOnce(t, r, []string{lucky}); err != nil {
		t.Fatal(err)
	}
	v, err := w.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if v.journal != 0 {
		t.Error("the journal is there")
	}
}
