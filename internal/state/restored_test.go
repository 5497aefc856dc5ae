package state_test

import (
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/state"
)

func TestRestoredIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		written, found  string
		logThen, logNow uint64
		restored        bool
	}{
		{"as it was", "a", "a", 10, 11, false},
		{"nothing since", "a", "a", 10, 10, false},
		{"another cluster", "a", "b", 10, 11, true},
		{"another cluster, no log", "a", "b", 0, 0, true},
		{"a new log", "a", "a", 10, 9, true},
		{"the log is not known", "a", "a", 10, 0, false},
		{"the log was not known", "a", "a", 0, 3, false},
		{"the cluster was not known", "", "b", 0, 3, false},
	} {
		at := time.Unix(9, 0).UTC()
		h := &state.Head{ClusterID: c.written, LogIndex: c.logThen, Serial: 7, Time: at, Actor: "olga@ops"}
		r := h.RestoredIn(c.found, c.logNow)
		if (r != nil) != c.restored || r != nil && (r.From != c.written || r.Serial != 7 || !r.Time.Equal(at) || r.Actor != "olga@ops") {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}
