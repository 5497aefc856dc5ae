package render

import (
	"io"
	"strconv"

	"github.com/sigilgate/sigilform/internal/acl"
)

// MatrixDocument is which user may read and write how much of each kind of data.
type MatrixDocument struct {
	Head
	Network string `json:"network"`
	// Live says that it is the cluster's own, else the configuration's.
	Live bool `json:"live"`
	// Enforced says whether authentication is on, or is to be; nil where
	// nothing says so.
	Enforced *bool         `json:"enforced,omitempty"`
	Kinds    []string      `json:"kinds"`
	Users    []MatrixUsers `json:"users"`
}

// MatrixUsers is one row.
type MatrixUsers struct {
	User  string   `json:"user"`
	Roles []string `json:"roles"`
	// Cells are in the order of the kinds.
	Cells []acl.Cell `json:"cells"`
}

// NewMatrix makes the Document of a matrix.
func NewMatrix(network string, live bool, kinds []acl.Kind, rows []acl.Row) MatrixDocument {
	d := MatrixDocument{Network: network, Live: live, Kinds: []string{}, Users: []MatrixUsers{}}
	for _, k := range kinds {
		d.Kinds = append(d.Kinds, k.Name)
	}
	for _, r := range rows {
		d.Users = append(d.Users, MatrixUsers{User: r.User, Roles: list(r.Roles), Cells: r.Cells})
	}
	return d
}

// Matrix shows users by kinds of data. A cell says what a user may do with all
// (R, W) or with some (r, w) of a kind; the kinds are numbered, so that the
// table stays narrow.
func Matrix(w io.Writer, d MatrixDocument, o Options) error {
	d.Head = head("matrix")
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	t := table{}
	title := []string{"user"}
	for i := range d.Kinds {
		title = append(title, strconv.Itoa(i+1))
	}
	t.row(title...)
	for _, u := range d.Users {
		row := []string{p.word(u.User)}
		for _, c := range u.Cells {
			row = append(row, share(c.Read, c.Of, c.ReadsPart, "R", "r")+share(c.Write, c.Of, c.WritesPart, "W", "w"))
		}
		t.row(row...)
	}
	p.table("", &t)
	if !o.Quiet {
		p.space()
		f := p.fill("  ")
		for i, kind := range d.Kinds {
			f.add(strconv.Itoa(i+1) + " " + p.word(kind))
		}
		f.end()
		p.line(p.color(dim, "  R, W: may read, write all of it; r, w: some of it; -: none"))
	}
	p.open(d.Live, d.Enforced)
	return p.flush(w)
}

// share is whether all, some or nothing of a kind is allowed.
func share(n, of int, part bool, all, some string) string {
	switch {
	case n == 0 && !part:
		return "-"
	case n == of:
		return all
	}
	return some
}
