package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// refused compares a plan, bent and given a digest anew, with a world of its own
// liking, and returns why it is not believed; empty where it is.
func (s *scenario) refused(p *plan.Plan, bend func(p *plan.Plan, st *state.State)) string {
	s.Helper()
	in, err := s.input(s.net)
	if err != nil {
		s.Fatal(err)
	}
	bent := copied(s, p)
	bend(bent, in.State)
	moved, err := bent.Confirm(in.Snapshot, in.State, in.Past)
	switch {
	case len(moved) > 0:
		s.Fatalf("it moved: %+v", moved)
	case err != nil:
		return err.Error()
	}
	return ""
}

// TestWholeIsConfirmed: what a plan says of itself as a whole is so, each by its own
// check.
func TestWholeIsConfirmed(t *testing.T) {
	bends := map[string]struct {
		bend func(p *plan.Plan, st *state.State)
		want string
	}{
		"as it is":                                  {func(*plan.Plan, *state.State) {}, ""},
		"a prefix that overlaps":                    {func(_ *plan.Plan, st *state.State) { st.Networks["lab"] = "/sigilgate/nodes/" }, "overlaps with /sigilgate/nodes/ of network \"lab\""},
		"a prefix of its own":                       {func(_ *plan.Plan, st *state.State) { st.Networks["lab"] = "/lab/" }, ""},
		"another prefix":                            {func(_ *plan.Plan, st *state.State) { st.Head.Prefix = "/former/" }, "is not that of the network, /former/"},
		"another prefix, of nothing":                {func(_ *plan.Plan, st *state.State) { st.Head.Prefix, st.Records = "/former/", nil }, "does not show that"},
		"a longer log before":                       {func(p *plan.Plan, st *state.State) { p.LogIndex, st.Head.LogIndex = 6, 7 }, "the log of its cluster is shorter"},
		"the same log":                              {func(p *plan.Plan, st *state.State) { p.LogIndex, st.Head.LogIndex = 7, 7 }, ""},
		"a longer log before, of what was restored": {func(p *plan.Plan, st *state.State) { p.Restored, st.Head.LogIndex = "c0", 7; plan.Redigest(p) }, ""},
		"a destroy that changes":                    {func(p *plan.Plan, _ *state.State) { p.Mode = plan.ModeDestroy; plan.Redigest(p) }, "it is to destroy, and does something else"},
		"a rollback to nothing":                     {func(p *plan.Plan, _ *state.State) { p.Mode = plan.ModeRollback; plan.Redigest(p) }, "to which serial"},
		"an apply that rolls back":                  {func(p *plan.Plan, _ *state.State) { p.RolledBackTo = 1; plan.Redigest(p) }, "to which serial"},
		"a rollback to what is to come": {func(p *plan.Plan, _ *state.State) {
			p.Mode, p.RolledBackTo = plan.ModeRollback, p.Serial+1
			plan.Redigest(p)
		}, "to which serial"},
		"a rollback to what is": {func(p *plan.Plan, _ *state.State) {
			p.Mode, p.RolledBackTo = plan.ModeRollback, p.Serial
			plan.Redigest(p)
		}, ""},
		"another digest":                {func(p *plan.Plan, _ *state.State) { p.Intent = strings.Repeat("0", 64) }, "its digest is not that of its changes"},
		"a digest without fingerprints": {func(p *plan.Plan, st *state.State) { p.Intent = plan.Digest(p, false) }, "its digest is not that of its changes"},
	}
	for name, b := range bends {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.net.Cores[0].Region = named("de")
			s.net.Users[0].Credential.Value = strings.Replace(hash, "$", "$x", 1)
			if got := s.refused(s.plan(), b.bend); !strings.Contains(got, b.want) || b.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, b.want)
			}
		})
	}
}

// TestDestroyIsConfirmed: what is to destroy may delete and forget.
func TestDestroyIsConfirmed(t *testing.T) {
	s := start(t)
	s.delUnder("/sigilgate/users/")
	p := s.plan(destroy)
	forgets := func(c plan.Change) bool { return c.Action == plan.Forget }
	if !slices.ContainsFunc(p.Changes, forgets) {
		t.Fatalf("it forgets nothing: %+v", p.Changes)
	}
	if got := s.refused(p, func(*plan.Plan, *state.State) {}); got != "" {
		t.Error(got)
	}
}

