package crash_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

const (
	node  = "/net/nodes/10.0.0.1/"
	entry = "/net/nodes/10.1.0.1/"
)

func set(revision int64, key, value string) crash.Event {
	return crash.Event{Revision: revision, Key: key, Value: value}
}

func gone(revision int64, keys ...string) (out []crash.Event) {
	for _, key := range keys {
		out = append(out, crash.Event{Revision: revision, Key: key, Deleted: true})
	}
	return out
}

// headOf is what an apply writes at its end.
func headOf(t *testing.T, revision, serial int64, apply string, more ...crash.Event) []crash.Event {
	t.Helper()
	l := state.NewLayout("n")
	return append(more, set(revision, l.Head(), head(t, serial, apply)), set(revision, l.History(serial), record(t, serial, apply)))
}

// journalOf is a write of the apply's journal.
func journalOf(t *testing.T, revision int64, phase state.Phase, more ...crash.Event) []crash.Event {
	t.Helper()
	text, err := state.EncodeJournal(&state.Journal{Format: 1, Apply: "a", Owner: "o", Actor: "ann", Serial: 1, Phase: phase, Moves: int(revision)})
	if err != nil {
		t.Fatal(err)
	}
	return append(more, set(revision, state.NewLayout("n").Journal(), text))
}

// recordOf says what was applied of a node.
func recordOf(t *testing.T, kind addr.Kind, declared map[string]string) string {
	t.Helper()
	text, err := state.EncodeRecord(&state.Record{Address: string(kind) + ".x", Declared: declared})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// theirs is the write "1" of others, with their sign.
func theirs(events ...crash.Event) []crash.Event {
	return append(events, set(events[0].Revision, "/net/api_tokens/ann", "1"))
}

// judged is what the checker says of a history.
func judged(events []crash.Event, l *crash.Ledger, lawful bool, plans ...crash.Planned) string {
	trace := crash.Trace{Network: "n", Prefix: "/net/", Events: events, Ledger: l, Lawful: lawful, Plans: map[string]crash.Planned{}}
	for _, p := range plans {
		trace.Plans[p.Apply] = p
	}
	return strings.Join(trace.Check().Faults, "\n")
}

func expect(t *testing.T, name, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) || (got == "") != (want == "") {
		t.Errorf("%s: got %q, want %q", name, got, want)
	}
}

