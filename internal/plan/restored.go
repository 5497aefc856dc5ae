package plan

import (
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/state"
)

// checkRestored refuses to go on from a state that was not written to this
// cluster as it is, unless that is accepted. Then the network begins a new
// generation: plans from before don't fit any more.
func (m *maker) checkRestored() {
	head := m.in.State.Head
	if head == nil {
		return
	}
	r := head.RestoredIn(m.in.Snapshot.ClusterID, m.in.LogIndex)
	if r == nil {
		m.plan.LogIndex = max(m.in.LogIndex, head.LogIndex) // what was known once still holds
		return
	}
	if !m.in.AcceptRestored {
		m.conflict(Conflict{
			Summary: "The cluster was restored from a snapshot",
			Detail:  restoredDetail(r, m.in.Snapshot.ClusterID),
			Hint:    "Compare the plan with what git says was applied last. To go on from here, use --accept-restored.",
		})
		return
	}
	m.plan.Restored, m.plan.Generation = r.From, m.in.IDs.Generation()
	m.plan.Warnings = append(m.plan.Warnings, diag.Diagnostic{
		Severity: diag.Warning, Summary: "The state of a restored cluster is continued", Detail: restoredDetail(r, m.in.Snapshot.ClusterID),
		Hint: "Plans that were saved before are refused from this apply on.",
	})
}

// restoredDetail tells what the cluster holds, and what it lacks.
func restoredDetail(r *state.Restored, clusterID string) string {
	since := fmt.Sprintf("serial %d, applied by %s at %s", r.Serial, r.Actor, r.Time.Format(time.RFC3339))
	if r.From == clusterID {
		return fmt.Sprintf("Its log is shorter than it was when %s was written: it was restored from a snapshot with the same cluster id (%s). What was applied after serial %d is not in it.",
			since, clusterID, r.Serial)
	}
	return fmt.Sprintf("This is cluster %s, and it holds the state of cluster %s: %s. It was restored from a snapshot of that one, or is a copy of it. What was applied there after serial %d is not in it.",
		clusterID, r.From, since, r.Serial)
}
