package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// What a record says of a user's password, beside where one is found. etcd tells
// nobody whether a user has one; so the record must.
const (
	// neverHad is of a user that was made without a password: etcd never gives it
	// one.
	neverHad = "none"
	// cleared is of a user whose password was cleared, with where it was found.
	cleared = "cleared"
	// unsure is of a user whose password was perhaps changed, by an apply that was
	// abandoned within that call, with what the record said before it.
	unsure = "unsure"
)

// saidOfPassword is what a record says of a user's password, and whether that may
// have changed since.
func saidOfPassword(r *state.Record) (text string, doubtful bool) {
	if r == nil {
		return "", false
	}
	text, doubtful = strings.CutPrefix(r.Initial[passwordField], unsure)
	return strings.TrimPrefix(text, " "), doubtful
}

// sourceText is where a password is found, as a record has it.
func sourceText(s *kv.PasswordSource) string {
	switch {
	case s == nil:
		return ""
	case s.Env != "":
		return "env " + s.Env
	default:
		return "file " + s.File
	}
}

func sourceOf(text string) *kv.PasswordSource {
	switch kind, name, _ := strings.Cut(text, " "); kind {
	case "env":
		return &kv.PasswordSource{Env: name}
	case "file":
		return &kv.PasswordSource{File: name}
	}
	return nil
}

// FormerPassword is where the password was found that a user had before it was
// cleared, nil where that is not known. NoPassword says that its record knows that
// the user has none: it was made without one, or sigilform cleared it.
func FormerPassword(r *state.Record) (former *kv.PasswordSource, noPassword bool) {
	text, doubtful := saidOfPassword(r)
	if text == neverHad {
		return nil, !doubtful
	}
	was, isCleared := strings.CutPrefix(text, cleared)
	return sourceOf(strings.TrimPrefix(was, " ")), isCleared && !doubtful
}

// WithFormerPassword is a record of a user that says of its password what its
// former record said, which is empty where there was none: the password was not
// changed after all, or it is doubtful whether it was.
func WithFormerPassword(text, before string, doubtful bool) (string, error) {
	r, err := state.DecodeRecord(text)
	if err != nil {
		return "", err
	}
	var was *state.Record
	if before != "" {
		if was, err = state.DecodeRecord(before); err != nil {
			return "", err
		}
	}
	said, already := saidOfPassword(was)
	if doubtful || already {
		said = strings.TrimSpace(unsure + " " + said)
	}
	r.Initial = nil
	if said != "" {
		r.Initial = map[string]string{passwordField: said}
	}
	return state.EncodeRecord(r)
}

// credential decides what becomes of the password of a user that is there. That
// of a user of others stays where users have passwords, and where a rollback leaves
// the user to them again.
func (p *principal) credential() acl.Credential {
	if p.Kind != addr.ACLUser || p.live == nil || !p.Wanted || p.released {
		return acl.Kept
	}
	_, none := FormerPassword(p.record)
	said, doubtful := saidOfPassword(p.record)
	switch {
	case p.Password == nil && none:
		return acl.Kept
	case p.Password == nil:
		return acl.Cleared
	case p.record == nil || sourceOf(said) != nil && !doubtful:
		return acl.Kept
	case mayBeGiven(said, doubtful):
		return acl.Given
	default:
		return acl.Remade
	}
}

// mayBeGiven reports whether etcd takes a new password of a user, by what is said of
// the former one: it gives none to a user that was made without.
func mayBeGiven(said string, doubtful bool) bool {
	return strings.HasPrefix(said, cleared) || doubtful && said != neverHad
}

// passwordText is what the record will say of a user's password.
func (p *principal) passwordText() string {
	if p.Kind != addr.ACLUser {
		return ""
	}
	if p.Password != nil {
		return sourceText(p.Password)
	}
	if p.live == nil {
		return neverHad
	}
	said, _ := saidOfPassword(p.record)
	if said == neverHad || strings.HasPrefix(said, cleared) {
		return said
	}
	return strings.TrimSpace(cleared + " " + said)
}

// passwordChange shows what becomes of a password.
func (p *principal) passwordChange(c acl.Credential) (FieldChange, bool) {
	if c == acl.Kept {
		return FieldChange{}, false
	}
	had, gets := "unknown", "none"
	if c != acl.Cleared {
		gets = "set"
	}
	switch said, doubtful := saidOfPassword(p.record); {
	case doubtful:
	case c != acl.Cleared:
		had = "none"
	case sourceOf(said) != nil:
		had = "set"
	}
	return FieldChange{Name: passwordField, Row: RowUpdate, Action: Update, Old: &Value{Text: had}, New: &Value{Text: gets}}, true
}

