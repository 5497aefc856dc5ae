package diag

import (
	"fmt"
	"strings"
)

// How many findings of one severity are kept, and how many of those about one
// attribute of one block: nobody reads more, and a block may have a million
// instances.
const (
	MaxFindings   = 200
	MaxOfOneBlock = 20
)

// Tally counts the findings of a run and says which are kept.
type Tally struct {
	kept  map[Severity]int
	of    map[about]int
	order []about
	// more are those that are not kept, of no block that has a line of its own.
	more map[Severity]int
}

// about is what findings have in common that are likely to be the same one.
type about struct {
	severity         Severity
	block, attribute string
}

// Admit returns a finding as it is kept, and whether it is.
func (t *Tally) Admit(d Diagnostic) (Diagnostic, bool) {
	if d.More > 0 {
		return d, true // of a list that was bounded before
	}
	if t.kept == nil {
		t.kept, t.more, t.of = map[Severity]int{}, map[Severity]int{}, map[about]int{}
	}
	k := about{d.Severity, block(d.Address), d.Attribute}
	if d.Address != "" {
		if t.of[k]++; t.of[k] > MaxOfOneBlock {
			if t.of[k] == MaxOfOneBlock+1 {
				t.order = append(t.order, k)
			}
			return d, false
		}
	}
	if t.kept[d.Severity] >= MaxFindings {
		t.more[d.Severity]++
		return d, false
	}
	t.kept[d.Severity]++
	return d.Short(), true
}

// Rest says of what is not kept how much it is.
func (t *Tally) Rest() List {
	var out List
	for _, k := range t.order {
		of := "in " + k.block
		if k.attribute != "" {
			of = "at " + k.attribute + " " + of
		}
		out = append(out, rest(k.severity, t.of[k]-MaxOfOneBlock, Short(of), k.block))
	}
	for _, s := range []Severity{Error, Warning} {
		if t.more[s] > 0 {
			out = append(out, rest(s, t.more[s], "elsewhere", ""))
		}
	}
	return out
}

func rest(s Severity, n int, where, address string) Diagnostic {
	noun := string(s)
	if n > 1 {
		noun += "s"
	}
	return Diagnostic{
		Severity: s, Summary: fmt.Sprintf("And %d more %s %s", n, noun, where), Address: address, More: n,
		Hint: "mend what is shown first: the others may be the same",
	}
}

// Bounded is a list of which no more is kept than somebody reads, to be shown:
// its addresses are cut as well.
func (l List) Bounded() List {
	var t Tally
	out := make(List, 0, min(len(l), MaxFindings))
	for _, d := range l {
		if d, ok := t.Admit(d); ok {
			out = append(out, d.located())
		}
	}
	return append(out, t.Rest()...)
}

// block is an address without the keys of instances.
func block(address string) string {
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case quoted && c == '\\':
			i++
		case depth > 0 && c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}
