package drift

import (
	"slices"
	"time"

	"github.com/sigilgate/sigilform/internal/plan"
)

// Apply is an apply as far as it says how old a drift is.
type Apply struct {
	Serial int64
	// Revision is that of its commit.
	Revision int64
	Time     time.Time
	Actor    string
	Commit   string
}

// Since is after which apply a field left what was applied.
type Since struct {
	Address string `json:"address"`
	Field   string `json:"field"`
	// Revision is that at which the key last moved.
	Revision int64     `json:"revision"`
	Serial   int64     `json:"serial"`
	Time     time.Time `json:"time"`
	Actor    string    `json:"actor,omitempty"`
	Commit   string    `json:"commit,omitempty"`
	// Age is how old the drift is at most: etcd does not say when a key moved,
	// only after which apply. In seconds.
	Age float64 `json:"age"`
}

// Date says of each drifted field after which of some applies its key moved, and
// how old that makes it at most. A key that is gone has no revision, and what moved
// before all of the applies no answer.
func (r *Report) Date(applies []Apply, now time.Time) {
	sorted := slices.Clone(applies)
	slices.SortFunc(sorted, func(a, b Apply) int { return int(b.Serial - a.Serial) })
	r.Since = nil
	for i := range r.Objects {
		o := &r.Objects[i]
		for j := range o.Fields {
			if s, ok := since(&o.Fields[j], sorted, now); ok {
				s.Address = o.Address
				r.Since = append(r.Since, s)
			}
		}
	}
}

func since(f *plan.FieldChange, newestFirst []Apply, now time.Time) (Since, bool) {
	at := slices.IndexFunc(newestFirst, func(a Apply) bool { return f.Revision > a.Revision })
	if f.Revision == 0 || at < 0 {
		return Since{}, false
	}
	a := newestFirst[at]
	return Since{
		Field: f.Name, Revision: f.Revision, Serial: a.Serial, Time: a.Time, Actor: a.Actor, Commit: a.Commit,
		Age: max(now.Sub(a.Time).Seconds(), 0),
	}, true
}

// Older reports whether a key of the drift moved before an apply: then only
// earlier ones tell since when.
func (r *Report) Older(a Apply) bool {
	return slices.ContainsFunc(r.Objects, func(o plan.Change) bool {
		return slices.ContainsFunc(o.Fields, func(f plan.FieldChange) bool { return f.Revision > 0 && f.Revision < a.Revision })
	})
}
