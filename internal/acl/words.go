package acl

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Phrase says in words what some permissions allow.
type Phrase struct {
	Access kv.Access
	// Text is "write the status and status_at of entry.shop".
	Text string
	// Ranges are those that the text stands for, in order.
	Ranges []kv.Range
}

// Words says what ranges of keys mean to a reader.
type Words struct {
	Layout keys.Layout
	Own    Own
	Name   Namer
}

// Phrases says what grants allow: first on the whole network and on whole kinds
// of objects, then object by object, then on sigilform's own keys. A range that
// means nothing to the layout is shown as it is. Equal grants give equal words.
func (w Words) Phrases(grants []Grant) []Phrase {
	var out []said
	rest := slices.Clone(grants)
	for _, access := range []kv.Access{kv.Read, kv.Write} {
		ranges := NetworkRanges(w.Layout)
		if !grantsAll(rest, ranges, access) {
			continue
		}
		out = append(out, said{Phrase: Phrase{Access: access, Text: access.String() + " the whole network", Ranges: sorted(ranges)}})
		rest = without(rest, ranges, access)
	}
	groups := map[group][]piece{}
	for _, g := range rest {
		m := w.meaning(g.Range)
		key := group{access: g.Access, about: m.about, whose: m.whose, apart: m.apart}
		groups[key] = append(groups[key], piece{meaning: m, keys: g.Range})
	}
	for key, pieces := range groups {
		out = append(out, key.say(pieces))
	}
	slices.SortFunc(out, compareSaid)
	phrases := make([]Phrase, 0, len(out))
	for _, s := range joinWhole(out) {
		phrases = append(phrases, s.Phrase)
	}
	return phrases
}

// said is a phrase with what orders it.
type said struct {
	Phrase
	about about
	whose string
}

func compareSaid(a, b said) int {
	return cmp.Or(cmp.Compare(a.about, b.about), cmp.Compare(a.whose, b.whose), cmp.Compare(a.Access, b.Access), cmp.Compare(a.Text, b.Text))
}

// joinWhole makes "read and write the whole network" of two.
func joinWhole(all []said) []said {
	if len(all) < 2 || all[1].about != aboutNetwork {
		return all
	}
	all[1].Access, all[1].Text = kv.ReadWrite, verb(kv.ReadWrite)+" the whole network"
	return all[1:]
}

// group is what one phrase is about.
type group struct {
	access kv.Access
	about  about
	whose  string
	apart  string
}

// piece is one range of a phrase.
type piece struct {
	meaning
	keys kv.Range
}

// say joins what is said of one object.
func (g group) say(pieces []piece) said {
	slices.SortFunc(pieces, func(a, b piece) int {
		return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.part, b.part), a.keys.Compare(b.keys))
	})
	out := said{about: g.about, whose: g.whose, Phrase: Phrase{Access: g.access}}
	parts := make([]string, 0, len(pieces))
	for _, p := range pieces {
		parts = append(parts, p.part)
		out.Ranges = append(out.Ranges, p.keys)
	}
	out.Ranges = sorted(out.Ranges)
	out.Text = verb(g.access) + " " + g.object(parts)
	return out
}

func (g group) object(parts []string) string {
	if g.apart != "" {
		return g.apart
	}
	switch g.about {
	case aboutNetwork, aboutKinds, aboutRange:
		return series(parts)
	case aboutOwn:
		return "sigilform's " + series(parts)
	case aboutObject:
	}
	whole, fields := wholes(parts)
	if len(fields) > 0 {
		whole = append(whole, "the "+series(fields))
	}
	return series(whole) + " of " + g.whose
}

// wholes says the parts that have a prefix of their own, and leaves the fields.
// An object with all of its prefixes is everything of it.
func wholes(parts []string) (whole, fields []string) {
	has := map[string]bool{}
	for _, p := range parts {
		if !strings.HasPrefix(p, "\x00") {
			fields = append(fields, p)
		}
		has[p] = true
	}
	if has[wholeNode] && (has[wholeLinks] || has[wholeBinding]) {
		has = map[string]bool{wholeFields: true}
	}
	if has[wholeDevice] && has[wholeRoute] {
		has = map[string]bool{wholeFields: true}
	}
	for _, w := range []struct{ part, text string }{
		{wholeRoute, "device route"}, {wholeBinding, "binding"}, {wholeLinks, "links"}, {wholeNode, "configuration"},
	} {
		if has[w.part] {
			fields = slices.Insert(fields, 0, w.text)
		}
	}
	for _, w := range []struct{ part, text string }{
		{wholeFields, "everything"}, {wholeDevice, "all fields"},
	} {
		if has[w.part] {
			whole = append(whole, w.text)
		}
	}
	return whole, fields
}

func verb(a kv.Access) string {
	if a == kv.ReadWrite {
		return "read and write"
	}
	return a.String()
}

// series is "a", "a and b", "a, b and c".
func series(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// grantsAll reports whether each of some ranges is granted by itself.
func grantsAll(grants []Grant, ranges []kv.Range, access kv.Access) bool {
	for _, r := range ranges {
		if !slices.ContainsFunc(grants, func(g Grant) bool { return g.Range == r && g.Access.Allows(access) }) {
			return false
		}
	}
	return true
}

// without takes an access to some ranges away.
func without(grants []Grant, ranges []kv.Range, access kv.Access) []Grant {
	var out []Grant
	for _, g := range grants {
		if slices.Contains(ranges, g.Range) {
			g.Access &^= access
		}
		if g.Access != 0 {
			out = append(out, g)
		}
	}
	return out
}

func sorted(ranges []kv.Range) []kv.Range {
	out := slices.Clone(ranges)
	slices.SortFunc(out, kv.Range.Compare)
	return out
}
