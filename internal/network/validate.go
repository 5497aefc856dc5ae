package network

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
)

// Validate checks a normalised network: identities, values, references and the
// graph of nodes. It reports everything that it finds, with the places of both
// sides.
func (n *Network) Validate() diag.List {
	v := newValidator(n)
	v.settings()
	v.identities()
	v.values()
	v.nodes()
	v.routes()
	v.users()
	v.topology()
	v.members()
	v.acl()
	return append(v.found, v.tally.Rest()...)
}

// validator carries the indexes of one validation.
type validator struct {
	*Network
	found   diag.List
	tally   diag.Tally
	cores   map[addr.Addr]*Core
	entries map[addr.Addr]*Entry
	// identity is that of each object, once something asks for it; see within.
	identity map[addr.Addr]string
	// known are all objects, once something asks for them; see declared.
	known map[addr.Addr]bool
}

func newValidator(n *Network) *validator {
	v := &validator{
		Network: n, cores: map[addr.Addr]*Core{}, entries: map[addr.Addr]*Entry{},
	}
	for i := range n.Cores {
		v.cores[n.Cores[i].Addr] = &n.Cores[i]
	}
	for i := range n.Entries {
		v.entries[n.Entries[i].Addr] = &n.Entries[i]
	}
	return v
}

func (v *validator) add(d diag.Diagnostic) {
	if d, ok := v.tally.Admit(d); ok {
		v.found = append(v.found, d)
	}
}

func (v *validator) refuse(a addr.Addr, attribute, summary, detail, hint string) {
	v.add(problem(a, attribute, summary, detail, hint))
}

// archived reports whether a Core or an Entry is out of use.
func archived(t Text) bool { return t.Value == Archived }

func active(t Text) bool { return t.Value == Active }
