package render

import "io"

// PasswordDocument says that a user has another password. It never holds one.
type PasswordDocument struct {
	Head
	User    string `json:"user"`
	Changed bool   `json:"changed"`
}

// Password says that a user has another password.
func Password(w io.Writer, d PasswordDocument, o Options) error {
	d.Head = head("password")
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	if !o.Quiet {
		p.line("The password of ", p.word(d.User), " is changed.")
	}
	return p.flush(w)
}
