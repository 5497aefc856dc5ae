package veil

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Shown is how many characters of a private value are shown.
const Shown = 8

// Ellipsis stands for the rest of it.
const Ellipsis = "…"

// Veil knows private values, and shortens them. What is private is learned on the
// way. A nil Veil shows everything. It is safe for concurrent use.
type Veil struct {
	mu sync.Mutex
	// known are the values in lower case, with what stands for the rest of each.
	known map[string]string
	// heads are the values by their first bytes, so that a text is looked through
	// once, however many there are; hint is false for most other bytes.
	heads map[uint64][]string
	hint  [1 << 14]uint64
	// short says that one of them is too short to be looked for within a text: it is
	// found where it is the whole of one.
	short bool
	// alike counts the values that begin with the same characters.
	alike map[string]int
}

// Span is a part of a text, end exclusive, and what is shown in its place.
type Span struct {
	Start, End int
	Short      string
}

// Know adds private values. Of those that look the same when they are shortened
// each but the first has a number: the order says which.
func (v *Veil) Know(values ...string) {
	if v == nil || len(values) == 0 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, value := range values {
		v.know(lower(value))
	}
}

func (v *Veil) know(value string) {
	if _, ok := v.known[value]; ok || value == "" {
		return
	}
	if v.known == nil {
		v.known, v.heads, v.alike = map[string]string{}, map[uint64][]string{}, map[string]int{}
	}
	head := begin(value)
	v.alike[head]++
	rest := Ellipsis
	if n := v.alike[head]; n > 1 {
		rest += strconv.Itoa(n)
	}
	v.known[value] = rest
	v.short = v.short || head == ""
	if len(value) > Shown {
		h := headOf(value)
		v.heads[h] = append(v.heads[h], value)
		v.hint[slot(h)/64] |= 1 << (slot(h) % 64)
	}
}

// begin is what is shown of a value: nothing of one that would be shown whole.
func begin(value string) string {
	n := 0
	for i := range value {
		if n == Shown {
			return value[:i]
		}
		n++
	}
	return ""
}

// Text is s with every private value shortened that is known, and every UUID that
// is a part of a key.
func (v *Veil) Text(s string) string { return v.replace(s, false) }

// Strict is s with every UUID shortened, too, whatever it is of: for messages,
// which may speak of what nobody has read before.
func (v *Veil) Strict(s string) string { return v.replace(s, true) }

func (v *Veil) replace(s string, strict bool) string {
	spans := v.Find(s, strict)
	if len(spans) == 0 {
		return s
	}
	return replaced(s, spans)
}

func replaced(s string, spans []Span) string {
	var b strings.Builder
	at := 0
	for _, x := range spans {
		b.WriteString(s[at:x.Start])
		b.WriteString(x.Short)
		at = x.End
	}
	b.WriteString(s[at:])
	return b.String()
}

// Find returns where private values are, in order. None overlaps another.
func (v *Veil) Find(s string, strict bool) (out []Span) {
	if v == nil || s == "" {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.short && len(s) <= Shown*utf8.UTFMax {
		if rest, ok := v.known[lower(s)]; ok {
			return []Span{{End: len(s), Short: begin(s) + rest}}
		}
	}
	var window uint64
	seen := 0
	for i := 0; i < len(s); i++ {
		window, seen = window<<8|uint64(lowered(s[i])), seen+1
		if seen < Shown {
			continue
		}
		start := i + 1 - Shown
		end, rest := v.at(s, start, window)
		if end == 0 && i+1 < len(s) && s[i+1] == '-' {
			end, rest = v.form(s, start, strict)
		}
		if end > 0 {
			out = append(out, Span{Start: start, End: end, Short: begin(s[start:end]) + rest})
			i, seen = end-1, 0
		}
	}
	return out
}

// at is where the longest known value ends that begins at start, 0 where none
// does. Of one that a message has cut the beginning is enough.
func (v *Veil) at(s string, start int, window uint64) (end int, rest string) {
	if v.hint[slot(window)/64]&(1<<(slot(window)%64)) == 0 {
		return 0, ""
	}
	for _, value := range v.heads[window] {
		n := common(s[start:], value)
		switch whole := n == len(value); {
		case !whole && (n <= Shown || !strings.HasPrefix(s[start+n:], Ellipsis)):
			continue
		case whole && start+n > end:
			end, rest = start+n, v.known[value]
		case !whole && start+n+len(Ellipsis) > end && utf8.RuneCountInString(value[:n]) > Shown:
			end, rest = start+n+len(Ellipsis), v.known[value]
		}
	}
	return end, rest
}

// form is where a UUID ends that begins at start and is a part of a key, or a word
// of a message; 0 where there is none. From then on it is known.
func (v *Veil) form(s string, start int, strict bool) (end int, rest string) {
	inKey := start > 0 && s[start-1] == '/'
	if !isUUID(s, start) || !inKey && (!strict || !isWord(s, start)) {
		return 0, ""
	}
	end = start + uuidLength
	value := lower(s[start:end])
	v.know(value)
	return end, v.known[value]
}

// common is how many bytes a text and a value in lower case begin with alike.
func common(s, value string) int {
	n := 0
	for n < len(s) && n < len(value) && lowered(s[n]) == value[n] {
		n++
	}
	return n
}

func headOf(value string) (h uint64) {
	for i := range Shown {
		h = h<<8 | uint64(value[i])
	}
	return h
}

// slot spreads beginnings over the bits of the hint.
func slot(h uint64) uint64 { return h * 0x9e3779b97f4a7c15 >> 44 }

// lower is a text with its ASCII letters in lower case: UUIDs and digests are the
// same in both.
func lower(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) < 0 {
		return s
	}
	b := []byte(s)
	for i := range b {
		b[i] = lowered(b[i])
	}
	return string(b)
}

func lowered(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
