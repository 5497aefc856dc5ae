package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// TestIgnoredUsernameIsNotGivenUp: two users swap their names, and one of them
// is left alone: it keeps its name, so the other can't have it.
func TestIgnoredUsernameIsNotGivenUp(t *testing.T) {
	s := start(t)
	second := slices.Clone(s.net.Users)[0]
	second.Addr, second.ID, second.Devices = addr.New(addr.User, "second", addr.NoKey), network.Number{}, nil
	second.Username = network.Text{Value: "second", Named: true}
	second.HashTelegramID = network.Text{}
	s.net.Users = append(s.net.Users, second)
	s.apply()
	for _, ignored := range [][]string{nil, {"username"}, {"all"}} {
		first, last := s.net.Users[0].Username, second.Username
		s.net.Users[0].Username, s.net.Users[len(s.net.Users)-1].Username = last, first
		s.net.Users[len(s.net.Users)-1].Lifecycle.IgnoreChanges = ignored
		p := s.plan()
		refused := slices.ContainsFunc(p.Conflicts, func(c plan.Conflict) bool { return strings.Contains(c.Summary, `The username "second" belongs`) })
		if refused != (ignored != nil) {
			t.Errorf("with ignore_changes = %v: %+v", ignored, p.Conflicts)
		}
		s.net.Users[0].Username = first
	}
}
