package render

import (
	"time"

	"github.com/sigilgate/sigilform/internal/state"
)

// RestoredDocument says that the cluster was restored from a snapshot since the
// network was last applied, or is a copy.
type RestoredDocument struct {
	// From is the cluster that the state was written to.
	From string `json:"from"`
	// Serial, Time and Actor are of the last apply that the state knows.
	Serial int64     `json:"serial"`
	Time   time.Time `json:"time"`
	Actor  string    `json:"actor"`
}

// NewRestored makes the part of a Document.
func NewRestored(r state.Restored) *RestoredDocument {
	return &RestoredDocument{From: r.From, Serial: r.Serial, Time: r.Time.UTC(), Actor: r.Actor}
}

// continues says that the state of a restored cluster is continued.
func (p *page) continues(from, cluster string) {
	switch from {
	case "":
	case cluster:
		p.line(p.color(yellow, "Restored: "), "the older state of cluster ", p.word(from), " is continued.")
	default:
		p.line(p.color(yellow, "Restored: "), "the state of cluster ", p.word(from), " is continued in cluster ", p.word(cluster), ".")
	}
}
