package apply

import (
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/state"
)

// recoverHint is how a journal is brought to its end.
const recoverHint = "`sigilform recover` carries it on where the network has not moved, else undoes it"

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
