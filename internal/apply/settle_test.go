package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// TestWhatBecameOfALostCommit: what is there tells whether it was carried out, can
// still be, or can't any more.
func TestWhatBecameOfALostCommit(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("prod")
	history := func(apply string) kv.Entry {
		text, _, err := state.EncodeHistory(state.History{Format: state.FormatVersion, Serial: 2, Apply: apply}, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		return kv.Entry{Key: l.History(2), Value: text, ModRevision: 9}
	}
	head := func(value string, revision int64) kv.Entry {
		return kv.Entry{Key: l.Journal(), Value: value, ModRevision: revision}
	}
	journal := &state.Journal{Format: state.FormatVersion, Apply: "a1", Serial: 2, Steps: state.JournalSteps{{End: 1}}}
	again := (&journaled{journal: journal, fence: 7}).again()
	for name, test := range map[string]struct {
		found    []kv.Entry
		want     string
		fence    int64
		removing bool
		revision int64
		done     bool
		taken    bool
		rejected bool
		moves    int64
	}{
		"the end was written":                {found: []kv.Entry{history("a1")}, fence: 7, revision: 9, done: true},
		"another apply's end":                {found: []kv.Entry{history("a2")}, fence: 7, done: true, taken: true},
		"a history that can't be read":       {found: []kv.Entry{{Key: l.History(2), Value: "{"}}, fence: 7, done: true, taken: true},
		"a step with the history there":      {found: []kv.Entry{history("a1"), head("new", 8)}, want: "new", fence: 7, revision: 8, done: true},
		"a step with the history, not there": {found: []kv.Entry{history("a1"), head("old", 7)}, want: "new", fence: 7},
		"the journal is removed":             {found: nil, fence: 7, removing: true, revision: 7, done: true},
		"removed, with a history":            {found: []kv.Entry{history("a1")}, fence: 7, removing: true, revision: 7, done: true},
		"not removed yet":                    {found: []kv.Entry{history("a1"), head("old", 7)}, fence: 7, removing: true},
		"not begun":                          {found: nil, want: "new"},
		"begun":                              {found: []kv.Entry{head("new", 5)}, want: "new", revision: 5, done: true},
		"others have begun":                  {found: []kv.Entry{head("theirs", 5)}, want: "new", done: true, rejected: true},
		"the step was written":               {found: []kv.Entry{head("new", 8)}, want: "new", fence: 7, revision: 8, done: true},
		"the step was not written":           {found: []kv.Entry{head("old", 7)}, want: "new", fence: 7},
		"others took it over":                {found: []kv.Entry{head("theirs", 8)}, want: "new", fence: 7, done: true, taken: true},
		"others ended it":                    {found: nil, want: "new", fence: 7, done: true, taken: true},
		"shut out by ourselves":              {found: []kv.Entry{head(again, 8)}, want: "new", fence: 7, done: true, moves: 8},
	} {
		j := &journaled{layout: l, network: "prod", journal: journal, fence: test.fence, removing: test.removing}
		revision, done, err := j.look(test.found, test.want)
		if revision != test.revision || done != test.done {
			t.Errorf("%s: %d, %v", name, revision, done)
		}
		outcome(t, name, j, err, test.taken, test.rejected)
		if want := max(test.fence, test.moves); j.fence != want {
			t.Errorf("%s: the fence is at %d, not %d", name, j.fence, want)
		}
	}
}

// outcome checks that an error says that others took the journal over, or that
// they began one, and in which network.
func outcome(t *testing.T, name string, j *journaled, err error, taken, began bool) {
	t.Helper()
	var stopped *Stopped
	if errors.As(err, &stopped) != taken || taken && (!stopped.Taken || stopped.Journal != j.journal || stopped.Network != j.network || !errors.Is(err, errTaken)) {
		t.Errorf("%s: %v", name, err)
	}
	var rejected *Rejected
	if errors.As(err, &rejected) != began {
		t.Errorf("%s: %v", name, err)
	}
	want := kv.Moved{Guard: j.fenceGuard(), Key: j.layout.Journal(), Found: 5}
	if began && (len(rejected.Moved) != 1 || rejected.Moved[0].Moved != want) {
		t.Errorf("%s: %+v moved", name, rejected.Moved)
	}
}

// TestWhoRefused: the fence says that others took the apply over, the lock that it
// was lost, anything else that the network moved.
func TestWhoRefused(t *testing.T) {
	t.Parallel()
	j := cutting(t, 0, 1)
	j.layout, j.network, j.journal = state.NewLayout("prod"), "prod", &state.Journal{Serial: 2}
	held, err := j.store.(*etcd.Client).Lock(t.Context(), j.layout.Lock(), "{}", 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Unlock(context.WithoutCancel(t.Context())) })
	j.held = held
	moved := func(guards ...kv.Guard) kv.Result {
		r := kv.Result{Outcome: kv.Rejected, Cause: errors.New("the cause")}
		for _, g := range guards {
			r.Moved = append(r.Moved, kv.Moved{Guard: g, Key: g.Key, Found: 9})
		}
		return r
	}
	other, another := kv.Guard{Kind: kv.Unmoved, Key: "/a", Revision: 3}, kv.Guard{Kind: kv.Unmoved, Key: "/b"}
	for name, test := range map[string]struct {
		fence  int64
		guards []kv.Guard
		cause  error
		moved  int
	}{
		"the fence": {7, []kv.Guard{other, {Kind: kv.Unmoved, Key: j.layout.Journal(), Revision: 7}}, errTaken, 0},
		"the first": {0, []kv.Guard{{Kind: kv.Unmoved, Key: j.layout.Journal()}}, nil, 1},
		"the lock":  {7, []kv.Guard{other, held.Guard()}, errLockLost, 0},
		"others":    {7, []kv.Guard{other, another}, nil, 2},
	} {
		j.fence = test.fence
		err := j.rejected(moved(test.guards...))
		switch e := err.(type) { //nolint:errorlint // just what it is
		case *Stopped:
			want := Stopped{Network: "prod", Journal: j.journal, Taken: errors.Is(test.cause, errTaken), Cause: test.cause}
			if *e != want {
				t.Errorf("%s: %+v", name, e)
			}
		case *Rejected:
			if test.cause != nil || len(e.Moved) != test.moved || e.Cause == nil {
				t.Errorf("%s: %+v", name, e)
			}
		default:
			t.Errorf("%s: %v", name, err)
		}
	}
}

