package state

import (
	"errors"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Phase is what the run behind a journal was doing.
type Phase string

const (
	// Preparing says that the intent is being written, and nothing
	// of the network was.
	Preparing Phase = "preparing"
	// Applying says that steps are being carried out.
	Applying Phase = "applying"
	// RollingBack says that steps are being undone, the last one first.
	RollingBack Phase = "rolling-back"
	// Abandoning says that the apply is being ended where it is: its history is
	// being written, and nothing of the network will be.
	Abandoning Phase = "abandoning"
)

// Journal is the head of a journal: which apply of several transactions is
// under way, and how far it is. The ModRevision of its key is the fence: every
// step is guarded by it and moves it, so whoever writes it shuts out everyone
// who has not seen that.
type Journal struct {
	Format int `json:"format"`
	// Apply is the id of the apply, Serial the one that it is to become.
	Apply  string `json:"apply"`
	Serial int64  `json:"serial"`
	// Owner is the id of the run that drives the journal now.
	Owner string `json:"owner"`
	// Actor is who began it, Command with what, Since when.
	Actor   string    `json:"actor"`
	Command string    `json:"command,omitempty"`
	Commit  string    `json:"commit,omitempty"`
	Since   time.Time `json:"since"`
	Phase   Phase     `json:"phase"`
	// Parts is the number of the intent's parts.
	Parts int `json:"parts,omitempty"`
	// Ops is how many writes the intent has, Done how many of them are written.
	Ops  int `json:"ops,omitempty"`
	Done int `json:"done,omitempty"`
	// Steps are the transactions that are written and not undone, in order.
	Steps JournalSteps `json:"steps,omitempty"`
	// Grants and Revokes are how many calls of the authentication the intent has
	// before and after its writes, Granted and Revoked how many of them were
	// made at least. AuthRevision is that of the authentication after those; 0
	// where the apply has no calls.
	Grants       int    `json:"grants,omitempty"`
	Revokes      int    `json:"revokes,omitempty"`
	Granted      int    `json:"granted,omitempty"`
	Revoked      int    `json:"revoked,omitempty"`
	AuthRevision uint64 `json:"auth_revision,omitempty"`
	// Moves counts the writes of the journal, so that no two are alike.
	Moves int `json:"moves"`
	// Left are the keys that a rollback left, since others had written them, as
	// many as the journal has room for; LeftMore is how many more there are.
	Left     []Left `json:"left,omitempty"`
	LeftMore int    `json:"left_more,omitempty"`
}

// JournalStep is one transaction of a journaled apply.
type JournalStep struct {
	// End is the number of writes up to and with this step.
	End int `json:"end"`
	// Revision is the cluster's revision of the step; 0 in the last one, where
	// it is the ModRevision of the journal's own key.
	Revision int64 `json:"revision,omitempty"`
}

// Left is a key that a rollback did not restore, and why.
type Left struct {
	Key string `json:"key"`
	Why string `json:"why"`
	// Found is the key's ModRevision, 0 where it does not exist.
	Found int64 `json:"found"`
}

// Intent is everything that a journaled apply does, in order. It is written
// before the first step, so that anyone can carry it on or undo it.
type Intent struct {
	// Apply is the id of the apply that it is of.
	Apply string
	Ops   []kv.Op
	// Units are the places between writes at which a step may end: after so
	// many of them. The last is the number of all.
	Units []int
	// Guards are sorted by At.
	Guards []IntentGuard
	// Needs are sorted by At.
	Needs []IntentNeed
	// Grants are the calls of the authentication before the first write, Revokes
	// those after the last one.
	Grants, Revokes []kv.AuthOp
	// Before are the keys that the writes change or remove, as they were,
	// sorted by key. A key that is not in it did not exist.
	Before []kv.Entry
}

// IntentGuard is a guard of the step that carries out the write at At.
type IntentGuard struct {
	At int
	kv.Guard
}

// IntentNeed says that the write at At refers to the object that the write at
// Of created, which must still be there.
type IntentNeed struct{ At, Of int }

// EncodeJournal is the value of the journal's key.
func EncodeJournal(j *Journal) (string, error) { return encode(j) }

// DecodeJournal reads the value of the journal's key.
func DecodeJournal(value string) (*Journal, error) {
	var j Journal
	if err := decode(value, &j); err != nil {
		return nil, err
	}
	if j.Format > FormatVersion {
		return nil, &TooNew{Format: j.Format}
	}
	switch {
	case j.Apply == "" || j.Owner == "" || j.Serial < 1:
		return nil, errors.New("apply, owner or serial is missing")
	case j.Phase != Preparing && j.Phase != Applying && j.Phase != RollingBack && j.Phase != Abandoning:
		return nil, errors.New("its phase is unknown")
	case j.Done < 0 || j.Done > j.Ops || j.Parts < 0 || j.LeftMore < 0:
		return nil, errors.New("its position is not within its writes")
	}
	return &j, errors.Join(j.checkCalls(), j.checkSteps())
}

func (j *Journal) checkCalls() error {
	if j.Granted < 0 || j.Granted > j.Grants || j.Revoked < 0 || j.Revoked > j.Revokes {
		return errors.New("its position is not within its calls")
	}
	return nil
}

func (j *Journal) checkSteps() error {
	end, revision := 0, int64(0)
	for i, s := range j.Steps {
		last := i == len(j.Steps)-1
		if s.End <= end || s.Revision <= revision && (s.Revision != 0 || !last) {
			return errors.New("its steps are out of order")
		}
		end, revision = s.End, s.Revision
	}
	if end != j.Done {
		return errors.New("its steps do not add up to its position")
	}
	return nil
}

// At returns the journal with the revision of its last step filled in, which
// is that of the journal's own key. Whoever writes the key anew needs it.
func (j *Journal) At(modRevision int64) *Journal {
	out := *j
	out.Steps = append([]JournalStep(nil), j.Steps...)
	if n := len(out.Steps); n > 0 && out.Steps[n-1].Revision == 0 {
		out.Steps[n-1].Revision = modRevision
	}
	return &out
}
