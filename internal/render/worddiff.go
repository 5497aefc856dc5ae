package render

import (
	"strings"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// segmentKind says to which side a segment of a diff belongs.
type segmentKind uint8

const (
	same segmentKind = iota
	removed
	added
)

// segment is a run of words.
type segment struct {
	kind segmentKind
	text string
}

// wordDiff compares two texts word by word. The segments that are not added
// make up the old text, those that are not removed the new one.
func wordDiff(before, after string) []segment {
	t := &wordTable{ids: map[string]rune{}}
	a, b := t.encode(before), t.encode(after)
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // the clock must not decide what a plan looks like
	var out []segment
	for _, part := range d.DiffMainRunes(a, b, false) {
		out = t.add(out, part)
	}
	return joined(out)
}

// joined makes one change of changes that only blanks lie between: phrases
// read better than words.
func joined(segments []segment) []segment {
	var out []segment
	for i := 0; i < len(segments); {
		if segments[i].kind == same {
			out = append(out, segments[i])
			i++
			continue
		}
		var before, after strings.Builder
		for ; i < len(segments) && (segments[i].kind != same || i+1 < len(segments) && blank(segments[i].text)); i++ {
			if segments[i].kind != added {
				before.WriteString(segments[i].text)
			}
			if segments[i].kind != removed {
				after.WriteString(segments[i].text)
			}
		}
		if before.Len() > 0 {
			out = append(out, segment{kind: removed, text: before.String()})
		}
		if after.Len() > 0 {
			out = append(out, segment{kind: added, text: after.String()})
		}
	}
	return out
}

func blank(s string) bool { return strings.Trim(s, " \t") == "" }

// wordTable gives each different word a character, so that the diff of
// characters is one of words.
type wordTable struct {
	ids   map[string]rune
	words []string
}

func (t *wordTable) encode(s string) []rune {
	words := splitWords(s)
	out := make([]rune, len(words))
	for i, word := range words {
		id, ok := t.ids[word]
		if !ok {
			id = wordRune(len(t.words))
			t.ids[word] = id
			t.words = append(t.words, word)
		}
		out[i] = id
	}
	return out
}

// surrogates are not characters of their own: a string can't hold them.
const (
	surrogates    = 0xD800
	numSurrogates = 0x800
)

func wordRune(i int) rune {
	if i++; i >= surrogates {
		i += numSurrogates
	}
	return rune(i) //nolint:gosec // a diff has at most as many words as a value has bytes, and those fit a request of etcd
}

func (t *wordTable) word(r rune) string {
	if r >= surrogates {
		r -= numSurrogates
	}
	return t.words[r-1]
}

func (t *wordTable) add(out []segment, part diffmatchpatch.Diff) []segment {
	kind := same
	switch part.Type {
	case diffmatchpatch.DiffDelete:
		kind = removed
	case diffmatchpatch.DiffInsert:
		kind = added
	case diffmatchpatch.DiffEqual:
	}
	var text strings.Builder
	for _, r := range part.Text {
		text.WriteString(t.word(r))
	}
	if last := len(out) - 1; last >= 0 && out[last].kind == kind {
		out[last].text += text.String()
		return out
	}
	return append(out, segment{kind: kind, text: text.String()})
}

// splitWords cuts a text into runs of letters and digits, runs of blanks, and
// single other characters. Bytes that are not UTF-8 stay as they are.
func splitWords(s string) []string {
	var words []string
	start, class := 0, -1
	for i, r := range s {
		c := wordClass(r)
		if i > start && (c != class || c == 0) {
			words, start = append(words, s[start:i]), i
		}
		class = c
	}
	if start < len(s) {
		words = append(words, s[start:])
	}
	return words
}

func wordClass(r rune) int {
	switch {
	case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_':
		return 1
	case r == ' ' || r == '\t':
		return 2
	}
	return 0
}

// maxDiffed bounds what is compared word by word, in bytes of both texts: the
// time grows with their product, and others may have written one.
const maxDiffed = 8 << 10

// alike reports whether a diff tells more than both values: whether at least a
// third of the longer one stays.
func alike(segments []segment) bool {
	stays, before, after := 0, 0, 0
	for _, s := range segments {
		switch s.kind {
		case same:
			stays += len(strings.TrimSpace(s.text))
			before, after = before+len(s.text), after+len(s.text)
		case removed:
			before += len(s.text)
		case added:
			after += len(s.text)
		}
	}
	return stays*3 >= max(before, after)
}