// TestUnseen: what a plan did not see it must not delete, but for what the
// network writes all day; nor may an undoing take back what others wrote.
func TestUnseen(t *testing.T) {
	t.Parallel()
	removes := crash.Planned{Apply: "a", Seen: 2, Ops: []kv.Op{{Kind: kv.DeletePrefix, Key: node}}}
	writes := crash.Planned{
		Apply: "a", Seen: 2, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: node + "region", Revision: 2}}, Ops: []kv.Op{{Kind: kv.Put, Key: node + "region", Value: "x"}},
	}
	there := []crash.Event{set(2, node+"role", "core"), set(2, node+"region", "old")}
	for name, row := range map[string]struct {
		events []crash.Event
		plan   crash.Planned
		want   string
	}{
		"a deletion of what was seen":    {headOf(t, 3, 1, "a", gone(3, node+"role", node+"region")...), removes, ""},
		"a setting is deleted unseen":    {slices.Concat(there[:0], []crash.Event{set(3, node+"settings/mtu", "1")}, headOf(t, 4, 1, "a", gone(4, node+"role", node+"region", node+"settings/mtu")...)), removes, "deleted " + node + "settings/mtu"},
		"a key of nobody's, unseen":      {slices.Concat([]crash.Event{set(3, node+"note", "1")}, headOf(t, 4, 1, "a", gone(4, node+"role", node+"region", node+"note")...)), removes, "deleted " + node + "note"},
		"health may be deleted unseen":   {slices.Concat([]crash.Event{set(3, node+"health", "healthy")}, headOf(t, 4, 1, "a", gone(4, node+"role", node+"region", node+"health")...)), removes, ""},
		"a rotated path, too":            {slices.Concat([]crash.Event{set(3, node+"core_service_name", "p")}, headOf(t, 4, 1, "a", gone(4, node+"role", node+"region", node+"core_service_name")...)), removes, ""},
		"their deletion is overwritten":  {slices.Concat(gone(3, node+"region"), headOf(t, 4, 1, "a", set(4, node+"region", "x"))), writes, "overwrote " + node + "region"},
		"it comes and goes":              {slices.Concat([]crash.Event{set(3, node+"note", "1")}, gone(4, node+"note"), headOf(t, 5, 1, "a", gone(5, node+"role", node+"region")...)), removes, ""},
		"an undoing restores":            {slices.Concat(journalOf(t, 3, state.Applying, set(3, node+"region", "x")), journalOf(t, 4, state.RollingBack), journalOf(t, 5, state.RollingBack, set(5, node+"region", "old"))), writes, ""},
		"an undoing restores too much":   {slices.Concat(journalOf(t, 3, state.Applying, set(3, node+"region", "x")), []crash.Event{set(4, node+"region", "theirs")}, journalOf(t, 5, state.RollingBack, set(5, node+"region", "old"))), writes, "took " + node + "region back"},
		"an undoing forgets their write": {slices.Concat(journalOf(t, 3, state.Applying, set(3, node+"region", "x")), gone(4, node+"region"), journalOf(t, 5, state.RollingBack, set(5, node+"region", "old"))), writes, "took " + node + "region back"},
		"an undoing restores another":    {slices.Concat(journalOf(t, 3, state.Applying, set(3, node+"region", "x")), journalOf(t, 5, state.RollingBack, set(5, node+"region", "other"))), writes, "left " + node + "region"},
		"an undoing leaves a key":        {slices.Concat(journalOf(t, 3, state.Applying, set(3, node+"region", "x")), journalOf(t, 5, state.RollingBack), gone(6, state.NewLayout("n").Journal())), writes, "left " + node + "region"},
		"what came and went is no obstacle": {
			slices.Concat(journalOf(t, 3, state.Applying, gone(3, node+"region")...), []crash.Event{set(4, node+"region", "theirs")}, gone(5, node+"region"),
				journalOf(t, 6, state.RollingBack, set(6, node+"region", "old"))), writes, "",
		},
		"what came stays": {
			slices.Concat(journalOf(t, 3, state.Applying, gone(3, node+"region")...), []crash.Event{set(4, node+"region", "theirs")},
				journalOf(t, 6, state.RollingBack, set(6, node+"region", "old"))), writes, "took " + node + "region back",
		},
		"abandoned, it stays": {
			slices.Concat(journalOf(t, 3, state.Applying, set(3, node+"region", "x")), append(headOf(t, 4, 1, "abandon"), gone(4, state.NewLayout("n").Journal())...)), writes, "",
		},
	} {
		expect(t, name, judged(slices.Concat(there, row.events), nil, false, row.plan), row.want)
	}
}

// TestLedger: what others were told is written must be there, as they wrote it,
// and nothing else may be.
func TestLedger(t *testing.T) {
	t.Parallel()
	wrote := func(id string, revision int64) *crash.Ledger {
		ops := []kv.Op{{Kind: kv.Put, Key: node + "region", Value: "r"}, {Kind: kv.Put, Key: "/net/api_tokens/ann", Value: id}, {Kind: kv.DeletePrefix, Key: entry}}
		return &crash.Ledger{Sign: "/net/api_tokens/", Writes: map[string]crash.Write{id: {ID: id, Revision: revision, Ops: ops}}}
	}
	for name, row := range map[string]struct {
		events []crash.Event
		ledger *crash.Ledger
		want   string
	}{
		"as they wrote it":          {theirs(set(3, node+"region", "r")), wrote("1", 3), ""},
		"nobody knew":               {theirs(set(3, node+"region", "r")), wrote("1", 0), ""},
		"nobody knew, and it isn't": {nil, wrote("1", 0), ""},
		"a range went":              {theirs(slices.Concat([]crash.Event{set(3, node+"region", "r")}, gone(3, entry+"role"))...), wrote("1", 3), ""},
		"it is lost":                {nil, wrote("1", 3), "is lost"},
		"at another revision":       {theirs(set(4, node+"region", "r")), wrote("1", 3), "carried out then, too"},
		"twice":                     {slices.Concat(theirs(set(3, node+"region", "r")), theirs(set(4, node+"region", "r"))), wrote("1", 0), "carried out then, too"},
		"another value":             {theirs(set(3, node+"region", "x")), wrote("1", 3), "was not to write " + node + "region"},
		"another key":               {theirs(set(3, node+"region", "r"), set(3, node+"domain", "r")), wrote("1", 3), "was not to write " + node + "domain"},
		"nobody's":                  {[]crash.Event{set(3, node+"region", "r")}, &crash.Ledger{Sign: "/net/api_tokens/"}, "nobody says to have written"},
		"a commit without a fence":  {[]crash.Event{set(3, state.NewLayout("n").Record(addr.Core, "1"), "{}"), set(3, node+"region", "r")}, &crash.Ledger{Sign: "/net/api_tokens/"}, "nobody says to have written"},
	} {
		expect(t, name, judged(row.events, row.ledger, false), row.want)
	}
}

