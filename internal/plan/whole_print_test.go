package plan_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// printer writes all of a plan, a line for each thing in it.
type printer struct {
	strings.Builder
	broken error
}

func (p *printer) line(words ...any) { _, _ = fmt.Fprintln(p, words...) }

func (p *printer) text(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		p.broken = err
	}
	return string(text)
}

// whole is all of a plan, and of the steps in which a journal carries it out: in as
// large parts as one likes, and in the smallest ones.
func whole(made *plan.Plan) (string, error) {
	p := &printer{}
	v := reflect.ValueOf(*made)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name != "-" && name != "changes" && !v.Field(i).IsZero() {
			p.member(name, v.Field(i))
		}
	}
	p.changes(made.Changes)
	p.line("counts", p.text(made.Counts()))
	large, small := steps(made.Sequence(0)), steps(made.Sequence(1))
	p.line("steps")
	p.WriteString(large)
	if small != large {
		p.line("steps in small parts")
		p.WriteString(small)
	}
	return p.String(), p.broken
}

// member prints each element of a list or map by itself.
func (p *printer) member(name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			p.line(name, p.text(v.Index(i).Interface()))
		}
	case reflect.Map:
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) }) {
			p.line(name, key.String(), p.text(v.MapIndex(key).Interface()))
		}
	default:
		p.line(name, p.text(v.Interface()))
	}
}

func (p *printer) changes(changes []plan.Change) {
	for i := range changes {
		c := changes[i]
		fields := c.Fields
		c.Fields = nil
		p.line("change", p.text(c))
		for j := range fields {
			p.line("  field", p.text(fields[j]))
		}
	}
}

// steps are the writes in their order, unit by unit, with what each relies on.
func steps(in *state.Intent) string {
	var p printer
	at := 0
	for _, end := range in.Units {
		for ; at < end; at++ {
			p.line("  ", at, in.Ops[at].Kind, plainly(in.Ops[at].Key+in.Ops[at].End))
		}
		p.line("   --")
	}
	for _, g := range in.Guards {
		p.line("  guard of", g.At, g.Kind, plainly(g.Key), plainly(g.End+g.Form+g.Value), g.Revision)
	}
	for _, n := range in.Needs {
		p.line("  need of", n.At, "is", n.Of)
	}
	return p.String()
}

// plainly is a text as it is, or quoted where not all of it can be seen.
func plainly(text string) string {
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` {
		return quoted
	}
	return text
}

// diffOf lists the lines that only one of two texts has.
func diffOf(want, got string) string {
	count := map[string]int{}
	for line := range strings.Lines(want) {
		count[line]--
	}
	for line := range strings.Lines(got) {
		count[line]++
	}
	var out strings.Builder
	for _, line := range slices.Sorted(maps.Keys(count)) {
		if n := count[line]; n < 0 {
			out.WriteString("- " + line)
		} else if n > 0 {
			out.WriteString("+ " + line)
		}
	}
	if out.Len() == 0 {
		return "the order is another"
	}
	return out.String()
}
