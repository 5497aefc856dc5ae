package lang

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// eachKeyOnce makes an object refuse a key that it has already. The evaluator
// takes the last one without a word, and what stood at the first is lost.
func eachKeyOnce(e *hclsyntax.ObjectConsExpr) {
	last := len(e.Items) - 1
	if last < 1 {
		return
	}
	if key, ok := e.Items[last].KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
		e.Items[last].KeyExpr = &lastKey{ObjectConsKeyExpr: key, items: e.Items}
	}
}

// lastKey is the last key of an object: with it all of them are compared.
type lastKey struct {
	*hclsyntax.ObjectConsKeyExpr
	items []hclsyntax.ObjectConsItem
}

// Value evaluates the key, and finds those that are there twice.
func (k *lastKey) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := k.ObjectConsKeyExpr.Value(ctx)
	seen := make(map[string]hcl.Range, len(k.items))
	for i, item := range k.items {
		key := v
		if i < len(k.items)-1 {
			key, _ = item.KeyExpr.Value(ctx)
		}
		name, err := keyOf(key)
		if err != nil {
			continue // the evaluator says so
		}
		first, twice := seen[name]
		if !twice {
			seen[name] = item.KeyExpr.Range()
			continue
		}
		diags = append(diags, duplicateKey(shownKey(name, key), first, item.KeyExpr.Range()))
	}
	return v, diags
}

// shownKey is a key as an error names it.
func shownKey(name string, key cty.Value) string {
	if IsSensitive(key) {
		return "this key"
	}
	return fmt.Sprintf("the key %q", name)
}

func duplicateKey(key string, first, at hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Duplicate key",
		Detail:   fmt.Sprintf("The object has %s already, in line %d. Only one of the values could be kept.", key, first.Start.Line),
		Subject:  &at,
	}
}
