package plan_test

import (
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

func inCluster(id string) option      { return func(in *plan.Input) { in.Snapshot.ClusterID = id } }
func withLog(index uint64) option     { return func(in *plan.Input) { in.LogIndex = index } }
func acceptRestored(in *plan.Input)   { in.AcceptRestored = true }
func (s *scenario) head() *state.Head { s.Helper(); return s.state().Head }
func (s *scenario) state() *state.State {
	s.Helper()
	in, err := s.input(s.net)
	if err != nil {
		s.Fatal(err)
	}
	return in.State
}

// TestRestoredClusterIsRefused: by its id or by its log, unless that is accepted.
func TestRestoredClusterIsRefused(t *testing.T) {
	s := start(t)
	h := *s.head()
	h.LogIndex, h.Actor = 40, "alice"
	text, err := state.EncodeHead(h)
	if err != nil {
		t.Fatal(err)
	}
	s.put(state.NewLayout(s.net.Name).Head(), text)

	for _, fine := range [][]option{nil, {withLog(40)}, {withLog(41), acceptRestored}, {withLog(0)}} {
		p := s.plan(fine...)
		if len(p.Conflicts) > 0 || p.HasChanges() || p.Generation != h.Generation || p.LogIndex < 40 {
			t.Errorf("nothing was restored: %+v", p)
		}
	}
	for name, restored := range map[string]option{"another cluster": inCluster("c2"), "a new log": withLog(39)} {
		t.Run(name, func(*testing.T) {
			s.refusesRestored(restored)
			s.acceptsRestored(restored)
		})
	}
}

func (s *scenario) refusesRestored(restored option) {
	s.Helper()
	s.conflict("restored from a snapshot", restored)
	c := s.plan(restored).Conflicts[0]
	for _, part := range []string{"serial 1", "alice", "c1"} {
		if !strings.Contains(c.Detail, part) {
			s.Errorf("%q is missing: %s", part, c.Detail)
		}
	}
	if !strings.Contains(c.Hint, "--accept-restored") {
		s.Errorf("the hint is %s", c.Hint)
	}
}

func (s *scenario) acceptsRestored(restored option) {
	s.Helper()
	p := s.plan(restored, acceptRestored)
	if len(p.Conflicts) > 0 || !p.HasChanges() || len(p.Data)+len(p.State)+len(p.Changes) > 0 {
		s.Errorf("got %+v", p)
	}
	if p.Restored != "c1" || p.Generation == s.head().Generation || len(p.Warnings) != 1 || p.LogIndex > 39 {
		s.Errorf("got %+v", p)
	}
	if plain := s.plan(); p.Intent == plain.Intent || p.Intent != s.plan(restored, acceptRestored).Intent {
		s.Errorf("its digest is %s, that of another plan %s", p.Intent, plain.Intent)
	}
}

// TestRestoredClusterIsContinuedOnce: after the apply the cluster is as any other.
func TestRestoredClusterIsContinuedOnce(t *testing.T) {
	s := start(t)
	p := s.plan(inCluster("c2"), acceptRestored)
	if broken := s.commit(p); len(broken) > 0 {
		t.Fatalf("broken guards: %v", broken)
	}
	if h := s.head(); h.ClusterID != "c2" || h.Serial != 2 || h.Generation != p.Generation {
		t.Errorf("got %+v", h)
	}
	if p := s.plan(inCluster("c2")); p.HasChanges() || len(p.Conflicts) > 0 {
		t.Errorf("got %+v", p)
	}
}
