package render

import (
	"io"

	"github.com/sigilgate/sigilform/internal/state"
)

// LockDocument is who holds the lock of a network.
type LockDocument struct {
	Head
	Network string `json:"network"`
	Held    bool   `json:"held"`
	// Broken says that it was just taken from its holder.
	Broken bool        `json:"broken,omitempty"`
	Lock   *state.Lock `json:"lock,omitempty"`
	// Journal is that of an apply that is under way or was interrupted.
	Journal *JournalDocument `json:"journal,omitempty"`
}

// Lock shows who holds the lock of a network.
func Lock(w io.Writer, d LockDocument, o Options) error {
	d.Head = head("lock")
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	p.lock(&d)
	return p.flush(w)
}

func (p *page) lock(d *LockDocument) {
	switch {
	case d.Broken:
		p.line("The lock ", p.word(d.Lock.ID), " of network ", p.word(d.Network), " is broken; it was held by ", p.word(d.Lock.Actor), ".")
	case !d.Held:
		p.line("Nobody holds the lock of network ", p.word(d.Network), ".")
	default:
		var t table
		t.row("lock", p.word(d.Lock.ID))
		t.row("network", p.word(d.Network))
		t.row("holder", p.word(d.Lock.Actor))
		t.row("process", plainNumber(int64(d.Lock.PID))+" on "+p.word(d.Lock.Host))
		t.row("command", p.value(d.Lock.Command))
		t.row("since", moment(d.Lock.Since))
		p.table("", &t)
	}
	if j := d.Journal; j != nil {
		p.line("An apply by ", p.word(j.Actor), " is at ", plainNumber(int64(j.Done)), " of ", plainNumber(int64(j.Writes)), " writes.")
	}
}