// TestLawsOfEveryRevision: a law that is broken in between is a fault of whoever
// broke it, also where it holds again in the end.
func TestLawsOfEveryRevision(t *testing.T) {
	t.Parallel()
	first := []crash.Event{set(2, node+"role", "core"), set(2, entry+"role", "entry"), set(2, entry+"domain", "a.net")}
	moves := crash.Planned{
		Apply: "a", Seen: 2, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: node + "domain"}, {Kind: kv.Unmoved, Key: entry + "domain", Revision: 2}},
		Ops: []kv.Op{{Kind: kv.Put, Key: node + "domain", Value: "a.net"}, {Kind: kv.Put, Key: entry + "domain", Value: "b.net"}},
	}
	at := slices.Concat(first, headOf(t, 3, 1, "a", set(3, node+"domain", "a.net"), set(3, entry+"domain", "b.net")))
	expect(t, "at once", judged(at, nil, true, moves), "")
	between := slices.Concat(first, journalOf(t, 3, state.Applying, set(3, node+"domain", "a.net")),
		headOf(t, 4, 1, "a", set(4, entry+"domain", "b.net"), gone(4, state.NewLayout("n").Journal())[0]))
	expect(t, "one after the other", judged(between, nil, true, moves), "revision 3: the apply a broke a law: unique")
	expect(t, "others do", judged(slices.Concat(first, []crash.Event{set(3, node+"domain", "a.net")}), nil, true), "revision 3: a write of others broke a law")
}

