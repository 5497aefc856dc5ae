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

// decoder is one that is given what read makes of a text, or refuses it. A byte
// order mark is not part of a text.
func decoder(inner function.Function, read func(text string) (string, error)) function.Function {
	prepared := func(args []cty.Value) ([]cty.Value, error) {
		v := args[0]
		if !v.IsKnown() || v.IsNull() {
			return args, nil
		}
		text, err := read(strings.TrimPrefix(v.AsString(), ByteOrderMark))
		if err != nil {
			return nil, function.NewArgError(0, err)
		}
		return []cty.Value{cty.StringVal(text)}, nil
	}
	return function.New(&function.Spec{
		Params: inner.Params(),
		Type: func(args []cty.Value) (cty.Type, error) {
			args, err := prepared(args)
			if err != nil {
				return cty.NilType, err
			}
			return inner.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			args, err := prepared(args)
			if err != nil {
				return cty.NilVal, err
			}
			return inner.Call(args)
		},
	})
}

func readCSV(text string) (string, error) { return text, nil }

func readJSON(text string) (string, error) {
	if err := boundJSON(text); err != nil {
		return "", err
	}
	return text, jsonKeysOnce(text)
}

func readYAML(text string) (string, error) {
	if err := boundYAML(text); err != nil {
		return "", err
	}
	return yamlKeys(text)
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
