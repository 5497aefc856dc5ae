package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
)

// explainJournal says what became of an apply of several transactions, and who
// stands in the way.
func explainJournal(err error) (d render.ErrorDocument, ok bool) {
	if e, ok := as[*apply.Unknown](err); ok && e.Journal {
		return render.ErrorDocument{
			Code: "unknown", Summary: "it is not known whether a step of the apply was carried out",
			Detail: fmt.Sprintf("The reply was lost, and for %s the cluster did not say what became of it: %s. The apply's journal stands: nothing is lost.", e.Asked, causeOf(e.Cause)),
			Hint:   "once the cluster answers, `sigilform recover` finds out, and carries the apply on or undoes it",
		}, true
	}
	if e, ok := as[*apply.Stopped](err); ok {
		return explainStopped(e), true
	}
	if e, ok := as[*apply.RolledBack](err); ok {
		return explainRolledBack(e), true
	}
	if e, ok := as[*apply.Interrupted](err); ok {
		return render.ErrorDocument{
			Code: "interrupted", Summary: fmt.Sprintf("an apply of network %q was interrupted and must be recovered first", e.Network),
			Detail: progressOf(e.Journal), Hint: "`sigilform recover` carries it on where the network has not moved, else undoes it",
			Journal: render.NewJournal(e.Journal),
		}, true
	}
	if e, ok := as[*apply.Locked](err); ok {
		return render.ErrorDocument{
			Code: "locked", Summary: fmt.Sprintf("network %q is locked by another apply", e.Network), Detail: holderOf(&e.Lock) + " Nothing was written.",
			Hint: fmt.Sprintf("wait for it with --lock-timeout 5m; if its process is gone the lock goes within %s, or at once by `sigilform lock break %s`", lockLife, e.Lock.ID),
			Lock: &e.Lock,
		}, true
	}
	if e, ok := as[*NotLocked](err); ok {
		d := render.ErrorDocument{Code: "not_locked", Summary: e.Error(), Lock: e.Lock}
		if e.Lock != nil {
			d.Detail = holderOf(e.Lock)
			d.Hint = "give the id that `sigilform lock show` prints"
		}
		return d, true
	}
	if e, ok := as[*apply.NotBegun](err); ok && errors.Is(e.Cause, apply.ErrStopped) {
		return render.ErrorDocument{Code: "canceled", Summary: "interrupted before anything was written; nothing was written"}, true
	}
	return d, false
}

func explainStopped(e *apply.Stopped) render.ErrorDocument {
	d := render.ErrorDocument{
		Code: "stopped", Summary: "the apply stopped in the middle and left its journal", Journal: render.NewJournal(e.Journal),
		Detail: fmt.Sprintf("%d of %d writes%s are done, in whole steps. It stopped because: %s.", e.Journal.Done, e.Journal.Ops, callsOf(e.Journal), causeOf(e.Cause)),
		Hint:   "`sigilform recover` carries it on where the network has not moved, else undoes it",
	}
	if _, ok := as[*apply.ShutOut](e.Cause); ok {
		d.Hint = "run `sigilform recover` as an administrator, who has the role root: it carries the apply on where the network has not moved, else undoes it"
	}
	if e.Taken {
		d.Summary = "another process has taken the apply over"
		d.Detail = fmt.Sprintf("It was at %d of %d writes then. This process wrote nothing since.", e.Journal.Done, e.Journal.Ops)
		d.Hint = "`sigilform history` shows whether it was finished; `sigilform lock show` who is at it"
	}
	return d
}

func explainRolledBack(e *apply.RolledBack) render.ErrorDocument {
	d := render.ErrorDocument{Code: "rolled_back", Summary: "the apply was rolled back", Hint: "plan again", Left: e.Left}
	var moved *apply.Rejected
	var large *kv.TooLarge
	switch {
	case errors.Is(e.Cause, apply.ErrStopped):
		d.Summary = "interrupted; the apply was rolled back"
	case errors.As(e.Cause, &moved):
		d.Summary = "the network moved during the apply, which was rolled back"
		d.Moved = render.MovedKeys(moved.Moved)
	case errors.As(e.Cause, &large):
		d.Detail = "A single write is larger than the server takes. "
		d.Hint = "make the value smaller, or raise --max-request-bytes of every member"
	default:
		d.Detail = sentence(causeOf(e.Cause)) + " "
	}
	d.Detail += fmt.Sprintf("%s their former value again.", keysHave(e.Restored))
	if e.Calls > 0 {
		d.Detail += fmt.Sprintf(" What %d calls had granted is taken back.", e.Calls)
	}
	if n := len(e.Left) + e.LeftMore; n > 0 {
		d.Detail += fmt.Sprintf(" %d others wrote meanwhile; they were left as they are.", n)
	}
	return d
}

// callsOf says how many calls of the authentication were made, where an apply
// has some.
func callsOf(j *state.Journal) string {
	if all := j.Grants + j.Revokes; all > 0 {
		return fmt.Sprintf(" and %d of %d calls of the authentication", j.Granted+j.Revoked, all)
	}
	return ""
}

func keysHave(n int) string {
	if n == 1 {
		return "1 key has"
	}
	return fmt.Sprintf("%d keys have", n)
}

// progressOf says whose apply it is, and how far it came.
func progressOf(j *state.Journal) string {
	text := fmt.Sprintf("%s began it at %s", j.Actor, j.Since.UTC().Format(time.RFC3339))
	if j.Command != "" {
		text += fmt.Sprintf(" with `%s`", j.Command)
	}
	switch {
	case j.Phase == state.RollingBack:
		return text + fmt.Sprintf("; it was being rolled back, and %d of %d writes stand.", j.Done, j.Ops)
	case j.Done == 0 && j.Granted == 0:
		return text + "; it had written nothing yet."
	}
	return text + fmt.Sprintf("; %d of %d writes%s are done.", j.Done, j.Ops, callsOf(j))
}

func holderOf(l *state.Lock) string {
	return fmt.Sprintf("%s holds it since %s with `%s`, process %d on %s, lock %s.", l.Actor, l.Since.UTC().Format(time.RFC3339), l.Command, l.PID, l.Host, l.ID)
}
