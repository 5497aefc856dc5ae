package plan_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/network"
)

// TestUnchangedIsCounted: what is in sync, and which fields of an object that
// changes are not changed: stamps, and what goes, aside.
func TestUnchangedIsCounted(t *testing.T) {
	s := start(t)
	s.net.Cores[0].Domain = named("a.example")
	s.apply()
	if p := s.plan(); p.InSync != 6 || p.HasChanges() {
		t.Errorf("%d objects are in sync", p.InSync)
	}
	all := 0
	for key := range s.under(amsNode) {
		if key != amsNode+"status_at" && key != amsNode+"rotated_at" {
			all++
		}
	}
	s.net.Cores[0].Region, s.net.Cores[0].Domain = named("de"), network.Text{}
	p := s.plan()
	c := s.only(p)
	if links := 1; c.Unchanged != all+links-2 || p.InSync != 5 {
		t.Errorf("%d of %d fields are unchanged, and %d objects in sync", c.Unchanged, all+links, p.InSync)
	}
}