// TestRewound: a rollback makes again what only applies have written since, and
// deletes nothing that was there before anybody applied it.
func TestRewound(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("n")
	one := crash.Planned{Apply: "one", Seen: 2, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: node + "status"}}, Ops: []kv.Op{{Kind: kv.Put, Key: node + "status", Value: "active"}}}
	two := crash.Planned{Apply: "two", Seen: 3, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: node + "status", Revision: 3}}, Ops: []kv.Op{{Kind: kv.Put, Key: node + "status", Value: "archived"}}}
	back := crash.Planned{Apply: "back", Seen: 4, RolledBackTo: 1, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: node + "status", Revision: 4}}, Ops: []kv.Op{{Kind: kv.Put, Key: node + "status", Value: "active"}}}
	forgets, removes := crash.Planned{Apply: "back", Seen: 4, RolledBackTo: 1}, crash.Planned{Apply: "back", Seen: 4, RolledBackTo: 1, Ops: []kv.Op{{Kind: kv.DeletePrefix, Key: entry}}}
	three := crash.Planned{Apply: "three", Seen: 4, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: entry + "region"}}, Ops: []kv.Op{{Kind: kv.Put, Key: entry + "region", Value: "r"}}}
	late := crash.Planned{Apply: "back", Seen: 5, RolledBackTo: 1, Guards: back.Guards, Ops: append([]kv.Op{{Kind: kv.Delete, Key: entry + "region"}}, back.Ops...)}
	begin := []crash.Event{set(2, node+"role", "core"), set(2, entry+"role", "entry")}
	applied := slices.Concat(begin, headOf(t, 3, 1, "one", set(3, l.Record(addr.Core, "10.0.0.1"), recordOf(t, addr.Core, map[string]string{"role": "core"})), set(3, node+"status", "active")),
		headOf(t, 4, 2, "two", set(4, node+"status", "archived"), set(4, l.Record(addr.Entry, "10.1.0.1"), recordOf(t, addr.Entry, map[string]string{"role": "entry"}))))
	for name, row := range map[string]struct {
		events []crash.Event
		back   crash.Planned
		want   string
	}{
		"brought back":          {headOf(t, 5, 3, "back", set(5, node+"status", "active")), back, ""},
		"left":                  {headOf(t, 5, 3, "back"), forgets, "made " + node + "status \"archived\", which was \"active\""},
		"others wrote it since": {slices.Concat([]crash.Event{set(5, node+"status", "inactive")}, headOf(t, 6, 3, "back")), forgets, ""},
		"added since, removed":  {slices.Concat(headOf(t, 5, 3, "three", set(5, entry+"region", "r")), headOf(t, 6, 4, "back", append(gone(6, entry+"region"), set(6, node+"status", "active"))...)), late, ""},
		"adopted, then removed": {headOf(t, 5, 3, "back", append(gone(5, entry+"role", l.Record(addr.Entry, "10.1.0.1")), set(5, node+"status", "active"))...), removes, "removed " + entry + "role"},
	} {
		expect(t, name, judged(slices.Concat(applied, row.events), nil, false, one, two, three, row.back), row.want)
	}
	// What an apply removed and another made anew was that one's.
	deletes := crash.Planned{Apply: "deletes", Seen: 4, Ops: []kv.Op{{Kind: kv.DeletePrefix, Key: entry}}}
	makes := crash.Planned{Apply: "makes", Seen: 5, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: entry + "role"}}, Ops: []kv.Op{{Kind: kv.Put, Key: entry + "role", Value: "entry"}}}
	removes.Seen, removes.Guards, removes.Ops = 6, back.Guards, append(slices.Clone(back.Ops), removes.Ops...)
	events := slices.Concat(applied, headOf(t, 5, 3, "deletes", gone(5, entry+"role", l.Record(addr.Entry, "10.1.0.1"))...),
		headOf(t, 6, 4, "makes", set(6, entry+"role", "entry"), set(6, l.Record(addr.Entry, "10.1.0.1"), recordOf(t, addr.Entry, map[string]string{"role": "entry"}))),
		headOf(t, 7, 5, "back", append(gone(7, entry+"role", l.Record(addr.Entry, "10.1.0.1")), set(7, node+"status", "active"))...))
	expect(t, "made anew, then removed", judged(events, nil, false, one, two, deletes, makes, removes), "")
}

// TestAgree: where an apply ends, records and data say the same, but for what
// others wrote after its plan.
func TestAgree(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("n")
	plan := crash.Planned{Apply: "a", Seen: 3, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: node + "region"}}}
	ends := func(revision int64, region string) []crash.Event {
		return headOf(t, revision, 1, "a", set(revision, l.Record(addr.Core, "10.0.0.1"), recordOf(t, addr.Core, map[string]string{"role": "core", "region": region})))
	}
	there := []crash.Event{set(2, node+"role", "core"), set(3, node+"region", "old")}
	expect(t, "they agree", judged(slices.Concat(there, ends(4, "old")), nil, false, plan), "")
	expect(t, "they don't", judged(slices.Concat(there, ends(4, "new")), nil, false, plan), node+"region is not as its record says")
	expect(t, "others wrote", judged(slices.Concat(there, []crash.Event{set(4, node+"region", "theirs")}, ends(5, "old")), nil, false, plan), "")
}

