package drift_test

import (
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestDate: each field by the last apply before its key moved.
func TestDate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 4, 19, 12, 0, 0, 0, time.UTC)
	applies := []drift.Apply{
		{Serial: 2, Revision: 50, Time: now.Add(-time.Hour), Actor: "olga"},
		{Serial: 1, Revision: 10, Time: now.Add(-3 * time.Hour), Actor: "ivan", Commit: "abc"},
	}
	for revision, want := range map[int64]int64{60: 2, 51: 2, 50: 1, 11: 1, 10: 0, 5: 0, 0: 0} {
		r := &drift.Report{Catalogue: schema.Network(), Objects: []plan.Change{{Address: "core.a", Fields: []plan.FieldChange{{Name: "domain", Revision: revision}}}}}
		r.Date(applies, now)
		got, age := int64(0), 0.0
		if len(r.Since) > 0 {
			got, age = r.Since[0].Serial, r.Since[0].Age
			if r.Since[0].Address != "core.a" || r.Since[0].Field != "domain" || r.Since[0].Revision != revision {
				t.Errorf("revision %d: got %+v", revision, r.Since[0])
			}
		}
		if ages := map[int64]float64{0: 0, 1: 10800, 2: 3600}; got != want || age != ages[want] {
			t.Errorf("revision %d: got serial %d and %v seconds, want %d", revision, got, age, want)
		}
		if r.Older(applies[0]) != (revision > 0 && revision < 50) {
			t.Errorf("revision %d: older is %v", revision, r.Older(applies[0]))
		}
	}
}
