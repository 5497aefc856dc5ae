package render

import (
	"strconv"
	"strings"
)

// number writes a number with a comma before each three digits.
func number[T ~int | ~int64 | ~uint64](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	minus := ""
	if digits[0] == '-' {
		minus, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(d)
	}
	return minus + b.String()
}

// plainNumber is a number that names something: a revision, a serial. It has no
// commas, so that it can be searched and typed.
func plainNumber[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// counted writes a number with its noun: 1 key, 2 keys.
func counted[T ~int | ~int64](n T, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// size writes a number of bytes in the unit that a person would use.
func size(bytes int64) string {
	const kib, mib, gib = 1 << 10, 1 << 20, 1 << 30
	in := func(unit float64, name string) string {
		return strings.TrimSuffix(strconv.FormatFloat(float64(bytes)/unit, 'f', 1, 64), ".0") + " " + name
	}
	switch {
	case bytes >= gib:
		return in(gib, "GiB")
	case bytes >= mib:
		return in(mib, "MiB")
	case bytes >= kib:
		return in(kib, "KiB")
	}
	return counted(bytes, "byte", "bytes")
}