// TestFirstPlanIsConfirmed: before there is a key that lasts, the digest is without
// fingerprints.
func TestFirstPlanIsConfirmed(t *testing.T) {
	s := start(t)
	s.delUnder("/")
	p := s.plan()
	if got := s.refused(p, func(*plan.Plan, *state.State) {}); got != "" {
		t.Error(got)
	}
	if got := s.refused(p, func(p *plan.Plan, _ *state.State) { p.Intent = plan.Digest(p, true) }); !strings.Contains(got, "digest") {
		t.Errorf("got %q", got)
	}
}

// TestDigestIsOfWhatNoFieldShows: what falls with an object, how objects are treated
// from then on and how much of the history is kept have part in the digest, and what
// the network writes all day has not.
func TestDigestIsOfWhatNoFieldShows(t *testing.T) {
	s := start(t)
	remove := func(s *scenario) { s.net.Cores = s.net.Cores[:1] }
	before := s.plan().Intent
	protect := func(on bool) { s.net.Cores[0].Lifecycle.PreventDestroy = on }
	if protect(true); s.plan().Intent == before {
		t.Error("not that it is protected")
	}
	s.apply()
	if protect(false); s.plan().Intent == before {
		t.Error("not that it is protected no more")
	}
	s.net.Cores[0].Lifecycle.IgnoreChanges = []string{"region"}
	one := s.plan().Intent
	s.net.Cores[0].Lifecycle.IgnoreChanges = []string{"settings"}
	if s.plan().Intent == one {
		t.Error("not what is left alone")
	}
	keep := func(n int) option { return func(in *plan.Input) { in.Keep = n } }
	if a, b := s.plan().Intent, s.plan(keep(2)).Intent; a == b || a != s.plan(keep(state.DefaultKeep)).Intent {
		t.Error("not how much is kept, or what is kept anyway")
	}
	remove(s)
	one = s.plan().Intent
	s.put("/sigilgate/nodes/"+coreB+"/health", "healthy")
	if s.plan().Intent != one {
		t.Error("health has part in it")
	}
	s.put("/sigilgate/nodes/"+coreB+"/settings/mtu", "9000")
	if s.plan().Intent == one {
		t.Error("not what others made and what falls")
	}
}

// TestTreatmentIsTold: what a record says anew of how its object is treated is told
// in words, and nothing else is.
func TestTreatmentIsTold(t *testing.T) {
	s := start(t)
	c := &s.net.Cores[0]
	told := func(want ...string) {
		t.Helper()
		p := s.apply()
		var got []string
		for i := range p.Changes {
			got = append(got, p.Changes[i].Notes...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	c.Region = named("de")
	told()
	c.Lifecycle.PreventDestroy, c.Lifecycle.IgnoreChanges = true, []string{"uuid", "settings"}
	told("prevent_destroy protects it from now on", "ignore_changes leaves alone: settings, uuid")
	c.Lifecycle.IgnoreChanges = []string{"settings", "uuid"}
	c.Region = secretly("de")
	told()
	c.Lifecycle.PreventDestroy, c.Lifecycle.IgnoreChanges = false, nil
	c.Region = named("de")
	told("prevent_destroy protects it no more", "ignore_changes leaves nothing alone any more", "not sensitive any more: region")
	told()
}

// TestOddValuesAreConfirmed: what others made becomes ours with a value that is not
// UTF-8, and with a role that is left alone, and its plan is believed from a file.
func TestOddValuesAreConfirmed(t *testing.T) {
	s := start(t)
	s.put(theirNode+"role", "gateway")
	s.put("/sigilgate/nodes/203.0.113.10/role", "core")
	s.put("/sigilgate/nodes/203.0.113.10/status", "\xff\x00")
	s.net.Cores = append(s.net.Cores, network.Core{Node: network.Node{
		Addr: addr.New(addr.Core, "par", addr.NoKey), IP: named("203.0.113.9"), Lifecycle: network.Lifecycle{IgnoreChanges: []string{"all"}},
	}}, network.Core{Node: network.Node{Addr: addr.New(addr.Core, "rom", addr.NoKey), IP: named("203.0.113.10")}})
	if got := s.refused(s.plan(adopt), func(*plan.Plan, *state.State) {}); got != "" {
		t.Error(got)
	}
}
