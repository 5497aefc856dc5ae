package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/policy"
	"github.com/sigilgate/sigilform/internal/schema"
)

const world = `
network "t" {}
variable "token" {
  default   = "swordfish"
  sensitive = true
}
core "ams" {
  ip     = "192.0.2.1"
  region = "nl"
}
entry "shop" {
  ip       = "203.0.113.1"
  bound_to = core.ams
}
entry "bank" {
  ip       = "203.0.113.2"
  region   = "de"
  bound_to = core.ams
}
route "shop" {
  entry = entry.shop
  core  = core.ams
}
user "olga" {
  core_nodes = [core.ams]
  device "phone" { core = core.ams }
}
`

// TestConditions: what an expression can ask, by whether it holds.
func TestConditions(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		`length(plan.deletes) == 1 && plan.deletes[0].address == "core.old" && plan.deletes[0].protected`: true,
		`plan.counts.delete == 1 && plan.counts.update == 1 && plan.counts.create == 0`:                   true,
		`plan.kinds["core"].before == 1 && plan.kinds["core"].after == 0 && plan.kinds.user.update == 1`:  true,
		`one(plan.updates).fields[0].old == "a" && one(plan.updates).fields[0].new == "b"`:                true,
		`one(plan.updates).fields[1].old == null && one(plan.updates).fields[1].sensitive`:                true,
		`anytrue([for c in plan.changes : c.kind == "user" && contains(c.fields[*].name, "status")])`:     true,
		`plan.mode == "apply" && plan.serial == 4 && plan.commit == "abc"`:                                true,
		`length(plan.creates) > 0`:                                                                  false,
		`alltrue([for e in network.entries : e.region != null])`:                                    false,
		`core.ams.region == "nl" && one(network.cores).address == "core.ams"`:                       true,
		`[for e in network.entries : e.bound_to] == ["core.ams", "core.ams"]`:                       true,
		`tolist([for e in network.entries : e.address if length(e.cores) == 0])[0] == "entry.bank"`: true,
		`one(network.routes).entry == "entry.shop" && one(network.users).devices == 1`:              true,
		`one(network.users).has_credential`:                                                         false,
		`length(plan.unmanaged) == 1 && plan.unmanaged[0].title == null`:                            true,
		`var.token == "swordfish"`:                                                                  true,
	}
	for condition, want := range cases {
		t.Run(condition, func(t *testing.T) {
			t.Parallel()
			in := judged(t, `policy "p" {
  condition = `+condition+`
  message   = "no: ${length(plan.changes)}"
}`)
			results, found := policy.Check(t.Context(), in)
			if found.HasErrors() {
				t.Fatalf("%v", found)
			}
			p := results[len(results)-1]
			if got := p.Verdict == plan.Passed; got != want {
				t.Fatalf("holds: %v, want %v", got, want)
			}
			if !want && (p.Message != "no: 2" || p.Range == nil || p.Range.Start.Line == 0) {
				t.Errorf("got %+v", p)
			}
		})
	}
}

func judged(t *testing.T, rules string) policy.Input {
	t.Helper()
	gone := change(plan.Delete, addr.Core, "old")
	gone.Protected = true
	secret := plan.FieldChange{Name: "credential", Action: plan.Update, Old: &plan.Value{Sensitive: true, Fingerprint: "x"}, New: &plan.Value{Sensitive: true}}
	status := plan.FieldChange{Name: "status", Action: plan.Update, Old: &plan.Value{Text: "a"}, New: &plan.Value{Text: "b"}}
	p := &plan.Plan{
		Catalogue: schema.Network(),
		Mode:      plan.ModeApply, Serial: 4, Commit: "abc", Unmanaged: []plan.Unmanaged{{Kind: addr.User, ID: "9"}},
		Changes: []plan.Change{gone, change(plan.Update, addr.User, "1", status, secret)},
	}
	return policy.Input{Plan: p, State: applied(map[addr.Kind][]string{addr.Core: {"old"}, addr.User: {"1"}}), Config: load(t, world+rules), Allow: []string{config.VanishingKind, config.PreventDestroy}}
}

func TestSeverityAndAllowance(t *testing.T) {
	t.Parallel()
	in := judged(t, `
policy "hard" {
  condition = false
  message   = "never"
}
policy "soft" {
  condition = false
  message   = "better not"
  severity  = "warning"
}`)
	results, _ := policy.Check(t.Context(), in)
	in.Plan.Policies = results
	if d := in.Plan.Denied(); len(d) != 1 || d[0].Name != "hard" || !strings.Contains(d[0].Hint, "--allow hard") {
		t.Fatalf("got %+v", d)
	}
	in.Allow = append(in.Allow, "hard", "soft")
	in.Plan.Policies, _ = policy.Check(t.Context(), in)
	if d := in.Plan.Denied(); d != nil {
		t.Fatalf("got %+v", d)
	}
	// A warning that is allowed is a warning still.
	if got := in.Plan.AllowedPolicies(); !slices.Equal(got, []string{config.PreventDestroy, config.VanishingKind, "hard"}) {
		t.Errorf("got %v", got)
	}
}

func TestUnknownNameIsRefused(t *testing.T) {
	t.Parallel()
	in := judged(t, "")
	in.Allow = []string{"max-delete"}
	_, found := policy.Check(t.Context(), in)
	if !found.HasErrors() || !strings.Contains(found[0].Hint, "max-deletes") {
		t.Fatalf("got %v", found)
	}
}

// TestNoAnswerIsNoPass: what can't be judged is refused, with its place.
func TestNoAnswerIsNoPass(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{`plan.commit == "abc" ? null : true`, `plan.deletes[5].address == ""`, `tonumber(plan.commit) > 1`} {
		in := judged(t, `policy "p" {
  condition = `+condition+`
  message   = "x"
}`)
		results, found := policy.Check(t.Context(), in)
		if !found.HasErrors() || found[0].Severity != diag.Error || found[0].Range == nil {
			t.Errorf("%s: got %v and %+v", condition, found, results[len(results)-1])
		}
	}
}

// TestSensitiveMessage: a message that holds a secret is not shown.
func TestSensitiveMessage(t *testing.T) {
	t.Parallel()
	in := judged(t, `policy "p" {
  condition = false
  message   = "the token is ${var.token}"
}`)
	results, _ := policy.Check(t.Context(), in)
	if p := results[len(results)-1]; p.Verdict != plan.Failed || strings.Contains(p.Message, "swordfish") || !strings.Contains(p.Message, "not shown") {
		t.Errorf("got %+v", p)
	}
}
