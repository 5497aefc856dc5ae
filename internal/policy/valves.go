package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// percent makes a share of a hundred.
const percent = 100

// valves are the results of all safety valves, by name. What a destroy deletes
// is all there is, which was asked for: there only protection counts.
func valves(in Input) []plan.PolicyResult {
	settings := config.DefaultValves()
	if in.Config != nil && in.Config.Valves != nil {
		settings = in.Config.Valves
	}
	kinds := in.kinds()
	destroy := in.Plan.Mode == plan.ModeDestroy
	check := map[string]func(config.Valve, *plan.PolicyResult){
		config.MaxDeletes: func(v config.Valve, r *plan.PolicyResult) {
			share(v, r, "deletes", total(kinds).remove, total(kinds).before)
		},
		config.MaxUpdates: func(v config.Valve, r *plan.PolicyResult) {
			share(v, r, "updates", total(kinds).update, total(kinds).before)
		},
		config.VanishingKind:  func(v config.Valve, r *plan.PolicyResult) { vanishing(v, r, kinds) },
		config.LastCore:       func(_ config.Valve, r *plan.PolicyResult) { in.lastCore(r) },
		config.PreventDestroy: func(_ config.Valve, r *plan.PolicyResult) { in.preventDestroy(r) },
	}
	var out []plan.PolicyResult
	for _, name := range config.ValveNames() {
		v := settings[name]
		if v.Off || destroy && name != config.PreventDestroy {
			continue
		}
		r := plan.PolicyResult{Name: name, Valve: true, Severity: v.Severity, Verdict: plan.Passed, Range: v.Range}
		check[name](v, &r)
		out = append(out, r)
	}
	return out
}

// share trips where too many of the objects are touched at once.
func share(v config.Valve, r *plan.PolicyResult, verb string, touched, before int) {
	if before < v.MinObjects || touched*percent <= v.Percent*before {
		return
	}
	r.Verdict = plan.Failed
	r.Message = fmt.Sprintf("The plan %s %d of %d objects (%d %%); at most %d %% are allowed at once.", verb, touched, before, touched*percent/before, v.Percent)
	r.Hint = "Check that the right configuration is applied to the right network, or change fewer objects at once."
}

// vanishing trips where a kind had objects and has none after.
func vanishing(v config.Valve, r *plan.PolicyResult, kinds map[addr.Kind]*count) {
	var gone []string
	for _, k := range v.Kinds {
		if n := kinds[k]; n != nil && n.before >= v.MinObjects && n.remove > 0 && n.after <= 0 {
			gone = append(gone, objects(n.before, k))
		}
	}
	if len(gone) == 0 {
		return
	}
	r.Verdict = plan.Failed
	r.Message = fmt.Sprintf("After the plan nothing is left of %s.", strings.Join(gone, ", "))
	r.Hint = "Check that all files of the configuration are there."
}

func objects(n int, k addr.Kind) string {
	if n == 1 {
		return "the only " + string(k)
	}
	return fmt.Sprintf("%d objects of the kind %s", n, k)
}

// preventDestroy trips where a protected object would be deleted. The protection
// is in the object's record, so it outlives its block.
func (in *Input) preventDestroy(r *plan.PolicyResult) {
	for i := range in.Plan.Changes {
		if c := &in.Plan.Changes[i]; c.Protected {
			r.Addresses = append(r.Addresses, c.Address)
		}
	}
	if len(r.Addresses) == 0 {
		return
	}
	slices.Sort(r.Addresses)
	r.Verdict = plan.Failed
	r.Message = fmt.Sprintf("%s can't be deleted: %s has prevent_destroy, which stays when the block is removed.", few(r.Addresses), it(r.Addresses))
	r.Hint = "Set prevent_destroy = false in the lifecycle, apply, and then remove or change the block."
}

func it(list []string) string {
	if len(list) == 1 {
		return "it"
	}
	return "each of them"
}

// maxNamed is how many objects a message names.
const maxNamed = 5

// few names some addresses and counts the rest.
func few(list []string) string {
	if len(list) <= maxNamed {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:maxNamed], ", "), len(list)-maxNamed)
}

// recorded reports whether an object was ours before.
func (in *Input) recorded(c *plan.Change) bool {
	_, ok := in.State.Records[state.ID{Kind: c.Kind, ID: c.ID}]
	return ok
}
