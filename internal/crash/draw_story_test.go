package crash_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// story is what became of each run, in order.
type story struct {
	mu    sync.Mutex
	lines []string
}

func (s *story) note(x *run, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := "done"
	if err != nil {
		d := failure.Of(err)
		text = fmt.Sprintf("%s: %v | %s", kindOf(err), err, d.Detail)
		var bad *diag.Failure
		if errors.As(err, &bad) {
			text = fmt.Sprintf("%s: %+v", kindOf(err), bad.Diagnostics)
		}
	}
	s.lines = append(s.lines, fmt.Sprintf("%s %s of %s %s (%s): %s", time.Now().Format("15:04:05.000"), x.actor, x.who, x.way, x.fate, text))
}

// tell writes down all that happened, to find out why something failed.
func (w *drawn) tell(t *testing.T, trace *crash.Trace) {
	t.Helper()
	file := filepath.Join(os.TempDir(), fmt.Sprintf("sigilform-crash-%d.txt", w.seed))
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", w.String())
	b.WriteString(strings.Join(w.log.lines, "\n") + "\n\n")
	applies := trace.Applies()
	for actor, all := range w.plans {
		for _, p := range all {
			text, _ := json.Marshal(p)
			fmt.Fprintf(&b, "plan of %s at %d, for serial %d: %s\n\n", actor, p.Revision, p.Serial+1, text)
		}
	}
	for _, e := range w.events {
		value := e.Value
		if e.Deleted {
			value = "(deleted)"
		}
		switch l := state.NewLayout(drawnName); {
		case e.Key == l.Head():
			if h, err := state.DecodeHead(e.Value); err == nil {
				value = fmt.Sprintf("serial %d of %s", h.Serial, h.Actor)
			}
		case e.Key == l.Journal():
			if j, err := state.DecodeJournal(e.Value); err == nil {
				value = fmt.Sprintf("%s of %s (%s), %d of %d, steps %v, left %v, owner %s", j.Phase, j.Actor, applies[j.Apply].Actor, j.Done, j.Ops, j.Steps, j.Left, j.Owner)
			}
		case strings.HasPrefix(e.Key, state.Root) && !strings.HasPrefix(e.Key, l.ObjectsPrefix()):
			value = fmt.Sprintf("(%d bytes)", len(value))
		}
		fmt.Fprintf(&b, "%d %s = %s\n", e.Revision, e.Key, value)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Error(err)
	}
	t.Logf("all that happened is in %s", file)
}
