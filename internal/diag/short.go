package diag

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// How long what a message quotes may be, a word of it, and all of it. A value may
// have megabytes, and there may be as many messages as instances of a block.
const (
	// Quoted is how many characters of a value a message shows.
	Quoted  = 60
	maxWord = 200
	maxText = 4000
)

// Ellipsis stands where something was cut off.
const Ellipsis = "…"

// longQuote is something in quotes that is longer than it may be, longWord a
// word.
var (
	longQuote = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`)
	longWord  = regexp.MustCompile(`[^\s"]+`)
)

// Short cuts what is long in a text for people: what it quotes, single words,
// and all of it. What is cut keeps its beginning.
func Short(text string) string {
	if len(text) <= 2*Quoted { // no quote in it can be longer
		return text
	}
	text = longQuote.ReplaceAllStringFunc(text, func(q string) string {
		return `"` + head(q[1:len(q)-1], 2*Quoted, Quoted) + `"`
	})
	text = longWord.ReplaceAllStringFunc(text, func(w string) string { return head(w, maxWord, Quoted) })
	return head(text, maxText, maxText)
}

// head is a text, or its beginning where it has more characters than it may.
func head(text string, most, keep int) string {
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	for i := range text {
		if keep--; keep < 0 {
			// What is cut within an escape would say something else.
			return strings.TrimRight(text[:i], `\`) + Ellipsis
		}
	}
	return text
}

// Short is the diagnostic with short texts. Its address stays: it is looked up.
func (d Diagnostic) Short() Diagnostic {
	d.Summary, d.Detail, d.Hint = Short(d.Summary), Short(d.Detail), Short(d.Hint)
	if len(d.Related) > MaxRelated {
		d.Related = d.Related[:MaxRelated:MaxRelated]
	}
	for i := range d.Related {
		if short := Short(d.Related[i].Message); short != d.Related[i].Message {
			d.Related = append([]Place{}, d.Related...)
			d.Related[i].Message = short
		}
	}
	return d
}

// located is the diagnostic with short addresses, which nobody looks up any more.
func (d Diagnostic) located() Diagnostic {
	d.Address = Short(d.Address)
	d.Related = slices.Clone(d.Related)
	for i := range d.Related {
		d.Related[i].Address = Short(d.Related[i].Address)
	}
	return d
}

// MaxRelated is how many other places of one finding are shown.
const MaxRelated = 20
