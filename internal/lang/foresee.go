package lang

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// foresight says how many bytes of text a call would make at most, before it
// makes them. A function that needs none makes at most a few times what it was given.
type foresight func(args []cty.Value, limit int64) int64

// foreseen are the functions whose result may be much larger than what they are
// given.
func foreseen() map[string]foresight {
	return map[string]foresight{
		"replace":    foreseeReplace,
		"indent":     foreseeIndent,
		"format":     foreseeFormat,
		"formatlist": foreseeFormatList,
		"join":       foreseeJoin,
		"setproduct": foreseeProduct,
		"jsonencode": foreseeText,
		"yamlencode": foreseeText,
		"csvdecode":  foreseeDecoded,
		"jsondecode": foreseeDecoded,
		"yamldecode": foreseeYAML,
		"split":      foreseeDecoded,
		"regexall":   foreseeMatches,
	}
}

// textOf is an argument that is a known text; empty for others.
func textOf(args []cty.Value, i int) string {
	if i >= len(args) {
		return ""
	}
	v, _ := args[i].Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// lengthOf is how many elements an argument has; 0 for what has none.
func lengthOf(v cty.Value) int64 {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return 0
	}
	return int64(v.LengthInt())
}

func foreseeReplace(args []cty.Value, _ int64) int64 {
	text, what, with := textOf(args, 0), textOf(args, 1), textOf(args, 2)
	size := int64(len(text))
	if isPattern(what) {
		// Each place may match, and the replacement may repeat what matched.
		return plus(times(size+1, int64(len(with))), times(size, int64(1+strings.Count(with, "$"))))
	}
	return plus(size, times(int64(strings.Count(text, what)), int64(len(with))))
}

func isPattern(what string) bool { return len(what) > 1 && what[0] == '/' && what[len(what)-1] == '/' }

func foreseeIndent(args []cty.Value, _ int64) int64 {
	spaces, _ := args[0].Unmark()
	if !spaces.IsKnown() || spaces.IsNull() || spaces.Type() != cty.Number {
		return 0
	}
	n, _ := spaces.AsBigFloat().Int64()
	text := textOf(args, 1)
	return plus(int64(len(text)), times(max(0, n), int64(strings.Count(text, "\n"))))
}

// foreseeFormat adds up all widths of a format, and what its verbs may print.
func foreseeFormat(args []cty.Value, limit int64) int64 {
	format := textOf(args, 0)
	largest := int64(64)
	for _, a := range args[min(1, len(args)):] {
		largest = max(largest, textSize(a, limit))
	}
	total := int64(len(format))
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		total = plus(total, largest)
		number := int64(0)
		for i++; i < len(format) && strings.IndexByte("0123456789.+-# *[]", format[i]) >= 0; i++ {
			if format[i] < '0' || format[i] > '9' {
				total, number = plus(total, number), 0
				continue
			}
			number = plus(times(number, 10), int64(format[i]-'0'))
		}
		total = plus(total, number)
	}
	return total
}

func foreseeFormatList(args []cty.Value, limit int64) int64 {
	longest := int64(1)
	for _, a := range args[min(1, len(args)):] {
		longest = max(longest, lengthOf(a))
	}
	format := foreseeFormat(args[:min(1, len(args))], limit)
	for _, a := range args[min(1, len(args)):] {
		format = plus(format, textSize(a, limit)) // a text that stands for each element, or all elements
	}
	return times(longest, plus(format, decodedCost))
}

func foreseeJoin(args []cty.Value, limit int64) int64 {
	total := int64(0)
	for _, list := range args[min(1, len(args)):] {
		total = plus(total, plus(textSize(list, limit), times(lengthOf(list), int64(len(textOf(args, 0))))))
	}
	return total
}

func foreseeProduct(args []cty.Value, _ int64) int64 {
	total := int64(1+len(args)) * elementCost / textCost
	for _, a := range args {
		total = times(total, lengthOf(a))
	}
	return total
}

func foreseeText(args []cty.Value, limit int64) int64 { return textSize(args[0], limit) }

// decodedCost is what a value that was decoded takes beside its text, in bytes
// of text.
const decodedCost = 96 / textCost

// foreseeDecoded counts what may begin a value, in a text that is decoded.
func foreseeDecoded(args []cty.Value, _ int64) int64 {
	marks := ",\n[{"
	if len(args) == 2 { // split: its separator
		marks = textOf(args, 0)
		return plus(int64(len(textOf(args, 1))), times(int64(strings.Count(textOf(args, 1), marks)), decodedCost))
	}
	text := textOf(args, 0)
	total := int64(len(text))
	for _, mark := range marks {
		total = plus(total, times(int64(strings.Count(text, string(mark))), decodedCost))
	}
	return total
}

// foreseeYAML counts what its aliases may repeat: at most each third of them
// repeats all before it three times.
func foreseeYAML(args []cty.Value, limit int64) int64 {
	total := foreseeDecoded(args, limit)
	text := textOf(args, 0)
	if !strings.Contains(text, "&") {
		return total
	}
	for range min(maxAliases, strings.Count(text, "*")) / 3 {
		total = times(total, 3)
	}
	return total
}

// foreseeMatches counts the matches that a text may have, each with its groups.
func foreseeMatches(args []cty.Value, _ int64) int64 {
	groups := int64(strings.Count(textOf(args, 0), "("))
	return times(int64(len(textOf(args, 1))), times(1+groups, decodedCost))
}
