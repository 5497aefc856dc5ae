package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// reach is which Cores each Entry in service knows: those that an active route
// leads to, and the one that it is bound to. All are IPs.
type reach map[string]map[string]bool

// lastCore trips where an Entry that stays loses every Core that it knows: it
// learns of new ones only through those.
func (in *Input) lastCore(r *plan.PolicyResult) {
	before, after := in.known(nil), in.known(in.changes())
	for _, entry := range slices.Sorted(maps.Keys(before)) {
		left, stays := after[entry]
		if stays && len(before[entry]) > 0 && !overlap(before[entry], left) {
			r.Addresses = append(r.Addresses, in.State.Records[state.ID{Kind: addr.Entry, ID: entry}].Address)
		}
	}
	if len(r.Addresses) == 0 {
		return
	}
	slices.Sort(r.Addresses)
	r.Verdict = plan.Failed
	r.Message = fmt.Sprintf("%s would lose every Core that it knows.", few(r.Addresses))
	if len(r.Addresses) > 1 {
		r.Message = fmt.Sprintf("%s would each lose every Core that they know.", few(r.Addresses))
	}
	r.Hint = "Add the new Core first, and remove the old one in a later apply."
}

func overlap(a, b map[string]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

func (in *Input) changes() map[state.ID]*plan.Change {
	out := make(map[state.ID]*plan.Change, len(in.Plan.Changes))
	for i := range in.Plan.Changes {
		if c := &in.Plan.Changes[i]; in.recorded(c) {
			out[state.ID{Kind: c.Kind, ID: c.ID}] = c
		}
	}
	return out
}

// known is what the Entries know by what was last applied, after some changes.
// What a plan creates is left out: nobody can tell an Entry of it that knows no
// Core any more.
func (in *Input) known(changes map[state.ID]*plan.Change) reach {
	out := reach{}
	layout := in.Plan.Layout()
	stays := func(kind addr.Kind, id string, lost ...string) bool {
		at := state.ID{Kind: kind, ID: id}
		r := in.State.Records[at]
		return r != nil && !goes(changes[at]) && !slices.Contains(lost, after(r, changes[at], layout.Status(kind)))
	}
	for id, r := range in.State.Records {
		if id.Kind == addr.Entry && stays(addr.Entry, id.ID, network.Archived) {
			out[id.ID] = map[string]bool{}
			if core := after(r, changes[id], layout.Bound(addr.Entry)); stays(addr.Core, core, network.Archived) {
				out[id.ID][core] = true
			}
		}
	}
	for id := range in.State.Records {
		if id.Kind != addr.Route || !stays(addr.Route, id.ID, network.Archived, network.Inactive) {
			continue
		}
		entry, core, _ := strings.Cut(id.ID, "/")
		if out[entry] != nil && stays(addr.Core, core, network.Archived) {
			out[entry][core] = true
		}
	}
	return out
}

// goes reports whether a change removes its object.
func goes(c *plan.Change) bool {
	return c != nil && (c.Action == plan.Delete || c.Action == plan.Forget && c.Reason != plan.Released)
}

// after is a field of an object after a change: what a file says, as far as one
// does.
func after(r *state.Record, c *plan.Change, name string) string {
	if c != nil {
		for i := range c.Fields {
			if f := &c.Fields[i]; f.Name == name {
				switch {
				case f.Action == plan.Forget && f.Old != nil:
					return f.Old.Text // it stays, enforced or not
				case f.New == nil:
					return ""
				}
				return f.New.Text
			}
		}
	}
	return r.Declared[name]
}
