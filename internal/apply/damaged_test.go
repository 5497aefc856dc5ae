package apply_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestDamagedJournalIsRefused: a journal that does not add up is neither carried
// on, nor undone, nor abandoned, and stays as it is.
func TestDamagedJournalIsRefused(t *testing.T) {
	t.Parallel()
	head := func(change func(*state.Journal)) func(*testing.T, *town) {
		return func(t *testing.T, w *town) {
			t.Helper()
			e, _ := w.Get(t, layoutOf().Journal())
			j, err := state.DecodeJournal(e.Value)
			if err != nil {
				t.Fatal(err)
			}
			j = j.At(e.ModRevision)
			change(j)
			w.Put(t, e.Key, encodedJournal(t, j))
		}
	}
	intent := func(change func(*state.Intent)) func(*testing.T, *town) {
		return func(t *testing.T, w *town) {
			t.Helper()
			w.rewriteIntent(t, change)
		}
	}
	for name, spoil := range map[string]func(*testing.T, *town){
		"the position is a write further": head(func(j *state.Journal) { j.Done++ }),
		"the position is a write short":   head(func(j *state.Journal) { j.Done-- }),
		"the last step is missing":        head(func(j *state.Journal) { j.Steps = j.Steps[:len(j.Steps)-1] }),
		"a step is missing, no gap shows": head(func(j *state.Journal) { j.Steps = j.Steps[1:]; j.Steps[0].End = j.Done + 1 }),
		"beyond the writes":               head(func(j *state.Journal) { j.Done = j.Ops + 1; j.Steps[len(j.Steps)-1].End = j.Ops + 1 }),
		"a step after the head":           head(func(j *state.Journal) { j.Steps[len(j.Steps)-1].Revision += 1000 }),
		"fewer writes than the intent":    head(func(j *state.Journal) { j.Ops-- }),
		"more writes than the intent":     head(func(j *state.Journal) { j.Ops++ }),
		"calls that the intent lacks":     head(func(j *state.Journal) { j.Grants++ }),
		"a part too many":                 head(func(j *state.Journal) { j.Parts++ }),
		"a part too few":                  head(func(j *state.Journal) { j.Parts-- }),
		"no parts":                        head(func(j *state.Journal) { j.Parts = 0 }),
		"an unknown phase":                head(func(j *state.Journal) { j.Phase = "resting" }),
		"a later format":                  head(func(j *state.Journal) { j.Format = 99 }),
		"of another apply":                head(func(j *state.Journal) { j.Apply = "another" }),
		"the intent is of another":        intent(func(in *state.Intent) { in.Apply = "another" }),
		"the intent has a gap":            intent(func(in *state.Intent) { in.Ops = in.Ops[1:] }),
		"a unit beyond the writes":        intent(func(in *state.Intent) { in.Units[len(in.Units)-1]++ }),
		"a guard beyond the writes":       intent(func(in *state.Intent) { in.Guards[len(in.Guards)-1].At = len(in.Ops) }),
		"a guard before the writes":       intent(func(in *state.Intent) { in.Guards[0].At = -1 }),
		"a need of what comes later":      intent(func(in *state.Intent) { in.Needs = []state.IntentNeed{{At: 1, Of: 1}} }),
		"a part is gone":                  func(t *testing.T, w *town) { t.Helper(); w.Delete(t, layoutOf().JournalPart(0)) },
		"a part is truncated": func(t *testing.T, w *town) {
			t.Helper()
			e, _ := w.Get(t, layoutOf().JournalPart(0))
			w.Put(t, e.Key, e.Value[:len(e.Value)-1])
		},
		"a part is empty":      func(t *testing.T, w *town) { t.Helper(); w.Put(t, layoutOf().JournalPart(0), "") },
		"the head is not JSON": func(t *testing.T, w *town) { t.Helper(); w.Put(t, layoutOf().Journal(), "{") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			w.endedAfter(t, 2, newNetwork(t))
			spoil(t, w)
			before := w.Entries(t, "/sig")
			for way, end := range map[string]func() (*apply.Recovery, error){
				"recover": func() (*apply.Recovery, error) {
					return apply.Recover(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("recovery"))
				},
				"abandon": func() (*apply.Recovery, error) {
					return apply.Abandon(t.Context(), w.client, nettest.Name, "/sigilgate/", w.options("recovery"))
				},
			} {
				r, err := end()
				if r != nil || !errors.As(err, new(*state.Damaged)) {
					t.Errorf("%s: got %+v, %v", way, r, err)
				}
				if diff := cmp.Diff(before, w.Entries(t, "/sig")); diff != "" {
					t.Errorf("%s wrote:\n%s", way, diff)
				}
			}
		})
	}
}

func layoutOf() state.Layout { return state.NewLayout(nettest.Name) }

func encodedJournal(t *testing.T, j *state.Journal) string {
	t.Helper()
	text, err := state.EncodeJournal(j)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// intent is that of the journal, with its head as it is and as it is read.
func (w *town) intent(t *testing.T) (*state.Intent, *state.Journal, kv.Entry) {
	t.Helper()
	e, _ := w.Get(t, layoutOf().Journal())
	j, err := state.DecodeJournal(e.Value)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for i := range j.Parts {
		part, _ := w.Get(t, layoutOf().JournalPart(i))
		parts = append(parts, part.Value)
	}
	in, err := state.DecodeIntent(parts)
	if err != nil {
		t.Fatal(err)
	}
	return in, j, e
}

// rewriteIntent puts a changed intent in the place of the journal's.
func (w *town) rewriteIntent(t *testing.T, change func(*state.Intent)) {
	t.Helper()
	in, j, e := w.intent(t)
	change(in)
	parts, err := state.EncodeIntent(in, kv.DefaultLimits().MaxRequestBytes/2)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range parts {
		w.Put(t, layoutOf().JournalPart(i), part)
	}
	j = j.At(e.ModRevision)
	j.Parts = len(parts)
	w.Put(t, e.Key, encodedJournal(t, j))
}
