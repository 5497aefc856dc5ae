package render

import (
	"io"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// ErrorDocument is why a command failed.
type ErrorDocument struct {
	Head
	// Summary is one line without a full stop, Detail whole sentences, Hint
	// what to do.
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	Hint    string `json:"hint,omitempty"`
	// Code names the failure for programs: "rejected", "too_large", "locked".
	Code     string `json:"code,omitempty"`
	ExitCode int    `json:"exit_code"`
	// Moved lists what moved since the plan, of a rejected commit.
	Moved []MovedKey `json:"moved,omitempty"`
	// Size is that of a transaction that is too large.
	Size *SizeDocument `json:"size,omitempty"`
	// Journal is that of an apply that was interrupted.
	Journal *JournalDocument `json:"journal,omitempty"`
	// Lock is who holds the lock.
	Lock *state.Lock `json:"lock,omitempty"`
	// Left are the keys that a rollback left, since others had written them.
	Left []state.Left `json:"left,omitempty"`
	// LeftMore is how many more there are, where the journal has no room for all.
	LeftMore int `json:"left_more,omitempty"`
	// Restored counts the keys that a rollback gave their former value, and
	// CallsTakenBack the calls of etcd's authentication that it took back.
	Restored       int `json:"restored,omitempty"`
	CallsTakenBack int `json:"calls_taken_back,omitempty"`
	// Diagnostics are findings that belong to it.
	Diagnostics diag.List `json:"diagnostics,omitempty"`
}

// FailureDocument is a failure with its evidence and exit code, as programs read it.
func FailureDocument(f *failure.Failure, exit int) ErrorDocument {
	d := ErrorDocument{Summary: f.Summary, Detail: f.Detail, Hint: f.Hint, Code: string(f.Code), ExitCode: exit}
	for _, evidence := range f.Evidence {
		switch v := evidence.(type) {
		case []apply.Moved:
			d.Moved = MovedKeys(v)
		case *kv.TooLarge:
			d.Size = &SizeDocument{Bytes: v.Bytes, MaxBytes: v.MaxBytes, Writes: v.Ops, Guards: v.Guards, MaxTxnOps: v.MaxTxnOps}
		case *state.Journal:
			d.Journal = NewJournal(v)
		case *state.Lock:
			d.Lock = v
		case *apply.RolledBack:
			d.Left, d.LeftMore, d.Restored, d.CallsTakenBack = v.Left, v.LeftMore, v.Restored, v.Calls
		case diag.List:
			d.Diagnostics = v
		}
	}
	return d
}

// MovedKey is a key that others wrote since the plan.
type MovedKey struct {
	Key     string `json:"key"`
	Address string `json:"address,omitempty"`
	// Planned is the revision that the plan saw, Found the one that was met; 0
	// is an absent key.
	Planned int64 `json:"planned"`
	Found   int64 `json:"found"`
	// Guard is what was required: "unmoved", "exists", "empty", "not-after",
	// "unwritten", "unnamed", "unheld".
	Guard string `json:"guard"`
}

// SizeDocument is a transaction's size and the limits.
type SizeDocument struct {
	// Bytes and MaxBytes are of the encoded request.
	Bytes    int `json:"bytes"`
	MaxBytes int `json:"max_bytes"`
	Writes   int `json:"writes"`
	Guards   int `json:"guards"`
	// MaxTxnOps is how many operations a level of a transaction may hold.
	MaxTxnOps int `json:"max_txn_ops,omitempty"`
}

// Error shows a failure: error: and hint: lines, with the keys that moved or
// the size where those are why.
func Error(w io.Writer, e ErrorDocument, o Options) error {
	o.Strict = true
	e = *NewError(e)
	if o.Format == JSON {
		return writeJSON(w, e, o)
	}
	p := newPage(o)
	p.failure(&e)
	return p.flush(w)
}

func (p *page) failure(e *ErrorDocument) {
	if len(e.Diagnostics) > 0 {
		p.diagnostics(e.Diagnostics)
		p.space()
	}
	if e.Summary != "" {
		p.labelled("", p.color(red, "error: "), len("error: "), plain, e.Summary)
	}
	if e.Detail != "" {
		p.prose(e.Detail)
	}
	p.movedKeys(e.Moved)
	p.leftKeys(e.Left, e.LeftMore)
	p.tooLarge(e.Size)
	if e.Hint != "" {
		p.labelled("", p.color(cyan, "hint: "), len("hint: "), plain, advice(e.Hint))
	}
}

func (p *page) movedKeys(all []MovedKey) {
	if len(all) == 0 {
		return
	}
	t := table{right: []bool{false, false, true, true}}
	t.row("object", "key", "planned", "found")
	for _, m := range all {
		t.row(p.address(m.Address), p.value(m.Key), planned(m), revisionOf(m.Found))
	}
	p.line()
	p.table("  ", &t)
	p.line()
}

// planned is what the guard required of the key: the guards of whole prefixes
// require that it is not there, or not written since, or refers to nothing that
// is deleted.
func planned(m MovedKey) string {
	switch kv.GuardKind(m.Guard) {
	case kv.NotAfter, kv.Empty:
		return "absent"
	case kv.Unwritten:
		return "up to " + plainNumber(m.Planned)
	case kv.Unnamed:
		return "no reference"
	case kv.Unheld:
		return "nobody else's"
	case kv.Unmoved, kv.Exists, kv.Differs:
	}
	return revisionOf(m.Planned)
}

// MovedKeys are the keys of a rejected commit, for an [ErrorDocument].
func MovedKeys(moved []apply.Moved) []MovedKey {
	out := make([]MovedKey, len(moved))
	for i, m := range moved {
		out[i] = MovedKey{Key: m.Key, Address: m.Address, Planned: m.Guard.Revision, Found: m.Found, Guard: string(m.Guard.Kind)}
		if out[i].Guard == string(kv.NotAfter) {
			out[i].Planned = 0
		}
	}
	return out
}

func revisionOf(n int64) string {
	if n == 0 {
		return "absent"
	}
	return plainNumber(n)
}

func (p *page) tooLarge(s *SizeDocument) {
	if s == nil {
		return
	}
	p.line("  size   ", exact(s.Bytes), " with ", counted(s.Writes, "write", "writes"), " and ", counted(s.Guards, "guard", "guards"))
	p.line("  limit  ", exact(s.MaxBytes))
}

// exact is a size that is compared with another: rounded ones may look alike.
func exact(bytes int) string {
	return counted(bytes, "byte", "bytes") + " (" + size(int64(bytes)) + ")"
}

// NewError completes the Document of an error.
func NewError(e ErrorDocument) *ErrorDocument {
	e.Head = head("error")
	e.Summary, e.Detail, e.Hint = diag.Short(e.Summary), diag.Short(e.Detail), diag.Short(e.Hint)
	if len(e.Diagnostics) > 0 {
		e.Diagnostics = e.Diagnostics.Bounded()
	}
	return &e
}