type temporary bool

func (e temporary) Error() string   { return strconv.FormatBool(bool(e)) }
func (e temporary) Temporary() bool { return bool(e) }

// TestWhatMayPass: an error of the connection that says so.
func TestWhatMayPass(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{temporary(true): true, temporary(false): false, errors.New("any"): false, fmt.Errorf("wrapped: %w", temporary(true)): true} {
		if passing(err) != want {
			t.Errorf("%v: %v", err, !want)
		}
	}
}

// TestWhatAnEndedContextMeans: the journal stands; what is known already stays.
func TestWhatAnEndedContextMeans(t *testing.T) {
	t.Parallel()
	j := &journaled{network: "prod", journal: &state.Journal{Serial: 2}, fence: 7}
	ended := func(cause error) context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		return ctx
	}
	failed, lost := errors.New("failed"), errors.New("lost")
	known := &Stopped{Network: "other", Cause: failed}
	if got := j.judge(t.Context(), failed); !errors.Is(got, failed) || errors.As(got, new(*Stopped)) {
		t.Errorf("while it runs: %v", got)
	}
	if got := j.judge(ended(lost), known); !errors.Is(got, known) {
		t.Errorf("known already: %v", got)
	}
	for cause, want := range map[error]error{lost: lost, context.Canceled: ErrStopped} {
		var stopped *Stopped
		if got := j.judge(ended(cause), failed); !errors.As(got, &stopped) || !errors.Is(got, want) || stopped.Network != "prod" || stopped.Journal != j.journal {
			t.Errorf("%v: %v", cause, got)
		}
	}
}

