package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

const hidden = "s3cr3t-marker"

// secretly is a value that a file names as a sensitive one.
func secretly(value string) network.Text {
	return network.Text{Value: value, Named: true, Sensitive: true}
}

// requireHidden: neither the plan's changes nor any record hold the value.
func (s *scenario) requireHidden(p *plan.Plan) {
	s.Helper()
	for i := range p.Changes {
		for _, f := range p.Changes[i].Fields {
			for _, v := range []*plan.Value{f.Old, f.New, f.Last} {
				if v != nil && strings.Contains(v.Text, hidden) {
					s.Errorf("%s of %s shows %q", f.Name, p.Changes[i].Address, v.Text)
				}
			}
		}
	}
	for key, value := range s.under("/sigilform/v1/prod/objects/") {
		if strings.Contains(value, hidden) {
			s.Errorf("%s holds the value: %s", key, value)
		}
	}
}

// TestMarkStays: what was applied as sensitive stays so where no file names it
// any more, until a file names in plain what the network has.
func TestMarkStays(t *testing.T) {
	fields := map[string]struct {
		set func(n *network.Network, value network.Text)
		key string
	}{
		"initial":       {func(n *network.Network, v network.Text) { n.Entries[0].ServiceName = v }, shopNode + "client_service_name"},
		"rotated":       {func(n *network.Network, v network.Text) { n.Cores[0].ServiceName = v }, amsNode + "core_service_name"},
		"uuid":          {func(n *network.Network, v network.Text) { n.Cores[0].UUID = v }, amsNode + "uuid"},
		"status":        {func(n *network.Network, v network.Text) { n.Entries[0].Status = v }, shopNode + "status"},
		"only if named": {func(n *network.Network, v network.Text) { n.Routes[0].ServiceName = v }, "/sigilgate/paths/" + entryA + "/" + coreA + "/service_name"},
	}
	for name, f := range fields {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.delUnder("/") // from the beginning, so that the value is written
			f.set(s.net, secretly(hidden))
			s.requireHidden(s.apply())
			f.set(s.net, network.Text{})
			s.requireHidden(s.apply())
			if got := s.value(f.key); got != hidden {
				t.Fatalf("it is %q", got)
			}
			s.requireMarked(f.key, true)
			s.put(f.key, "rotated-"+hidden)
			f.set(s.net, named("plain"))
			s.requireHidden(s.plan())
			f.set(s.net, network.Text{})
			s.requireMarked(f.key, true)
			s.put(f.key, "plain")
			f.set(s.net, named("plain"))
			s.apply()
			s.requireMarked(f.key, false)
		})
	}
}

// TestMarkOutlivesTheValue: a declared value goes when no file names it any more;
// where others write it again, and where a rollback tells of that, it is hidden.
func TestMarkOutlivesTheValue(t *testing.T) {
	g := startRemembered(t)
	key := amsNode + "settings/token"
	g.net.Cores[0].Settings = map[string]network.Text{"token": secretly(hidden)}
	g.carryOut(g.plan())
	g.net.Cores[0].Settings = nil
	g.carryOut(g.plan())
	if e := g.under(key); len(e) > 0 {
		t.Fatalf("it is still there: %v", e)
	}
	g.requireMarked(key, true)
	g.put(key, hidden)
	p := g.backToFirst()
	if len(p.Conflicts) == 0 {
		t.Fatal("a rollback does not ask")
	}
	for _, c := range p.Conflicts {
		if strings.Contains(c.Summary+c.Detail, hidden) {
			t.Errorf("it is shown: %+v", c)
		}
	}
	g.net.Cores[0].Settings = map[string]network.Text{"token": named("plain")}
	g.requireHidden(g.plan())
}

