package lang

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// hidden stands for a value that must not be shown.
const hidden = "(sensitive)"

// Text prints a value as it would be written in HCL. What is sensitive in it is
// not shown; an object is printed with its attributes.
func Text(v cty.Value) string {
	p, err := Plain(v)
	if err != nil {
		return hidden
	}
	var b strings.Builder
	printValue(&b, p, "")
	return b.String()
}

func printValue(b *strings.Builder, v cty.Value, indent string) {
	v, marks := v.Unmark()
	switch {
	case isSecret(marks):
		b.WriteString(hidden)
	case !v.IsKnown():
		b.WriteString("(unknown)")
	case v.IsNull():
		b.WriteString("null")
	case v.Type().IsPrimitiveType():
		b.WriteString(printPrimitive(v))
	case v.Type().IsObjectType() || v.Type().IsMapType():
		printMap(b, v, indent)
	case v.CanIterateElements():
		printList(b, v, indent)
	default:
		b.WriteString(v.Type().FriendlyName())
	}
}

func printPrimitive(v cty.Value) string {
	return string(hclwrite.TokensForValue(v).Bytes())
}

func printMap(b *strings.Builder, v cty.Value, indent string) {
	if v.LengthInt() == 0 {
		b.WriteString("{}")
		return
	}
	b.WriteString("{\n")
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		name := key.AsString()
		if !hclsyntax.ValidIdentifier(name) {
			name = printPrimitive(key)
		}
		b.WriteString(indent + "  " + name + " = ")
		printValue(b, value, indent+"  ")
		b.WriteString("\n")
	}
	b.WriteString(indent + "}")
}

func printList(b *strings.Builder, v cty.Value, indent string) {
	if v.LengthInt() == 0 {
		b.WriteString("[]")
		return
	}
	b.WriteString("[\n")
	for it := v.ElementIterator(); it.Next(); {
		_, value := it.Element()
		b.WriteString(indent + "  ")
		printValue(b, value, indent+"  ")
		b.WriteString(",\n")
	}
	b.WriteString(indent + "]")
}

// JSON turns a value into what encoding/json prints. What is sensitive in it is
// the text "(sensitive)".
func JSON(v cty.Value) any {
	p, err := Plain(v)
	if err != nil {
		return hidden
	}
	return jsonValue(p)
}

func jsonValue(v cty.Value) any {
	v, marks := v.Unmark()
	switch {
	case isSecret(marks):
		return hidden
	case !v.IsKnown() || v.IsNull():
		return nil
	case v.Type() == cty.String:
		return v.AsString()
	case v.Type() == cty.Bool:
		return v.True()
	case v.Type() == cty.Number:
		return jsonNumber(v.AsBigFloat())
	case v.Type().IsObjectType() || v.Type().IsMapType():
		out := make(map[string]any, v.LengthInt())
		for it := v.ElementIterator(); it.Next(); {
			key, value := it.Element()
			out[key.AsString()] = jsonValue(value)
		}
		return out
	case v.CanIterateElements():
		out := make([]any, 0, v.LengthInt())
		for it := v.ElementIterator(); it.Next(); {
			_, value := it.Element()
			out = append(out, jsonValue(value))
		}
		return out
	}
	return v.Type().FriendlyName()
}

func jsonNumber(f *big.Float) any {
	if f.IsInf() {
		return fmt.Sprint(f)
	}
	return json.Number(f.Text('f', -1))
}

// SensitiveTexts collects the texts that a value hides, longest first: what an
// error message about it must not print.
func SensitiveTexts(v cty.Value) []string {
	var out []string
	var walk func(v cty.Value, secret bool)
	walk = func(v cty.Value, secret bool) {
		v, marks := v.Unmark()
		secret = secret || isSecret(marks)
		switch {
		case !v.IsKnown() || v.IsNull():
		case v.Type() == cty.String && secret:
			out = append(out, v.AsString())
		case v.Type() == cty.Number && secret:
			out = append(out, v.AsBigFloat().Text('f', -1))
		case v.CanIterateElements():
			for it := v.ElementIterator(); it.Next(); {
				_, e := it.Element()
				walk(e, secret)
			}
		}
	}
	if v.ContainsMarked() {
		walk(v, false)
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}
