package render

import (
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
)

// SinceDocument is after which apply a field left what was applied.
type SinceDocument struct {
	Address string `json:"address"`
	Field   string `json:"field"`
	// Revision is that at which the key last moved.
	Revision int64 `json:"revision"`
	// Serial, Time, Actor and Commit are of the apply.
	Serial int64     `json:"serial"`
	Time   time.Time `json:"time"`
	Actor  string    `json:"actor,omitempty"`
	Commit string    `json:"commit,omitempty"`
	// AgeSecondsAtMost is how old the drift is at most.
	AgeSecondsAtMost float64 `json:"age_seconds_at_most"`
}

func sinceDocuments(all []drift.Since) []SinceDocument {
	out := make([]SinceDocument, len(all))
	for i, s := range all {
		out[i] = SinceDocument{
			Address: s.Address, Field: s.Field, Revision: s.Revision, Serial: s.Serial, Time: s.Time.UTC(), Actor: s.Actor, Commit: s.Commit,
			AgeSecondsAtMost: s.Age,
		}
	}
	return out
}

// since says in a line for each apply how much drifted after it, and how old that
// is at most.
func (p *page) since(all []SinceDocument) {
	count := map[int64]int{}
	for i := range all {
		count[all[i].Serial]++
	}
	for i := range all {
		s := &all[i]
		if n := count[s.Serial]; n > 0 {
			p.line(counted(n, "field", "fields"), " left it after serial ", plainNumber(s.Serial), by(p.word(s.Actor)), " at ", moment(s.Time),
				": at most ", old(time.Duration(s.AgeSecondsAtMost*float64(time.Second))), " ago.")
		}
		count[s.Serial] = 0
	}
}

// old is how long something is ago, in the unit that a person would use.
func old(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 2*time.Minute:
		return counted(int(d.Seconds())+1, "second", "seconds")
	case d < 2*time.Hour:
		return counted(int(d.Minutes())+1, "minute", "minutes")
	case d < 2*day:
		return counted(int(d.Hours())+1, "hour", "hours")
	}
	return counted(int(d/day)+1, "day", "days")
}