// TestFenced: a write of the journal that comes late, or from a run that has
// lost the lock, is found, whatever it wrote.
func TestFenced(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("n")
	moves := func(revision int64, owner string, moves int, more ...crash.Event) []crash.Event {
		text, err := state.EncodeJournal(&state.Journal{Format: 1, Apply: "a", Owner: owner, Actor: "ann", Serial: 1, Phase: state.Applying, Moves: moves})
		if err != nil {
			t.Fatal(err)
		}
		return append(more, set(revision, l.Journal(), text))
	}
	locked := func(revision int64) crash.Event { return set(revision, l.Lock(), "{}") }
	begin := slices.Concat([]crash.Event{locked(2)}, moves(3, "o", 1))
	taken := slices.Concat(gone(4, l.Lock()), []crash.Event{locked(5)}, moves(6, "p", 2))
	for name, row := range map[string]struct {
		events []crash.Event
		want   string
	}{
		"under its lock":             {moves(4, "o", 2), ""},
		"a lost write is shut out":   {moves(4, "o", 1), ""},
		"it is taken over":           {taken, ""},
		"it ends":                    {gone(4, l.Journal()), ""},
		"late":                       {slices.Concat(moves(4, "o", 2), moves(5, "o", 2, set(5, entry+"role", "entry"))), "went from its write 2 to 2"},
		"later":                      {slices.Concat(moves(4, "o", 2), moves(5, "o", 3), moves(6, "o", 2)), "went from its write 3 to 2"},
		"without its lock":           {slices.Concat(gone(4, l.Lock()), moves(5, "o", 2)), "without the lock"},
		"under another's lock":       {slices.Concat(gone(4, l.Lock()), []crash.Event{locked(5)}, moves(6, "o", 2)), "the run o had the lock of revision 2"},
		"it ends under another's":    {slices.Concat(gone(4, l.Lock()), []crash.Event{locked(5)}, gone(6, l.Journal())), "the run o had the lock of revision 2"},
		"after it was taken over":    {slices.Concat(taken, moves(7, "o", 3)), "the run o had the lock of revision 2"},
		"begun when it had ended":    {slices.Concat(gone(4, l.Journal()), moves(5, "o", 2)), "begins with its write 2"},
		"begun without its lock":     {slices.Concat(gone(4, l.Journal(), l.Lock()), moves(5, "q", 1)), "without the lock"},
		"begun under another's lock": {slices.Concat(gone(4, l.Journal(), l.Lock()), []crash.Event{locked(5)}, moves(6, "o", 1)), "the run o had the lock of revision 2"},
	} {
		plans := map[string]crash.Planned{"a": {Apply: "a", Seen: 2, Guards: []kv.Guard{{Kind: kv.Empty, Key: entry}}}}
		trace := crash.Trace{Network: "n", Prefix: "/net/", Events: slices.Concat(begin, row.events), Fenced: true, Plans: plans}
		if name == "late" {
			trace.Events = append(trace.Events, gone(9, entry+"role")...) // others'
		}
		expect(t, name, strings.Join(trace.Check().Faults, "\n"), row.want)
	}
}

// TestTakenBackAtOnce: what an undoing left is found where its journal goes,
// also where the next apply writes it.
func TestTakenBackAtOnce(t *testing.T) {
	t.Parallel()
	first := crash.Planned{Apply: "a", Seen: 2, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: node + "region", Revision: 2}}}
	next := crash.Planned{Apply: "b", Seen: 5, Guards: []kv.Guard{{Kind: kv.Unmoved, Key: node + "region", Revision: 3}}, Ops: []kv.Op{{Kind: kv.Put, Key: node + "region", Value: "y"}}}
	events := slices.Concat([]crash.Event{set(2, node+"region", "old")}, journalOf(t, 3, state.Applying, set(3, node+"region", "x")), journalOf(t, 4, state.RollingBack), gone(5, state.NewLayout("n").Journal()))
	says := func(left ...state.Left) []crash.Event {
		text, err := state.EncodeJournal(&state.Journal{Format: 1, Apply: "a", Owner: "o", Actor: "ann", Serial: 1, Phase: state.RollingBack, Moves: 4, Left: left})
		if err != nil {
			t.Fatal(err)
		}
		return slices.Concat([]crash.Event{set(2, node+"region", "old")}, journalOf(t, 3, state.Applying, set(3, node+"region", "x"), set(3, state.NewLayout("n").Record(addr.Core, "10.0.0.1"), "{}")),
			[]crash.Event{set(4, state.NewLayout("n").Journal(), text)}, gone(5, state.NewLayout("n").Journal()))
	}
	expect(t, "left, and said so", judged(says(state.Left{Key: node + "region", Why: "others rely on it"}), nil, false, first), "")
	expect(t, "another is left", judged(says(state.Left{Key: entry + "region", Why: "others rely on it"}), nil, false, first), "left "+node+"region")
	expect(t, "nothing is undone", judged(slices.Concat(events, headOf(t, 6, 1, "b", set(6, node+"region", "y"))), nil, false, first, next), "revision 5: the apply a was taken back and left "+node+"region")
}
