package render

import (
	"time"

	"github.com/sigilgate/sigilform/internal/state"
)

// JournalDocument is an apply of several transactions that is under way, or
// was interrupted.
type JournalDocument struct {
	Apply   string    `json:"apply"`
	Serial  int64     `json:"serial"`
	Actor   string    `json:"actor"`
	Command string    `json:"command,omitempty"`
	Commit  string    `json:"commit,omitempty"`
	Since   time.Time `json:"since"`
	Phase   string    `json:"phase"`
	// Writes is how many it has, Done how many of them are written, Steps in
	// how many transactions.
	Writes int `json:"writes"`
	Done   int `json:"done"`
	Steps  int `json:"steps"`
	// Calls is how many calls of etcd's authentication it has, CallsMade how
	// many of them were made at least.
	Calls     int `json:"calls,omitempty"`
	CallsMade int `json:"calls_made,omitempty"`
}

// NewJournal is the document of a journal, nil where there is none.
func NewJournal(j *state.Journal) *JournalDocument {
	if j == nil {
		return nil
	}
	return &JournalDocument{
		Apply: j.Apply, Serial: j.Serial, Actor: j.Actor, Command: j.Command, Commit: j.Commit, Since: j.Since,
		Phase: string(j.Phase), Writes: j.Ops, Done: j.Done, Steps: len(j.Steps),
		Calls: j.Grants + j.Revokes, CallsMade: j.Granted + j.Revoked,
	}
}

// JournalNote says in a line that an apply is in the middle, and what to do.
func JournalNote(j *state.Journal, l *state.Lock) []string {
	d := NewJournal(j)
	began := escapeLine(d.Actor) + " began it at " + moment(d.Since) + "; " + d.progress()
	if l != nil {
		return []string{"note: an apply is under way: " + began + ". What is shown is in the middle of it."}
	}
	return []string{"note: an apply was interrupted: " + began + ". What is shown is in the middle of it.", "hint: run `sigilform recover`"}
}

// JournalFound says what a recovery is about to end.
func JournalFound(j *state.Journal) []string {
	d := NewJournal(j)
	return []string{"Found an apply that " + escapeLine(d.Actor) + " began at " + moment(d.Since) + ": " + d.progress() + "."}
}

// progress says how far an apply is.
func (d *JournalDocument) progress() string {
	calls := ""
	if d.Calls > 0 {
		calls = ", and " + number(d.CallsMade) + " of " + counted(d.Calls, "call", "calls") + " of etcd's authentication made"
	}
	if d.Done == 0 {
		return "nothing is written yet" + calls
	}
	return number(d.Done) + " of " + counted(d.Writes, "write is", "writes are") + " done" + calls
}

// leftKeys lists what a rollback left.
func (p *page) leftKeys(left []state.Left, more int) {
	if len(left) == 0 {
		return
	}
	t := table{right: []bool{false, true, false}}
	t.row("left", "found", "why")
	for _, l := range left {
		t.row(p.value(l.Key), revisionOf(l.Found), p.value(l.Why))
	}
	p.line()
	p.table("  ", &t)
	if more > 0 {
		p.line("  and ", counted(more, "more", "more"), " that the journal has no room for")
	}
	p.line()
}
