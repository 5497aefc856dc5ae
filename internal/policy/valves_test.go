package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/policy"
	"github.com/sigilgate/sigilform/internal/schema"
)

func TestShares(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		users, touched int
		action         plan.Action
		set            string
		want           []string
	}{
		"three of ten":             {10, 3, plan.Delete, "", nil},
		"four of ten":              {10, 4, plan.Delete, "", []string{config.MaxDeletes}},
		"four of ten updated":      {10, 4, plan.Update, "", []string{config.MaxUpdates}},
		"eight of nine":            {9, 8, plan.Delete, "", nil},
		"half is allowed":          {20, 10, plan.Delete, `valve "max-deletes" { percent = 50 }`, nil},
		"a little more than half":  {20, 11, plan.Delete, `valve "max-deletes" { percent = 50 }`, []string{config.MaxDeletes}},
		"none at all":              {20, 1, plan.Update, `valve "max-updates" { percent = 0 }`, []string{config.MaxUpdates}},
		"from fewer objects":       {4, 3, plan.Delete, `valve "max-deletes" { min_objects = 4 }`, []string{config.MaxDeletes}},
		"off":                      {20, 19, plan.Delete, `valve "max-deletes" { severity = "off" }`, nil},
		"a warning still shows it": {20, 19, plan.Delete, `valve "max-deletes" { severity = "warning" }`, []string{config.MaxDeletes}},
		"creations never count":    {10, 9, plan.Create, "", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := policy.Input{
				State: applied(map[addr.Kind][]string{addr.User: many(c.users)}), Plan: &plan.Plan{Catalogue: schema.Network(), Mode: plan.ModeApply},
				Config: load(t, "network \"t\" {}\n"+c.set),
			}
			for i := range c.touched {
				id := many(c.users)[i]
				if c.action == plan.Create {
					id = "new" + id
				}
				in.Plan.Changes = append(in.Plan.Changes, change(c.action, addr.User, id))
			}
			if got := failing(t, in); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestRolesAreNotCounted(t *testing.T) {
	t.Parallel()
	in := policy.Input{State: applied(map[addr.Kind][]string{addr.User: many(10)}), Plan: &plan.Plan{Catalogue: schema.Network()}}
	for _, id := range many(20) {
		in.Plan.Changes = append(in.Plan.Changes, change(plan.Delete, addr.ACLRole, id), change(plan.Update, addr.ACLUser, id))
	}
	if got := failing(t, in); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestVanishingKind(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		changes []plan.Change
		set     string
		want    []string
	}{
		"one is left":        {[]plan.Change{change(plan.Delete, addr.Cell, "aa")}, "", nil},
		"none is left":       {[]plan.Change{change(plan.Delete, addr.Cell, "aa"), change(plan.Delete, addr.Cell, "ab")}, "", []string{config.VanishingKind}},
		"another comes":      {[]plan.Change{change(plan.Delete, addr.Cell, "aa"), change(plan.Delete, addr.Cell, "ab"), change(plan.Create, addr.Cell, "ac")}, "", nil},
		"a kind that may":    {[]plan.Change{change(plan.Delete, addr.Cell, "aa"), change(plan.Delete, addr.Cell, "ab")}, `valve "vanishing-kind" { kinds = ["core"] }`, nil},
		"few of them":        {[]plan.Change{change(plan.Delete, addr.Cell, "aa"), change(plan.Delete, addr.Cell, "ab")}, `valve "vanishing-kind" { min_objects = 3 }`, nil},
		"others took them":   {[]plan.Change{change(plan.Forget, addr.Cell, "aa"), change(plan.Forget, addr.Cell, "ab")}, "", nil},
		"restored ones stay": {[]plan.Change{change(plan.Create, addr.Cell, "aa"), change(plan.Delete, addr.Cell, "ab")}, "", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := policy.Input{
				State: applied(map[addr.Kind][]string{addr.Cell: many(2)}), Plan: &plan.Plan{Catalogue: schema.Network(), Changes: c.changes},
				Config: load(t, "network \"t\" {}\n"+c.set),
			}
			if got := failing(t, in); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestLastCore: entry e is bound to core a and has routes to a and b.
func TestLastCore(t *testing.T) {
	t.Parallel()
	gone := func(kind addr.Kind, id string) plan.Change { return change(plan.Delete, kind, id) }
	bound := func(core string) plan.Change { return change(plan.Update, addr.Entry, "e", to("bound_to", core)) }
	route := func(id string) plan.Change { return change(plan.Create, addr.Route, id) }
	cases := map[string]struct {
		changes []plan.Change
		denied  bool
	}{
		"one of two":                    {[]plan.Change{gone(addr.Core, "a"), gone(addr.Route, "e/a"), bound("b")}, false},
		"both for another":              {[]plan.Change{gone(addr.Core, "a"), gone(addr.Core, "b"), gone(addr.Route, "e/a"), gone(addr.Route, "e/b"), bound("c"), route("e/c")}, true},
		"both routes, still bound":      {[]plan.Change{gone(addr.Route, "e/a"), gone(addr.Route, "e/b")}, false},
		"both routes, bound to another": {[]plan.Change{gone(addr.Route, "e/a"), gone(addr.Route, "e/b"), bound("c")}, true},
		"both are archived": {[]plan.Change{
			change(plan.Update, addr.Core, "a", to("status", "archived")), change(plan.Update, addr.Core, "b", to("status", "archived")), bound("c"),
		}, true},
		"with the Entry":         {[]plan.Change{gone(addr.Core, "a"), gone(addr.Core, "b"), gone(addr.Entry, "e")}, false},
		"the Entry is retired":   {[]plan.Change{gone(addr.Route, "e/a"), gone(addr.Route, "e/b"), change(plan.Update, addr.Entry, "e", to("status", "archived"), to("bound_to", ""))}, false},
		"someone took the route": {[]plan.Change{change(plan.Forget, addr.Route, "e/b"), change(plan.Forget, addr.Route, "e/a"), bound("c")}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := applied(map[addr.Kind][]string{addr.Core: {"a", "b"}, addr.Entry: {"e"}, addr.Route: {"e/a", "e/b"}})
			in := policy.Input{State: st, Plan: &plan.Plan{Catalogue: schema.Network(), Changes: c.changes}}
			if got := slices.Contains(failing(t, in), config.LastCore); got != c.denied {
				t.Errorf("denied: %v, want %v", got, c.denied)
			}
		})
	}
}

func TestPreventDestroy(t *testing.T) {
	t.Parallel()
	for _, mode := range []plan.Mode{plan.ModeApply, plan.ModeDestroy, plan.ModeRollback} {
		in := policy.Input{State: applied(map[addr.Kind][]string{addr.Core: many(20)}), Plan: &plan.Plan{Catalogue: schema.Network(), Mode: mode}}
		for _, id := range many(7) {
			c := change(plan.Delete, addr.Core, id)
			c.Protected = id != "aa"
			in.Plan.Changes = append(in.Plan.Changes, c)
		}
		in.Allow = []string{config.MaxDeletes}
		if got := failing(t, in); !slices.Equal(got, []string{config.PreventDestroy}) {
			t.Errorf("%s: got %v", mode, got)
		}
		results, _ := policy.Check(t.Context(), in)
		at := slices.IndexFunc(results, func(r plan.PolicyResult) bool { return r.Name == config.PreventDestroy })
		if r := results[at]; len(r.Addresses) != 6 || slices.Contains(r.Addresses, "core.aa") || !strings.Contains(r.Message, "and 1 more") {
			t.Errorf("%s: got %+v", mode, r)
		}
	}
}

// TestDestroyIsMeant: only protection holds against a destroy.
func TestDestroyIsMeant(t *testing.T) {
	t.Parallel()
	in := policy.Input{State: applied(map[addr.Kind][]string{addr.Core: many(20)}), Plan: &plan.Plan{Catalogue: schema.Network(), Mode: plan.ModeDestroy}}
	for _, id := range many(20) {
		in.Plan.Changes = append(in.Plan.Changes, change(plan.Delete, addr.Core, id))
	}
	if got := failing(t, in); got != nil {
		t.Errorf("got %v", got)
	}
}
