package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Auth is what an apply needs of a cluster's authentication. It is safe for
// concurrent use.
type Auth interface {
	// AuthStatus says whether authentication is on, and at which revision it is,
	// not older than the call.
	AuthStatus(ctx context.Context) (enabled bool, revision uint64, err error)
	// Auth reads all roles and users, of one revision.
	Auth(ctx context.Context) (*kv.Auth, error)
	// DoAuth makes one call, at most once. After an error it may have been
	// made all the same: who wants to know looks.
	DoAuth(ctx context.Context, op kv.AuthOp, password string) error
	// Enforce turns authentication on where it is off, and proves that this
	// connection's user is an administrator then; else it turns it off again and
	// returns a *kv.NotEnforced. The probe is a key that it may write meanwhile.
	// Where it is on already it proves only: so it ends what a killed run began.
	// The rescue user that it needs is gone then.
	Enforce(ctx context.Context, probe string) error
	// TidyRescue removes a rescue user that a killed run has left, and reports
	// whether there was one.
	TidyRescue(ctx context.Context, probe string) (removed bool, err error)
}

// Passwords finds the password of a user that is to be added.
type Passwords func(kv.PasswordSource) (string, error)

var errNoAuth = errors.New("internal error: an apply of roles and users without access to them")

// checkAuth compares the authentication with what the plan took it to be. The
// revision that it returns is that of the comparison.
func checkAuth(ctx context.Context, p *plan.Plan, o Options) (uint64, error) {
	a := p.Access
	if a == nil || !p.HasChanges() {
		return 0, nil
	}
	if o.Auth == nil {
		return 0, errNoAuth
	}
	if err := checkPasswords(slices.Concat(a.Grants, a.Revokes), o.Passwords); err != nil {
		return 0, err
	}
	enabled, revision, err := o.Auth.AuthStatus(ctx)
	if err != nil {
		return 0, err
	}
	if a.Live && revision == a.Revision && enabled == a.Enabled {
		return revision, nil
	}
	now, err := o.Auth.Auth(ctx)
	if err != nil {
		return 0, err
	}
	return now.Revision, compareAuth(a, now)
}

// checkPasswords finds out before anything is written whether all are there.
func checkPasswords(calls []kv.AuthOp, find Passwords) error {
	var errs []error
	for _, op := range calls {
		if op.Kind != kv.SetPassword || op.Password == nil {
			continue
		}
		if find == nil {
			return errNoAuth
		}
		if _, err := find(*op.Password); err != nil {
			errs = append(errs, fmt.Errorf("the password of the user %q: %w", op.User, err))
		}
	}
	return errors.Join(errs...)
}

// compareAuth refuses a plan whose roles and users others have changed.
func compareAuth(a *plan.Access, now *kv.Auth) error {
	var roles, users []string
	for _, name := range slices.Sorted(maps.Keys(a.Expected)) {
		if role, ok := strings.CutPrefix(name, "role "); ok {
			roles = append(roles, role)
		} else if user, ok := strings.CutPrefix(name, "user "); ok {
			users = append(users, user)
		}
	}
	found := acl.Fingerprints(now, roles, users)
	var moved []string
	for _, name := range slices.Sorted(maps.Keys(a.Expected)) {
		if found[name] != a.Expected[name] {
			moved = append(moved, name)
		}
	}
	if now.Enabled != a.Enabled {
		moved = append(moved, "whether authentication is on")
	}
	if len(moved) == 0 {
		return nil
	}
	return refusedAuth(a, moved)
}

// shownMoved is how many names a refusal lists.
const shownMoved = 8

func refusedAuth(a *plan.Access, moved []string) error {
	list := moved[:min(len(moved), shownMoved)]
	text := fmt.Sprintf("%q", list)
	if more := len(moved) - len(list); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	out := &Refused{
		Reason: failure.AuthMoved, Summary: "The roles and users in etcd are not as the plan took them to be",
		Detail: fmt.Sprintf("Someone changed them since the plan read them. It concerns %s.", text), Hint: "plan again",
	}
	if !a.Live {
		out.Detail = fmt.Sprintf("The plan was made without the rights to read them, from what was last applied. It concerns %s.", text)
		out.Hint = "plan again as an administrator (the role root), which shows what differs"
	}
	return out
}

// AuthInterrupted is the cause of a run that stopped since others changed the
// authentication while it did.
type AuthInterrupted struct {
	// Made and All are how many calls were made, and how many there are.
	Made, All int
	// Left are the calls that were not made.
	Left []kv.AuthOp
	// Expected and Found are the revisions of the authentication.
	Expected, Found uint64
}

// Error says what was done and what is left.
func (e *AuthInterrupted) Error() string {
	text := fmt.Sprintf("someone else changed roles or users meanwhile (the authentication's revision is %d, not %d): %d of %d calls were made",
		e.Found, e.Expected, e.Made, e.All)
	if len(e.Left) > 0 {
		text += fmt.Sprintf("; the next one would be: %v", e.Left[0])
	}
	return text
}
