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
	Untried  []string  `json:"untried"`
	Warnings diag.List `json:"warnings"`
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
	d.Users, d.Untried, d.Warnings = list(d.Users), list(d.Untried), list(d.Warnings)
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
