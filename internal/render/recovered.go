package render

import (
	"io"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// RecoveredDocument is what became of an interrupted apply.
type RecoveredDocument struct {
	Head
	Network string `json:"network"`
	// Outcome is "finished", "rolled-back", "dropped" (it had written
	// nothing), "abandoned", "rescued" (authentication is off again), or "nothing"
	// where there was none.
	Outcome string `json:"outcome"`
	// Journal is as it was found.
	Journal *JournalDocument `json:"journal,omitempty"`
	// Serial and Revision are of the head that the recovery wrote, 0 where it
	// wrote none.
	Serial   int64 `json:"serial,omitempty"`
	Revision int64 `json:"revision,omitempty"`
	// Steps is how many transactions carried it on.
	Steps int `json:"steps,omitempty"`
	// Restored counts the keys with their former value, Left are those that
	// others had written since.
	Restored int          `json:"restored,omitempty"`
	Left     []state.Left `json:"left,omitempty"`
	// LeftMore is how many more there are, where the journal has no room for all.
	LeftMore int `json:"left_more,omitempty"`
	// Moved is why it did not go forward.
	Moved []MovedKey `json:"moved,omitempty"`
	// RescueRemoved says that an apply had left the rescue user in etcd, an
	// administrator, and that it is gone.
	RescueRemoved bool    `json:"rescue_user_removed,omitempty"`
	DurationMS    float64 `json:"duration_ms"`
}

// NewRecovered makes the Document of a recovery, nil where there was nothing
// to recover.
func NewRecovered(network string, r *apply.Recovery, took time.Duration) RecoveredDocument {
	d := RecoveredDocument{Head: head("recovered"), Network: network, Outcome: "nothing", DurationMS: float64(took.Microseconds()) / microsPerMilli}
	if r == nil {
		return d
	}
	d.Outcome, d.Journal, d.Serial, d.Revision, d.Steps = string(r.Outcome), NewJournal(r.Journal), r.Serial, r.Revision, r.Steps
	d.Restored, d.Left, d.LeftMore = r.Restored, r.Left, r.LeftMore
	if len(r.Moved) > 0 {
		d.Moved = MovedKeys(r.Moved)
	}
	return d
}

const microsPerMilli = 1000

// rescued is the outcome of a recovery that turned authentication off again.
const rescued = "rescued"

// NewRescued makes the Document of a rescue.
func NewRescued(network string, turnedOff, removed bool) RecoveredDocument {
	d := NewRecovered(network, nil, 0)
	d.RescueRemoved = removed
	if turnedOff {
		d.Outcome = rescued
	}
	return d
}

// Recovered shows what became of an interrupted apply.
func Recovered(w io.Writer, d RecoveredDocument, o Options) error {
	d.Head = head("recovered")
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	p.recovered(&d)
	if d.RescueRemoved {
		p.line("The etcd user ", kv.RescueUser, ", an administrator that an apply had left, is removed.")
	}
	return p.flush(w)
}

func (p *page) recovered(d *RecoveredDocument) {
	switch apply.RecoveryOutcome(d.Outcome) {
	case apply.Finished:
		p.line(p.color(green, "Finished: "), "the apply that ", p.word(d.Journal.Actor), " had begun is serial ", plainNumber(d.Serial), ", revision ", plainNumber(d.Revision), ".")
	case apply.Undone:
		p.line(p.color(yellow, "Rolled back: "), counted(d.Restored, "key has its former value", "keys have their former value"), " again.")
		p.movedKeys(d.Moved)
		p.leftKeys(d.Left, d.LeftMore)
	case apply.Dropped:
		p.line(p.color(green, "Dropped: "), "the apply had written nothing yet.")
	case apply.Abandoned:
		p.line(p.color(yellow, "Abandoned: "), "what was written stays, as serial ", plainNumber(d.Serial), ", revision ", plainNumber(d.Revision), ".")
	case rescued:
		p.line(p.color(green, "Rescued: "), "authentication is off. Finish the apply with: sigilform recover")
	default:
		if !d.RescueRemoved {
			p.line("Nothing to recover.")
		}
	}
}
