package render

import (
	"io"
	"strings"

	"github.com/sigilgate/sigilform/internal/drift"
)

// DriftEvents prints what became of the drift of a network as a stream: a line
// for each field, or as JSON a line for each Document.
func DriftEvents(w io.Writer, events []DriftEventDocument, o Options) error {
	if o.Format == JSON {
		o.Lines = true
		for i := range events {
			if err := writeJSON(w, &events[i], o); err != nil {
				return err
			}
		}
		return nil
	}
	p := newPage(o)
	for i := range events {
		p.driftEvent(&events[i])
	}
	return p.flush(w)
}

// driftEvent is one event as lines that each stand for themselves.
func (p *page) driftEvent(d *DriftEventDocument) {
	start := p.color(dim, moment(d.Seen)) + "  "
	switch d.Event {
	case driftUnknown:
		p.line(start, p.color(red, "unknown "), "  nothing is known of ", p.address(d.Network), " since then: ", p.sentence(d.Reason))
		return
	case driftKnown:
		p.line(start, p.color(green, "known   "), "  ", p.address(d.Network), " was read again at revision ", plainNumber(d.Revision),
			"; ", counted(d.DriftedObjects, "object differs", "objects differ"))
		return
	}
	if c := d.whole(); c != "" {
		p.line(start, p.eventWord(d.Event), "  ", p.color(bold, p.address(d.Address)), ": ", c, p.eventNote(d))
		return
	}
	for i := range d.Fields {
		f := &d.Fields[i]
		p.line(start, p.eventWord(f.Event), "  ", p.color(bold, p.address(d.Address)), " ", p.eventField(f), p.eventNote(d))
	}
}

// whole is what became of an object as a whole, empty where only fields differ.
func (d *DriftEventDocument) whole() string {
	switch {
	case d.Event == string(drift.Ended) && d.Deleted, d.Event == string(drift.Ended) && len(d.Fields) == 0:
		return "there again"
	case d.Deleted && (d.Event == string(drift.Began) || len(d.Fields) == 0):
		return "deleted outside"
	}
	return ""
}

func (p *page) eventWord(event string) string {
	switch drift.EventKind(event) {
	case drift.Began:
		return p.color(yellow, "drifted ")
	case drift.Moved:
		return p.color(yellow, "moved   ")
	case drift.Ended:
	}
	return p.color(green, "resolved")
}

// eventField is one field: applied → live, or that it is as applied again.
func (p *page) eventField(f *DriftEventField) string {
	switch {
	case f.Event == string(drift.Ended):
		return p.eventName(f) + ": as applied again"
	case f.Member && f.Old == nil:
		return p.eventName(f) + ": removed outside"
	case f.Member:
		return p.eventName(f) + ": added outside"
	}
	return p.eventName(f) + ": " + p.bothShown(&f.FieldDocument)
}

// eventName is a field's name; of a member of a set, the set's and the member's.
func (p *page) eventName(f *DriftEventField) string {
	if set, _, ok := strings.Cut(f.Name, "."); ok && f.Member {
		return p.name(set) + " " + p.member(&f.FieldDocument)
	}
	return p.name(f.Name)
}

// eventNote says at which revision, and since which apply.
func (p *page) eventNote(d *DriftEventDocument) string {
	apply := "since serial "
	if d.ByApply {
		apply = "by the apply with serial "
	}
	apply += plainNumber(d.Serial) + by(p.word(d.AppliedBy))
	return " " + p.color(cyan, "(revision "+plainNumber(d.Revision)+"; "+apply+p.commit(d.Commit)+")")
}