// TestCallsStillToBeMade: none that holds or is impossible by now, but turning
// authentication on in any case; a run of its own makes all.
func TestCallsStillToBeMade(t *testing.T) {
	t.Parallel()
	role := func(kind kv.AuthOpKind, name string) kv.AuthOp { return kv.AuthOp{Kind: kind, Role: name} }
	batch := []kv.AuthOp{
		role(kv.AddRole, "there"), role(kv.AddRole, "new"), role(kv.DeleteRole, "gone"), role(kv.DeleteRole, "new"),
		{Kind: kv.GrantPermission, Role: "there", Key: "/x", Access: kv.Read},
		{Kind: kv.GrantPermission, Role: "gone", Key: "/x", Access: kv.Read},
		{Kind: kv.EnableAuth},
	}
	j := &journaled{intent: &state.Intent{Grants: batch}, journal: &state.Journal{}}
	if got := j.unmade(batch); len(got) != len(batch) {
		t.Errorf("a run of its own makes %v", got)
	}
	if err := j.obstructed(); err != nil {
		t.Errorf("a run of its own: %v", err)
	}
	for _, enabled := range []bool{false, true} {
		j.known = &kv.Auth{Enabled: enabled, Roles: map[string]map[kv.Range]kv.Access{"there": {}}, Users: map[string][]string{}}
		before := j.known.Clone()
		if err := j.obstructed(); err == nil {
			t.Error("a permission of a role that is gone is possible")
		}
		if len(j.known.Roles) != len(before.Roles) || len(j.known.Roles["there"]) > 0 {
			t.Errorf("looking changed what is known: %v", j.known)
		}
		var got []string
		for _, op := range j.unmade(batch) {
			got = append(got, op.String())
		}
		if want := []string{batch[1].String(), batch[3].String(), batch[4].String(), batch[6].String()}; !slices.Equal(got, want) {
			t.Errorf("still to be made are %q, not %q", got, want)
		}
	}
	j.known = &kv.Auth{Roles: map[string]map[kv.Range]kv.Access{}, Users: map[string][]string{}}
	j.intent.Grants = []kv.AuthOp{role(kv.AddRole, "new"), {Kind: kv.GrantPermission, Role: "new", Key: "/x", Access: kv.Read}}
	if err := j.obstructed(); err != nil {
		t.Errorf("a permission of a role that is made before: %v", err)
	}
	j.known.Roles["new"] = map[kv.Range]kv.Access{}
	if err := j.obstructed(); err != nil {
		t.Errorf("a role that is made already: %v", err)
	}
}

// TestNameOfAnEarlierStep: only what an earlier step wrote to the key, and nobody
// since, has the name from it.
func TestNameOfAnEarlierStep(t *testing.T) {
	t.Parallel()
	put := func(key string) kv.Op { return kv.Op{Kind: kv.Put, Key: key} }
	j := &journaled{
		intent:  &state.Intent{Ops: []kv.Op{put("/a"), {Kind: kv.Delete, Key: "/b"}, put("/c"), put("/d"), put("/e")}},
		journal: &state.Journal{Steps: state.JournalSteps{{End: 2, Revision: 50}, {End: 3, Revision: 60}, {End: 5, Revision: 70}}},
	}
	taking := &taking{j: j, from: 3, end: 5}
	for _, test := range []struct {
		key      string
		revision int64
		want     bool
	}{
		{"/a", 50, true}, {"/a", 51, false}, {"/a", 60, false}, {"/b", 50, false}, {"/c", 60, true}, {"/c", 50, false}, {"/d", 70, false}, {"/z", 50, false},
	} {
		if got := taking.givenBefore(kv.Moved{Key: test.key, Found: test.revision}); got != test.want {
			t.Errorf("%s, written at %d: %v", test.key, test.revision, got)
		}
	}
}

// TestResultOfAnUndoing: an undoing ends with an error that says what it restored,
// which is no error of a recovery.
func TestResultOfAnUndoing(t *testing.T) {
	t.Parallel()
	failed := errors.New("failed")
	if r := (&Recovery{}); !errors.Is(r.ofUndoing(failed), failed) || r.Outcome != "" {
		t.Errorf("it failed: %+v", r)
	}
	left, moved := []state.Left{{Key: "/a"}}, []Moved{{Moved: kv.Moved{Key: "/b"}}}
	r := &Recovery{}
	err := r.ofUndoing(&RolledBack{Cause: &Rejected{Moved: moved}, Restored: 3, Left: left, LeftMore: 2})
	if err != nil || r.Outcome != Undone || r.Restored != 3 || len(r.Left) != 1 || r.LeftMore != 2 || len(r.Moved) != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
	r = &Recovery{}
	if err := r.ofUndoing(&RolledBack{Cause: failed}); err != nil || r.Outcome != Undone || r.Moved != nil {
		t.Errorf("got %+v, %v", r, err)
	}
}
