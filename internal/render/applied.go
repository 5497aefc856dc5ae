package render

import (
	"io"
	"time"

	"github.com/sigilgate/sigilform/internal/plan"
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
	Commit   string `json:"commit,omitempty"`
	// Bytes is the size of the request, Writes and Guards what was in it.
	Bytes  int `json:"bytes"`
	Writes int `json:"writes"`
	Guards int `json:"guards"`
	// Resolved says that the reply was lost, and that the history told.
	Resolved bool `json:"resolved,omitempty"`
	// DurationMS is how long the commit took, in milliseconds.
	DurationMS float64 `json:"duration_ms"`
}

// NewApplied makes the Document of an applied plan; the caller adds what the
// commit told.
func NewApplied(p *plan.Plan) AppliedDocument {
	s := planSummary(p)
	return AppliedDocument{
		Head: head("applied"), Applied: p.HasChanges(), Mode: string(p.Mode), Network: p.Network, ClusterID: p.ClusterID,
		Counts: s.ActionCounts, Objects: p.Objects, Serial: p.Serial, Revision: p.Revision, Intent: p.Intent, Commit: p.Commit,
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
	if !a.Applied {
		p.line(p.nothing(&PlanDocument{Mode: a.Mode, Revision: a.Revision, Summary: PlanSummary{Objects: a.Objects}}))
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
	p.line(p.color(green, word), p.mainCounts(&a.Counts, "deleted", "updated", "created"), sideCounts(&a.Counts), ".")
	if p.o.Quiet {
		return
	}
	p.line("Serial ", plainNumber(a.Serial), ", revision ", plainNumber(a.Revision), ", one transaction of ", counted(a.Writes, "write", "writes"),
		" (", size(int64(a.Bytes)), ")", in, ".")
	if a.Resolved {
		p.line(p.color(yellow, "The reply was lost;"), " the history shows that the transaction was carried out.")
	}
}
