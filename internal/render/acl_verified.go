package render

import (
	"io"
	"strings"

	"github.com/sigilgate/sigilform/internal/diag"
)

// VerifiedDocument is what each user of the ACL could and could not do.
type VerifiedDocument struct {
	Head
	Network string `json:"network"`
	Passed  bool   `json:"passed"`
	// Enforced says whether authentication is on; without it nothing is tried.
	Enforced bool                   `json:"enforced"`
	Users    []VerifiedUserDocument `json:"users"`
	// Untried are the users without credentials.
	Untried []string `json:"untried"`
	// Passwords are what is known of the passwords of users who are to be known by
	// certificates.
	Passwords []VerifiedPasswordDocument `json:"passwords"`
	Warnings  diag.List                  `json:"warnings"`
}

// VerifiedUserDocument is what was tried as one user.
type VerifiedUserDocument struct {
	User string `json:"user"`
	// Allowed and Denied count the tries that were to be so and were.
	Allowed int                `json:"allowed"`
	Denied  int                `json:"denied"`
	Wrong   []WrongTryDocument `json:"wrong"`
	// Failed is why the user could not be tried.
	Failed string `json:"failed,omitempty"`
}

// VerifiedPasswordDocument is what is known of the password of one user.
type VerifiedPasswordDocument struct {
	User string `json:"user"`
	// State is "none", "refused", "cleared", or what is wrong: "accepted",
	// "unknown".
	State string `json:"state,omitempty"`
	Wrong bool   `json:"wrong"`
	// Failed is why nothing is known.
	Failed string `json:"failed,omitempty"`
}

// WrongTryDocument is something that a user may do and should not, or the other
// way round.
type WrongTryDocument struct {
	Access  string `json:"access"`
	Key     string `json:"key"`
	Allowed bool   `json:"allowed"`
}

// Verified shows what was tried, and what went otherwise than it should.
func Verified(w io.Writer, d VerifiedDocument, o Options) error {
	d.Head = head("verified")
	d.Users, d.Untried, d.Warnings, d.Passwords = list(d.Users), list(d.Untried), list(d.Warnings), list(d.Passwords)
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	p.statusWarnings(d.Warnings)
	for i := range d.Users {
		p.verifiedUser(&d.Users[i])
	}
	if len(d.Untried) > 0 && !o.Quiet {
		names := make([]string, len(d.Untried))
		for i, name := range d.Untried {
			names[i] = p.word(name)
		}
		p.line(p.color(dim, "Not tried, without credentials: "), strings.Join(names, ", "))
	}
	p.verifiedPasswords(d.Passwords)
	p.open(true, &d.Enforced)
	switch {
	case !d.Enforced:
	case d.Passed:
		p.line(p.color(green, "Passed."), " ", counted(len(d.Users), "user", "users"), " may do what is declared, and nothing else that was tried.")
	default:
		p.line(p.color(red, "Failed."), " Not everything is as it is declared.")
	}
	return p.flush(w)
}

func (p *page) verifiedUser(u *VerifiedUserDocument) {
	if u.Failed != "" {
		p.line(p.color(bold, p.word(u.User)), ": ", p.color(red, "failed"), ", ", p.sentence(u.Failed))
	} else {
		verdict := p.color(green, "ok")
		if len(u.Wrong) > 0 {
			verdict = p.color(red, "wrong")
		}
		p.line(p.color(bold, p.word(u.User)), ": ", verdict, ", ", number(u.Allowed), " allowed and ", number(u.Denied), " denied as declared")
	}
	for _, t := range u.Wrong {
		is, should := "denied", "allowed"
		if t.Allowed {
			is, should = should, is
		}
		p.line("  ", p.color(red, p.word(t.Access)), " ", p.word(t.Key), " is ", is, " and should be ", should)
	}
}

// passwordStates are the words of what is known of passwords.
func passwordStates() []struct{ state, words string } {
	return []struct{ state, words string }{
		{"none", "made without a password, as etcd says"},
		{"refused", "the password that the user had is refused"},
		{"cleared", "the password was cleared; what it was is not known here, so it was not tried: NAME.password in the folder has it tried"},
		{"accepted", "the password that the user had is still accepted"},
		{"unknown", "made with a password, which nothing has cleared: apply, and it is refused"},
	}
}

// verifiedPasswords counts what is as it should be, and names what is not.
func (p *page) verifiedPasswords(all []VerifiedPasswordDocument) {
	if len(all) > 0 && !p.o.Quiet {
		p.line(p.color(bold, "Passwords"))
	}
	for _, s := range passwordStates() {
		var names []string
		wrong := false
		for i := range all {
			if all[i].State == s.state && all[i].Failed == "" {
				names, wrong = append(names, p.word(all[i].User)), all[i].Wrong
			}
		}
		switch {
		case len(names) == 0 || p.o.Quiet && !wrong:
		case wrong:
			p.line("  ", p.color(red, "wrong"), ", ", s.words, ": ", strings.Join(names, ", "))
		default:
			p.line("  ", p.color(green, "ok"), ", ", s.words, ": ", strings.Join(names, ", "))
		}
	}
	for i := range all {
		if all[i].Failed != "" {
			p.line("  ", p.word(all[i].User), ": ", p.color(red, "failed"), ", ", p.sentence(all[i].Failed))
		}
	}
}
