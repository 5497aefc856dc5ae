package render

import (
	"fmt"
	"io"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
)

// CanDocument is whether a user may do something, and why.
type CanDocument struct {
	Head
	User    string `json:"user"`
	Access  string `json:"access"`
	Key     string `json:"key"`
	Allowed bool   `json:"allowed"`
	// Live says that the cluster was asked, else the configuration.
	Live bool `json:"live"`
	// Why is a sentence; By are the grants that allow it, Missing is the access
	// that no grants cover all of the key with.
	Why     string           `json:"why"`
	By      []GroundDocument `json:"by"`
	Missing string           `json:"missing,omitempty"`
}

// GroundDocument is a grant with the role that has it.
type GroundDocument struct {
	Role string `json:"role"`
	ACLGrantDocument
}

// NewCan makes the Document of a decision.
func NewCan(user string, access kv.Access, keys kv.Range, live bool, d acl.Decision) CanDocument {
	out := CanDocument{User: user, Access: access.String(), Key: keys.String(), Allowed: d.Allowed, Live: live, By: []GroundDocument{}}
	for _, g := range d.By {
		out.By = append(out.By, GroundDocument{Role: g.Role, ACLGrantDocument: ACLGrantDocument{Access: g.Access.String(), Key: g.Key, RangeEnd: g.End}})
	}
	switch {
	case d.Open:
		out.Why = "Authentication is off: everybody may do everything."
	case d.Root:
		out.Why = "The user has the role root."
	case d.Unknown:
		out.Why = "There is no such user."
	case d.Allowed:
		out.Why = "These grants allow it."
	default:
		out.Missing = d.Missing.String()
		what := "all of it"
		if keys.End == "" {
			what = "it"
		}
		out.Why = fmt.Sprintf("No role of the user allows to %s %s.", allows(d.Missing), what)
	}
	return out
}

// allows is an access as a verb.
func allows(a kv.Access) string {
	if a == kv.ReadWrite {
		return "read or write"
	}
	return a.String()
}

// Can shows whether a user may do something: yes or no, and why.
func Can(w io.Writer, d CanDocument, o Options) error {
	d.Head = head("can")
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	answer := p.color(red, "no")
	if d.Allowed {
		answer = p.color(green, "yes")
	}
	p.line(answer)
	if !o.Quiet {
		p.line(p.color(dim, p.sentence(d.Why)))
		for _, g := range d.By {
			p.line("  ", p.word(g.Role), ": ", p.word(g.Access), " ", p.grant(g.ACLGrantDocument))
		}
	}
	return p.flush(w)
}