// TestMarkedFieldThatIsGoneDrifts: what no object is without is missed also
// where it is known by a digest only: from the first apply of a rotated one on,
// where no file names it any more, and after a rollback.
func TestMarkedFieldThatIsGoneDrifts(t *testing.T) {
	fields := map[string]struct {
		set func(n *network.Network, value network.Text)
		key string
	}{
		"initial": {func(n *network.Network, v network.Text) { n.Entries[0].ServiceName = v }, shopNode + "client_service_name"},
		"rotated": {func(n *network.Network, v network.Text) { n.Cores[0].ServiceName = v }, amsNode + "core_service_name"},
		"status":  {func(n *network.Network, v network.Text) { n.Entries[0].Status = v }, shopNode + "status"},
	}
	for name, f := range fields {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.delUnder("/") // from the beginning, so that the value is written
			f.set(s.net, secretly(hidden))
			s.apply()
			s.requireMissed(f.key)
			f.set(s.net, network.Text{})
			s.apply()
			s.requireMissed(f.key)
		})
	}
}

// requireMissed: a key that somebody deletes is drift, whose value is not shown.
func (s *scenario) requireMissed(key string) {
	s.Helper()
	value := s.value(key)
	s.del(key)
	r := s.drifted()
	if len(r.Objects) != 1 || len(r.Objects[0].Fields) != 1 || r.Objects[0].Fields[0].Key != key || !r.Objects[0].Fields[0].New.Sensitive {
		s.Errorf("%s is gone, and the drift is %+v", key, r.Objects)
	}
	s.put(key, value)
	if r := s.drifted(); r.Drifted() {
		s.Errorf("drift of what is there: %+v", r.Objects)
	}
}

// requireMarked: some record marks a field, or none does.
func (s *scenario) requireMarked(key string, want bool) {
	s.Helper()
	records := s.state().Records
	got := slices.ContainsFunc(s.state().IDs(), func(id state.ID) bool { return len(records[id].Marked) > 0 })
	if got != want {
		s.Errorf("%s is marked: %v", key, got)
	}
}

// TestMarkEndsWithWhatIsWritten: a file names in plain what was sensitive, and
// the apply writes it over what others left there: what derives from it is named
// with it, and there is nothing left to record.
func TestMarkEndsWithWhatIsWritten(t *testing.T) {
	s := start(t)
	d := &s.net.Users[0].Devices[0]
	d.Status = network.Text{Value: "archived", Named: true, Sensitive: true}
	s.apply()
	d.Status = network.Text{}
	s.apply()
	s.put(route+"status", "other")
	d.Status = named("archived")
	s.apply()
	if got := s.value(route + "status"); got != "archived" {
		t.Errorf("the route is %s", got)
	}
	s.requireMarked(route+"status", false)
}

// TestMarkOfWhatIsLeftAlone: a file names a value in plain that it leaves alone,
// and that is gone: nothing writes it, so that others may write again what was
// sensitive.
func TestMarkOfWhatIsLeftAlone(t *testing.T) {
	s := start(t)
	c := &s.net.Cores[0]
	c.ServiceName = secretly(hidden)
	s.delUnder("/")
	s.apply()
	s.del(amsNode + "core_service_name")
	c.ServiceName, c.Lifecycle.IgnoreChanges = named("plain"), []string{"service_name"}
	s.apply()
	s.requireMarked(amsNode+"core_service_name", true)
	s.put(amsNode+"core_service_name", hidden)
	c.ServiceName, c.Lifecycle.IgnoreChanges = network.Text{}, nil
	s.requireHidden(s.plan())
}

// TestMarkEndsInASnapshot: the plan of a saved snapshot, where the value stands
// masked, ends a mark that the plan of the network ends.
func TestMarkEndsInASnapshot(t *testing.T) {
	s := start(t)
	s.delUnder("/")
	c := &s.net.Cores[0]
	c.ServiceName = secretly(hidden)
	s.apply()
	c.ServiceName = network.Text{}
	taken := s.saved(t, s.net)
	c.ServiceName = named(hidden)
	online, offline := s.online(t, s.net), s.offline(t, taken, s.net)
	requireSamePlan(t, online, offline)
	if !online.HasChanges() {
		t.Error("the mark does not end")
	}
}
