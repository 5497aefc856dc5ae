package lang

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Decoders recurse, and a stack that overflows can't be caught; an alias of an
// alias of an alias grows a page of YAML to more than any memory. So data beyond
// these bounds is refused before it is decoded.
const (
	maxDataDepth = 500
	maxAliases   = 20
	// maxAliased is the size of a text that may have aliases at all.
	maxAliased = 64 << 10
)

// bounded is a decoder that refuses some texts.
func bounded(inner function.Function, check func(text string) error) function.Function {
	return function.New(&function.Spec{
		Params: inner.Params(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if v := args[0]; v.IsKnown() && !v.IsNull() {
				if err := check(v.AsString()); err != nil {
					return cty.NilType, function.NewArgError(0, err)
				}
			}
			return inner.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return inner.Call(args) },
	})
}

func boundJSON(text string) error {
	if TextTooDeep([]byte(text), maxDataDepth) {
		return fmt.Errorf("the data is nested more than %d deep", maxDataDepth)
	}
	return nil
}

// boundYAML counts brackets in quotes and comments too: what a quote is in YAML
// takes a parser to say.
func boundYAML(text string) error {
	if bracketsTooDeep(text) || regexp.MustCompile(`([-?:][ \t]+){`+strconv.Itoa(maxDataDepth)+`}`).MatchString(text) {
		return fmt.Errorf("the data is nested more than %d deep", maxDataDepth)
	}
	aliases := regexp.MustCompile(`(?m)(^|[\s\[{,])\*[^\s*,\]}]`)
	if !strings.Contains(text, "&") || !aliases.MatchString(text) {
		return nil
	}
	if len(text) > maxAliased || len(aliases.FindAllStringIndex(text, maxAliases+1)) > maxAliases {
		return fmt.Errorf("YAML with aliases (*name) may have %d of them and %d KiB: aliases of aliases grow without bounds",
			maxAliases, maxAliased>>10)
	}
	return nil
}

func bracketsTooDeep(text string) bool {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if depth > maxDataDepth {
			return true
		}
	}
	return false
}
