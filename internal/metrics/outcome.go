package metrics

import (
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
)

// Outcome is what became of one run that looked for drift.
type Outcome struct {
	// Network is the network that was looked at; empty where a run failed
	// before it was known.
	Network string
	// At is when the run ended, Took how long it was under way.
	At   time.Time
	Took time.Duration
	// Report is what was found, nil where the run failed.
	Report *drift.Report
	// Err is why the run failed, nil where it could look. Its text is not used.
	Err error
}

// counted is how often a kind of object was met with an action.
type counted struct{ kind, action string }

// samples are those of a run that could look.
func (o *Outcome) samples(network string) []sample {
	r := o.Report
	fields, objects := map[counted]int{}, map[counted]int{}
	for i := range r.Objects {
		object := &r.Objects[i]
		objects[counted{string(object.Kind), string(object.Action)}]++
		for j := range object.Fields {
			fields[counted{string(object.Kind), string(object.Fields[j].Action)}]++
		}
	}
	var out []sample
	for c, n := range fields {
		out = append(out, sample{driftFields, []string{network, c.kind, c.action}, float64(n)})
	}
	for c, n := range objects {
		out = append(out, sample{driftObjects, []string{network, c.kind, c.action}, float64(n)})
	}
	one := []string{network}
	return append(out,
		sample{unmanagedObjects, one, float64(len(r.Unmanaged))},
		sample{ignoredFields, one, float64(r.IgnoredFields)},
		sample{liveRevision, one, float64(r.Revision)},
		sample{appliedSerial, one, float64(r.Serial)},
		sample{lastSuccess, one, seconds(o.At)},
	)
}

// seconds is a time as Prometheus has it.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// label is a text that may be the value of a label: Prometheus takes UTF-8 only.
func label(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
