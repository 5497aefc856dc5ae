package plan_test

import (
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/kv"
)

// TestRoleThatIsNotWhatIsNeeded: where others gave a node another role, and that is
// left alone, who refers to it needs that it is there, and not that the role stays.
func TestRoleThatIsNotWhatIsNeeded(t *testing.T) {
	s := start(t)
	s.net.Cores[1].Lifecycle.IgnoreChanges = []string{"all"}
	s.apply()
	s.put(wawNode+"role", "entry")
	s.net.Entries[0].BoundTo = to(s.net.Cores[1].Addr)
	p := s.plan()
	has := func(kind kv.GuardKind) bool {
		return slices.ContainsFunc(p.Guards, func(g kv.Guard) bool { return g.Kind == kind && g.Key == wawNode+"role" })
	}
	if !has(kv.Exists) || has(kv.Unmoved) {
		t.Errorf("%+v\n%+v", p.Changes, p.Guards)
	}
	s.put(wawNode+"role", "core")
	if p = s.plan(); !has(kv.Unmoved) || has(kv.Exists) {
		t.Errorf("the role is what is needed: %+v", p.Guards)
	}
}
