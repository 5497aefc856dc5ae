package render

import (
	"io"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// HistoryDocument is the applies of a network, the latest first.
type HistoryDocument struct {
	Head
	Entries []ApplyDocument `json:"entries"`
	// Journal is that of an apply that is under way or was interrupted.
	Journal *JournalDocument `json:"journal,omitempty"`
	// Restored says that the cluster was restored from a snapshot since the
	// last apply.
	Restored *RestoredDocument `json:"restored_cluster,omitempty"`
}

// HistoryEntryDocument is one apply with its changes.
type HistoryEntryDocument struct {
	Head
	ApplyDocument
	Changes []ChangeDocument `json:"changes"`
	// Restored says that the cluster was restored from a snapshot since the
	// last apply.
	Restored *RestoredDocument `json:"restored_cluster,omitempty"`
}

// ApplyDocument is who applied what, and when.
type ApplyDocument struct {
	Serial int64     `json:"serial"`
	Apply  string    `json:"apply"`
	Time   time.Time `json:"time"`
	Actor  string    `json:"actor"`
	Commit string    `json:"commit,omitempty"`
	Mode   string    `json:"mode"`
	// RolledBackTo is the serial whose state a rollback brought back.
	RolledBackTo int64  `json:"rolled_back_to,omitempty"`
	Tool         string `json:"tool"`
	Intent       string `json:"intent"`
	ConfigDigest string `json:"config_digest,omitempty"`
	// Continued is the cluster whose state the apply continued, where the
	// cluster was restored from a snapshot.
	Continued string      `json:"continued,omitempty"`
	Counts    ApplyCounts `json:"counts"`
	// Allowed names the policies and valves that the apply was allowed to break.
	Allowed []string `json:"allowed,omitempty"`
	// Revision is the cluster's of the commit, Bytes the record's stored size.
	Revision int64 `json:"revision"`
	Bytes    int   `json:"bytes"`
}

// ApplyCounts is how many objects each action touched.
type ApplyCounts struct {
	Delete int `json:"delete"`
	Update int `json:"update"`
	Create int `json:"create"`
	Adopt  int `json:"adopt"`
	Forget int `json:"forget"`
	Record int `json:"record"`
}

func newApply(h *state.History) ApplyDocument {
	c := h.Counts
	return ApplyDocument{
		Serial: h.Serial, Apply: h.Apply, Time: h.Time.UTC(), Actor: h.Actor, Commit: h.Commit, Mode: h.Mode, RolledBackTo: h.RolledBackTo, Tool: h.Tool,
		Intent: h.Intent, ConfigDigest: h.ConfigDigest, Continued: h.Restored, Revision: h.Revision, Bytes: h.Bytes, Allowed: h.Allowed,
		Counts: ApplyCounts{Delete: c.Delete, Update: c.Update, Create: c.Create, Adopt: c.Adopt, Forget: c.Forget, Record: c.Record},
	}
}

// NewHistory makes the Document of a history, in its order.
func NewHistory(h []state.History) HistoryDocument {
	d := HistoryDocument{Head: head("history"), Entries: make([]ApplyDocument, len(h))}
	for i := range h {
		d.Entries[i] = newApply(&h[i])
	}
	return d
}

// NewHistoryEntry makes the Document of one apply. The catalogue tells what the
// record does not.
func NewHistoryEntry(c *schema.Catalogue, h *state.History) HistoryEntryDocument {
	return HistoryEntryDocument{Head: head("history_entry"), ApplyDocument: newApply(h), Changes: historyDocuments(c, h.Changes)}
}

// History shows the applies of a network as a table.
func History(w io.Writer, h []state.History, o Options) error {
	d := NewHistory(h)
	d.Journal = NewJournal(o.Journal)
	d.Restored = o.Restored
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	if len(d.Entries) == 0 {
		p.line("No history: nothing was applied yet.")
		return p.flush(w)
	}
	t := table{right: []bool{true, false, false, false, false, true, true, true, true}}
	t.row("serial", "when", "who", "commit", "mode", "+", "~", "-", "revision", "intent")
	for i := range d.Entries {
		t.row(p.historyRow(&d.Entries[i])...)
	}
	p.table("", &t)
	return p.flush(w)
}

func (p *page) historyRow(e *ApplyDocument) []string {
	mode := e.how()
	if mode == string(plan.ModeApply) {
		mode = ""
	}
	return []string{
		plainNumber(e.Serial), moment(e.Time), p.word(e.Actor), p.short(e.Commit), p.word(mode),
		p.color(green, number(e.Counts.Create)), p.color(yellow, number(e.Counts.Update)), p.color(red, number(e.Counts.Delete)),
		plainNumber(e.Revision), p.short(e.Intent),
	}
}

// how is the mode, of a rollback with the serial that it brought back.
func (e *ApplyDocument) how() string {
	if e.RolledBackTo > 0 {
		return e.Mode + " to " + plainNumber(e.RolledBackTo)
	}
	return e.Mode
}

// HistoryEntry shows one apply with all of its changes, as its plan did.
func HistoryEntry(w io.Writer, c *schema.Catalogue, h state.History, o Options) error {
	d := NewHistoryEntry(c, &h)
	d.Restored = o.Restored
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	p.entryHeader(&d)
	if o.Summary {
		for _, c := range d.Changes {
			p.line("  ", p.title(&c), p.changeNote(&c))
		}
	} else {
		p.changes(d.Changes)
	}
	p.space()
	counts := ActionCounts{
		Delete: d.Counts.Delete, Update: d.Counts.Update, Create: d.Counts.Create,
		Adopt: d.Counts.Adopt, Forget: d.Counts.Forget, Record: d.Counts.Record,
	}
	p.line(p.color(bold, "Applied: "), p.mainCounts(&counts, "deleted", "updated", "created"), sideCounts(&counts), ".")
	return p.flush(w)
}

// continued says that an apply went on in a restored cluster.
func continued(cluster string) string {
	if cluster == "" {
		return ""
	}
	return "the state of cluster " + cluster + ", restored from a snapshot"
}

func (p *page) entryHeader(d *HistoryEntryDocument) {
	if p.o.Quiet {
		return
	}
	mode := ""
	if d.Mode != string(plan.ModeApply) {
		mode = " (" + p.word(d.how()) + ")"
	}
	p.line(p.color(bold, "Serial "+plainNumber(d.Serial)), mode)
	for _, x := range [][2]string{
		{"when", moment(d.Time)},
		{"who", p.word(d.Actor)},
		{"commit", p.word(d.Commit)},
		{"tool", p.word(d.Tool)},
		{"revision", plainNumber(d.Revision)},
		{"intent", p.word(d.Intent)},
		{"configuration", p.word(d.ConfigDigest)},
		{"apply", p.word(d.Apply)},
		{"allowed", p.word(strings.Join(d.Allowed, ", "))},
		{"continued", p.word(continued(d.Continued))},
	} {
		if strings.TrimSpace(x[1]) != "" {
			p.line("  ", p.color(dim, pad(x[0], len("configuration"))), "  ", x[1])
		}
	}
	p.space()
}
