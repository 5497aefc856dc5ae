package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

const wawNode = "/sigilgate/nodes/" + coreB + "/"

// requireLeft: what is known of the second Core is its mark alone.
func (s *scenario) requireLeft(want bool) {
	s.Helper()
	st := s.state()
	id := state.ID{Kind: addr.Core, ID: coreB}
	if left := st.Released[id]; (left != nil) != want || want && left.Marked["region"] == "" {
		s.Errorf("it is left with %+v, and should be: %v", left, want)
	}
	if want && st.Records[id] != nil {
		s.Error("it is ours")
	}
}

// TestMarkOutlivesTheRecord: what was applied as sensitive is not shown where
// the object is not ours any more and its keys are there, or come back; nor when
// it is ours again, until a file names the value in plain.
func TestMarkOutlivesTheRecord(t *testing.T) {
	without := func(n *network.Network) { n.Cores = n.Cores[:1] }
	ways := map[string]func(s *scenario){
		"deleted by an apply": func(s *scenario) { without(s.net); s.apply() },
		"gone outside": func(s *scenario) {
			s.delUnder(wawNode)
			without(s.net)
			s.apply()
		},
		"destroyed": func(s *scenario) { s.requireHidden(s.apply(destroy)); without(s.net); s.apply() },
	}
	for name, goes := range ways {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.net.Cores[1].Region, s.net.Cores[1].Domain = secretly(hidden), secretly(hidden+".example.net")
			s.apply()
			held := s.under(wawNode)
			whole := s.net.Cores
			goes(s)
			s.requireLeft(true)
			for key, value := range held {
				s.put(key, value)
			}
			p := s.plan()
			s.requireHidden(p)
			if i := slices.IndexFunc(p.Unmanaged, func(u plan.Unmanaged) bool { return u.ID == coreB }); i < 0 || p.Unmanaged[i].Title != "" {
				t.Errorf("of others are %+v", p.Unmanaged)
			}
			s.net.Cores = slices.Clone(whole)
			s.net.Cores[1].Region, s.net.Cores[1].Domain = network.Text{}, named("plain.example.net")
			s.requireConflictHidden()
			s.requireHidden(s.apply(adopt))
			s.requireLeft(false)
			s.net.Cores[0].Region = named("de") // another apply keeps it
			s.requireHidden(s.apply())
			if !s.state().Records[state.ID{Kind: addr.Core, ID: coreB}].Hides("region") {
				t.Error("the record does not hide it")
			}
			s.net.Cores[1].Region = named(hidden)
			s.apply()
			if s.state().Records[state.ID{Kind: addr.Core, ID: coreB}].Hides("region") {
				t.Error("the record hides what a file names in plain")
			}
		})
	}
}

func (s *scenario) requireConflictHidden() {
	s.Helper()
	p := s.plan()
	if len(p.Conflicts) == 0 {
		s.Fatal("no conflict")
	}
	for _, c := range p.Conflicts {
		for _, f := range c.Fields {
			if f.Old != nil && strings.Contains(f.Old.Text, hidden) || strings.Contains(c.Detail+c.Summary, hidden) {
				s.Errorf("the conflict shows it: %+v", c)
			}
		}
	}
}

// TestMarksEnd: a mark goes when neither the network nor the history has the
// value any more.
func TestMarksEnd(t *testing.T) {
	s := start(t)
	keep := func(in *plan.Input) { in.Keep = 2 }
	s.net.Cores[1].Region = secretly(hidden)
	s.apply(keep)
	held := maps.Clone(s.under(wawNode))
	s.net.Cores = s.net.Cores[:1]
	s.apply(keep)
	next := func(region string) { s.net.Cores[0].Region = named(region); s.apply(keep) }
	next("a")
	s.requireLeft(true)
	s.put(wawNode+"region", held[wawNode+"region"])
	next("b")
	next("c")
	s.requireLeft(true)
	s.del(wawNode + "region")
	next("d")
	s.requireLeft(false)
}