// passwordNote says it in words.
func (p *principal) passwordNote() []string {
	switch p.credential() {
	case acl.Cleared:
		return []string{fmt.Sprintf("%s has no password any more: the one that it had is refused, and only a client certificate of that name is taken", p.Name)}
	case acl.Given:
		return []string{fmt.Sprintf("%s may log in with a password from then on", p.Name)}
	case acl.Remade:
		return []string{fmt.Sprintf("%s may log in with a password from then on: it is deleted and made again, since etcd gives none to a user that was made without", p.Name)}
	default:
		return nil
	}
}

// foundIn begins the note of where a password is found.
const foundIn = "its password is found in the "

// sourceNote says in words where the password of a user is found from now on; empty
// where that is not anew.
func sourceNote(was, next *state.Record) string {
	before, _ := saidOfPassword(was)
	after, _ := saidOfPassword(next)
	source := sourceOf(after)
	switch {
	case source == nil || before == after:
		return ""
	case source.Env != "":
		return foundIn + "environment variable " + source.Env
	default:
		return foundIn + "file " + source.File
	}
}

// lostPassword says of a user that is left to others again that it has no password
// any more: etcd keeps nothing of one that was cleared.
func (p *principal) lostPassword() string {
	said, doubtful := saidOfPassword(p.record)
	switch {
	case p.Kind != addr.ACLUser:
		return ""
	case doubtful:
		return fmt.Sprintf("%s may have lost the password that it had: if it was cleared or changed, it can't come back", p.Name)
	case strings.HasPrefix(said, cleared):
		return fmt.Sprintf("%s stays without a password: the one that it had was cleared and can't come back", p.Name)
	default:
		return ""
	}
}

// otherPassword says in a rollback that the password that a user gets need not be
// the one that it had.
func (p *principal) otherPassword() string {
	c := p.credential()
	gets := p.live == nil || c == acl.Given || c == acl.Remade
	if p.Kind != addr.ACLUser || p.Password == nil || !gets {
		return ""
	}
	return fmt.Sprintf("the password that %s had then can't come back: it gets the one that is found now", p.Name)
}

// checkCredentials refuses what would take their way in from users, or the one of
// this connection, and notes whether users are known by certificates.
func (a *accessMaker) checkCredentials(wanted []principal) {
	on := a.live.Enabled
	if a.target.EnforceNamed {
		on = a.target.Enforce
	}
	var remade []string
	for i := range wanted {
		w := &wanted[i]
		if w.Kind != addr.ACLUser {
			continue
		}
		if w.credential() == acl.Remade {
			remade = append(remade, w.Name)
		}
		if w.Password != nil || !on && !a.live.Enabled {
			continue
		}
		a.plan.Access.ByCertificate = a.plan.Access.ByCertificate || on
		if a.in.Access.LogsIn && w.Name == a.in.Access.Self {
			a.conflict(Conflict{
				Address: w.Address, Summary: fmt.Sprintf("This connection logs in as %q with a password, which the user is not to have", w.Name),
				Detail: "Users are known by client certificates only, so the run would be shut out.",
				Hint:   fmt.Sprintf("Connect with --cert and --key of a certificate whose common name is %s, and without --user.", w.Name),
			})
		}
	}
	if len(remade) > 0 && a.live.Enabled && on {
		a.conflict(lateCredentials(remade))
	}
}

// lateCredentials says why users can't get a password.
func lateCredentials(users []string) Conflict {
	slices.Sort(users)
	list := users[:min(len(users), shownUsers)]
	text := fmt.Sprintf("%q", list)
	if more := len(users) - len(list); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return Conflict{
		Address: "acl", Summary: "etcd can't give these users a password while authentication is on",
		Detail: fmt.Sprintf("They were made without one: %s. etcd keeps that for as long as a user exists, and to make one again would take all its rights from it in between.", text),
		Hint:   "Turn authentication off with the same apply (enforce = false and --disable-auth), and on again with the next one; or declare other users.",
	}
}

// shownUsers is how many users a conflict lists.
const shownUsers = 5
