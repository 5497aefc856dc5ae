package crash_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// What a run of worlds is to meet, each at least once.
const (
	metThree      = "runs on three members"
	metMembers    = "members in trouble"
	metFull       = "members whose disk was full"
	metMoved      = "leaders that gave their lead away"
	metAuth       = "runs while authentication was on"
	metOperators  = "runs of another administrator while authentication was on"
	metHands      = "runs of who administers nothing while authentication was on"
	metAdoptions  = "applies that adopted"
	metRollbacks  = "rollbacks carried out"
	metKilled     = "applies killed midway"
	metRecoveries = "recoveries killed midway"
	metAbandons   = "abandonings killed midway"
	metUndone     = "applies undone"
	metAbandoned  = "applies abandoned"
	metSmall      = "applies of several transactions, at requests of 40 KiB"
	metDeletions  = "writes of others into what was being deleted"
	metClaims     = "writes of others that took what was being given"
	metStalled    = "runs stopped for longer than their lock lasted"
	metStranded   = "runs whose requests came late"
	metLaws       = "revisions at which the laws were checked"
)

func toMeet() []string {
	return []string{
		metThree, metMembers, metFull, metMoved, metAuth, metOperators, metHands, metAdoptions, metRollbacks, metKilled, metRecoveries, metAbandons, metUndone, metAbandoned,
		metSmall, metDeletions, metClaims, metStalled, metStranded, metLaws,
	}
}

// What else is counted.
const (
	metWorlds   = "worlds"
	metRuns     = "runs"
	metApplies  = "applies that wrote something"
	metHeads    = "serials"
	metJournals = "applies of several transactions"
	metFaults   = "runs that something happened to"
	metEvents   = "events"
	metOthers   = "writes of others"
)

// tally is how often things were met.
type tally map[string]int

func (a tally) add(b tally) {
	for what, n := range b {
		a[what] += n
	}
}

// enough is after how long a run of worlds has to have met everything.
const enough = 5 * time.Minute

// report prints a tally, and says what was never met: such a run shows nothing
// of it.
func (a tally) report(t *testing.T, seed uint64) {
	t.Helper()
	t.Logf("seed %d, in all:", seed)
	for _, what := range slices.Sorted(maps.Keys(a)) {
		t.Logf("%8d %s", a[what], what)
	}
	for _, what := range toMeet() {
		switch {
		case a[what] > 0:
		case *drawnFor >= enough && !t.Failed():
			t.Errorf("not once: %s", what)
		default:
			t.Logf("not once: %s", what)
		}
	}
}

// census notes what a run begins with.
func (w *drawn) census(t *testing.T, x *run) {
	t.Helper()
	w.count(metRuns)
	if x.fate != lucky {
		w.count(metFaults)
	}
	if w.members == 3 {
		w.count(metThree)
	}
	if w.auth == "" {
		return
	}
	limit, stop := context.WithTimeout(t.Context(), othersPatience)
	defer stop()
	if a, err := w.client.AuthStatus(limit); err == nil && a.Enabled {
		w.count(metAuth)
		switch x.who {
		case operator:
			w.count(metOperators)
		case hand, planner:
			w.count(metHands)
		}
	}
}

// tally counts what a world met.
func (w *drawn) tally(applies map[string]crash.Begun, v crash.Verdict) tally {
	out := tally{metWorlds: 1, metApplies: len(applies), metEvents: len(w.events), metOthers: len(w.ledger.Writes), metLaws: v.Lawful}
	counts := w.counted()
	for _, what := range append(toMeet(), metRuns, metFaults) {
		out[what] += counts[what]
	}
	w.tallyHeads(out, applies)
	w.tallyJournals(out)
	return out
}

// tallyHeads counts the applies that were carried out, by what their plans say.
func (w *drawn) tallyHeads(out tally, applies map[string]crash.Begun) {
	for _, e := range w.events {
		if e.Key != state.NewLayout(drawnName).Head() || e.Deleted {
			continue
		}
		h, err := state.DecodeHead(e.Value)
		if err != nil {
			continue
		}
		out[metHeads]++
		p := w.planOf(applies[h.Apply])
		switch {
		case p == nil:
		case p.RolledBackTo > 0:
			out[metRollbacks]++
		case slices.ContainsFunc(p.Changes, func(c plan.Change) bool { return c.Action == plan.Adopt || c.Reason == plan.Adopted }):
			out[metAdoptions]++
		}
	}
}

// tallyJournals counts who drove a journal and died over it, and how they ended.
func (w *drawn) tallyJournals(out tally) {
	l := state.NewLayout(drawnName)
	holder, apply := "", ""
	var drove []string
	for _, e := range w.events {
		switch e.Key {
		case l.Lock():
			if held, err := state.DecodeLock(e.Value); err == nil {
				holder = held.Actor
			}
		case l.Journal():
			if e.Deleted {
				drove = slices.DeleteFunc(drove, func(actor string) bool { return actor == holder })
				apply = ""
				continue
			}
			if j, err := state.DecodeJournal(e.Value); err == nil {
				if j.Apply != apply {
					out[metJournals]++
				}
				if j.Apply != apply && w.options.MaxRequestBytes == small {
					out[metSmall]++
				}
				apply = j.Apply
			}
			if !slices.Contains(drove, holder) {
				drove = append(drove, holder)
			}
		}
	}
	for _, actor := range drove {
		if !w.dead[actor] {
			continue
		}
		switch (&run{actor: actor}).what() {
		case "recover":
			out[metRecoveries]++
		case "abandon":
			out[metAbandons]++
		default:
			out[metKilled]++
		}
	}
}
