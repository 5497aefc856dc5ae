package kv_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/kv"
)

// unheld asks that no node holds the domain d beside the cell c.
var unheld = kv.Guard{Kind: kv.Unheld, Key: "/n/", Form: "*/domain", Value: "d", Beside: "cell", Within: "c"}

func besides(pairs ...string) *kv.Snapshot {
	entries := map[string]kv.Entry{}
	for i := 0; i < len(pairs); i += 2 {
		entries[pairs[i]] = kv.Entry{Key: pairs[i], Value: pairs[i+1], CreateRevision: 5, ModRevision: int64(5 + i)}
	}
	return snapshotOf(entries, 99)
}

// TestUnheldAsksWhatLiesBeside: a key counts only with the other value beside it,
// and neither counts that the transaction writes itself.
func TestUnheldAsksWhatLiesBeside(t *testing.T) {
	t.Parallel()
	domain, cell := kv.Op{Kind: kv.Put, Key: "/n/1/domain"}, kv.Op{Kind: kv.Put, Key: "/n/1/cell"}
	empty := unheld
	empty.Within = ""
	for _, c := range []struct {
		name  string
		s     *kv.Snapshot
		ops   []kv.Op
		guard kv.Guard
		held  bool
	}{
		{"both", besides("/n/1/domain", "d", "/n/1/cell", "c"), nil, unheld, true},
		{"another cell", besides("/n/1/domain", "d", "/n/1/cell", "x"), nil, unheld, false},
		{"no cell", besides("/n/1/domain", "d"), nil, unheld, false},
		{"another node's cell", besides("/n/1/domain", "d", "/n/2/cell", "c"), nil, unheld, false},
		{"another domain", besides("/n/1/domain", "e", "/n/1/cell", "c"), nil, unheld, false},
		{"its own domain", besides("/n/1/domain", "d", "/n/1/cell", "c"), []kv.Op{domain}, unheld, false},
		{"its own cell", besides("/n/1/domain", "d", "/n/1/cell", "c"), []kv.Op{cell}, unheld, false},
		{"an empty cell", besides("/n/1/domain", "d", "/n/1/cell", ""), nil, empty, true},
		{"no cell is no empty one", besides("/n/1/domain", "d"), nil, empty, false},
	} {
		var want []kv.Moved
		if c.held {
			want = []kv.Moved{{Guard: c.guard, Key: "/n/1/domain", Found: 5}}
		}
		if got := kv.ReferringOf([]kv.Guard{c.guard}, c.ops).Moved(c.s); !slices.Equal(got, want) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// TestUnheldWatchesWhatLiesBeside: the cell beside each domain of that name is
// watched, there or not; beside others, and beside its own, nothing is.
func TestUnheldWatchesWhatLiesBeside(t *testing.T) {
	t.Parallel()
	s := besides("/n/1/domain", "d", "/n/1/cell", "x", "/n/2/domain", "d", "/n/3/domain", "e", "/n/3/cell", "c",
		"/n/4/domain", "d", "/n/4/cell", "x", "/n/5/name", "d", "/n/5/cell", "c")
	own := []kv.Op{{Kind: kv.DeletePrefix, Key: "/n/4/"}}
	var got []kv.Guard
	for _, g := range kv.ReferringOf([]kv.Guard{unheld}, own).Watched(s, 0) {
		if g.Kind == kv.Unmoved {
			got = append(got, g)
		}
	}
	want := []kv.Guard{{Kind: kv.Unmoved, Key: "/n/1/cell", Revision: 7}, {Kind: kv.Unmoved, Key: "/n/2/cell"}}
	if !slices.Equal(got, want) {
		t.Errorf("it is watched by %+v", got)
	}
	plain := unheld
	plain.Beside, plain.Within = "", ""
	for _, g := range kv.ReferringOf([]kv.Guard{plain}, own).Watched(s, 0) {
		if g.Kind == kv.Unmoved {
			t.Errorf("nothing was asked of %+v", g)
		}
	}
	if !plain.Looks() || len(kv.ReferringOf([]kv.Guard{plain}, nil).Moved(s)) != 3 {
		t.Error("a guard that asks nothing of what lies beside does not count every key")
	}
}

// TestEmptyNameIsOfItsFormOnly: a key that is not of the form has no name, which is
// not the empty one.
func TestEmptyNameIsOfItsFormOnly(t *testing.T) {
	t.Parallel()
	nameless := unheld
	nameless.Value = ""
	s := besides("/n/1/domain", "", "/n/1/cell", "x", "/n/2/name", "", "/n/2/x/y", "")
	for _, g := range kv.ReferringOf([]kv.Guard{nameless}, nil).Watched(s, 0) {
		if g.Kind == kv.Unmoved && g.Key != "/n/1/cell" {
			t.Errorf("it is watched by %+v", g)
		}
	}
}

// TestSparedIsNotLookedAt: of an Unnamed as of an Unheld, by itself and beside
// another key, and only the very key.
func TestSparedIsNotLookedAt(t *testing.T) {
	t.Parallel()
	plain := kv.Guard{Kind: kv.Unnamed, Key: "/n/", Form: "*/domain", Value: "d"}
	s := besides("/n/1/domain", "d", "/n/1/cell", "c")
	for _, c := range []struct {
		spared string
		left   []kv.Guard
	}{
		{"/n/1/domain", nil},
		{"/n/1/cell", []kv.Guard{plain}},
		{"/n/1/", []kv.Guard{plain, unheld}},
		{"/n/1/domain/x", []kv.Guard{plain, unheld}},
	} {
		var got []kv.Guard
		for _, m := range (kv.Txn{Guards: []kv.Guard{plain, unheld}, Spared: []string{c.spared}}).Referring().Moved(s) {
			got = append(got, m.Guard)
		}
		if !slices.Equal(got, c.left) {
			t.Errorf("with %s spared: %+v", c.spared, got)
		}
	}
}

// TestFailuresSayWhatToDo: an end is known by its code, and has its evidence.
func TestFailuresSayWhatToDo(t *testing.T) {
	t.Parallel()
	all := &kv.TooLarge{Bytes: 9, MaxBytes: 8}
	one := &kv.TooLarge{Key: "/k", Bytes: 9, MaxBytes: 8}
	f, single := all.Failure(), one.Failure()
	if f.Code != failure.TooLarge || len(f.Evidence) != 1 || f.Evidence[0] != any(all) {
		t.Errorf("%+v", f)
	}
	if f.Summary == single.Summary || f.Detail == single.Detail || f.Hint == single.Hint {
		t.Errorf("one write is told as all are: %+v", single)
	}
	if f := (&kv.NotEnforced{Cause: errors.New("x")}).Failure(); f.Code != failure.NotEnforced {
		t.Errorf("%+v", f)
	}
}
