package render

import (
	"io"
	"time"

	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// AppliedDocument is the result of an apply.
type AppliedDocument struct {
	Head
	// Applied says that something was written; without changes nothing is.
	Applied   bool         `json:"applied"`
	Mode      string       `json:"mode"`
	Network   string       `json:"network"`
	ClusterID string       `json:"cluster_id"`
	Counts    ActionCounts `json:"counts"`
	Objects   int          `json:"objects"`
	// Serial and Revision are those of the commit; without one, those that the
	// plan saw.
	Serial   int64  `json:"serial"`
	Revision int64  `json:"revision"`
	Intent   string `json:"intent"`
	// File is the saved plan that was applied, absent where it was planned now.
	File *PlanFileDocument `json:"file,omitempty"`
	// Continued is the cluster whose state was continued, where this one was
	// restored from a snapshot.
	Continued string `json:"continued,omitempty"`
	Commit    string `json:"commit,omitempty"`
	// Bytes is the size of the request, Writes and Guards what was in it.
	Bytes  int `json:"bytes"`
	Writes int `json:"writes"`
	Guards int `json:"guards"`
	// Steps is how many transactions it took with a journal, 0 for one without.
	// Bytes is the largest request then.
	Steps int `json:"steps,omitempty"`
	// Calls is how many calls of etcd's authentication were made.
	Calls int `json:"calls,omitempty"`
	// Resolved says that the reply was lost, and that the history told.
	Resolved bool `json:"resolved,omitempty"`
	// Already is the apply that did before what was expected of this one.
	Already *ApplyDocument `json:"already_applied,omitempty"`
	// DurationMS is how long the commit took, in milliseconds.
	DurationMS float64 `json:"duration_ms"`
	// Rescue says that there is a rescue user in etcd, an administrator, which an
	// earlier apply has left.
	Rescue bool `json:"rescue_user,omitempty"`
	// warnings is how many the plan had, danger says that it named a rescue user.
	warnings int
	danger   bool
}

// NewApplied makes the Document of an applied plan; the caller adds what the
// commit told.
func NewApplied(p *plan.Plan) AppliedDocument {
	s := planSummary(p)
	return AppliedDocument{
		Head: head("applied"), Applied: p.HasChanges(), Mode: string(p.Mode), Network: p.Network, ClusterID: p.ClusterID,
		Counts: s.ActionCounts, Objects: p.Objects, Serial: p.Serial, Revision: p.Revision, Intent: p.Intent, Continued: p.Restored, Commit: p.Commit,
		Rescue: p.Rescue && !p.Enforces(), warnings: len(p.Warnings), danger: p.Rescue,
	}
}

// After says that an earlier apply did already what was expected of this one.
func (a *AppliedDocument) After(h *state.History) {
	if h != nil {
		e := newApply(h)
		a.Already = &e
	}
}

// Applied shows the result of an apply in a line or two.
func Applied(w io.Writer, a AppliedDocument, o Options) error {
	a.Head = head("applied")
	if o.Format == JSON {
		return writeJSON(w, a, o)
	}
	p := newPage(o)
	p.applied(&a)
	return p.flush(w)
}

func (p *page) applied(a *AppliedDocument) {
	if e := a.Already; e != nil {
		p.line(p.color(green, "Already applied: "), "serial ", plainNumber(e.Serial), ", by ", p.word(e.Actor), " at ", moment(e.Time), ".")
		p.line(p.color(dim, "Intent digest"), " ", p.word(e.Intent))
		return
	}
	if !a.Applied {
		p.line(p.nothing(&PlanDocument{Mode: a.Mode, Revision: a.Revision, Summary: PlanSummary{Objects: a.Objects}}), p.unshown(a.warnings, a.danger))
		return
	}
	word := "Applied: "
	if a.Mode == string(plan.ModeDestroy) {
		word = "Destroyed: "
	}
	took := time.Duration(a.DurationMS * float64(time.Millisecond))
	in := ""
	if took > 0 {
		in = " in " + lasted(took)
	}
	p.line(p.color(green, word), p.mainCounts(&a.Counts, "deleted", "updated", "created"), sideCounts(&a.Counts), ".", p.unshown(a.warnings, a.danger))
	if p.o.Quiet {
		return
	}
	p.continues(a.Continued, a.ClusterID)
	how := "one transaction of " + counted(a.Writes, "write", "writes") + " (" + size(int64(a.Bytes)) + ")"
	if a.Steps > 0 {
		how = counted(a.Writes, "write", "writes") + " in " + counted(a.Steps, "transaction", "transactions") + " with a journal"
	}
	if a.Calls > 0 {
		how += " and " + counted(a.Calls, "call", "calls") + " to etcd's authentication"
	}
	p.line("Serial ", plainNumber(a.Serial), ", revision ", plainNumber(a.Revision), ", ", how, in, ".")
	p.line(p.color(dim, "Intent digest"), " ", p.word(a.Intent))
	if a.Resolved {
		p.line(p.color(yellow, "The reply was lost;"), " the history shows that the transaction was carried out.")
	}
}
