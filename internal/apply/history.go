package apply

import (
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

func newHead(p *plan.Plan, clusterID string, o Options) state.Head {
	return state.Head{
		Format: state.FormatVersion, Network: p.Network, Prefix: p.Prefix, ClusterID: clusterID, Generation: p.Generation,
		Serial: p.Serial + 1, Time: o.Now.UTC(), Actor: o.Actor, Apply: o.Apply, Commit: p.Commit, ConfigDigest: p.ConfigDigest, Keep: p.Keep,
		LogIndex: p.LogIndex,
	}
}

func newHistory(p *plan.Plan, o Options) state.History {
	n := p.Counts()
	h := state.History{
		Format: state.FormatVersion, Serial: p.Serial + 1, Apply: o.Apply, Time: o.Now.UTC(), Actor: o.Actor,
		Commit: p.Commit, Restored: p.Restored, Mode: string(p.Mode), RolledBackTo: p.RolledBackTo, Allowed: p.AllowedPolicies(), Before: p.Before, Tool: p.Tool, Intent: p.Intent, ConfigDigest: p.ConfigDigest,
		Counts: state.HistoryCounts{
			Create: n.Create, Update: n.Update, Delete: n.Delete, Adopt: n.Adopt, Forget: n.Forget, Record: n.Record,
		},
		Changes: make([]state.HistoryChange, 0, len(p.Changes)),
	}
	for i := range p.Changes {
		h.Changes = append(h.Changes, historyChange(&p.Changes[i]))
	}
	return h
}

func historyChange(c *plan.Change) state.HistoryChange {
	out := state.HistoryChange{
		Address: c.Address, Kind: string(c.Kind), ID: c.ID, Action: string(c.Action), Reason: string(c.Reason), Was: c.Was, Falls: c.Falls,
	}
	for _, f := range c.Fields {
		out.Fields = append(out.Fields, state.HistoryField{
			Name: f.Name, Key: f.Key, Action: string(f.Action), Reason: string(f.Reason), Old: historyValue(f.Old), New: historyValue(f.New),
		})
	}
	return out
}

// historyValue keeps a sensitive value out of the history even if the plan
// should hold its text.
func historyValue(v *plan.Value) *state.HistoryValue {
	if v == nil {
		return nil
	}
	if v.Sensitive {
		return &state.HistoryValue{Sensitive: true, Fingerprint: v.Fingerprint}
	}
	return &state.HistoryValue{Text: v.Text}
}
