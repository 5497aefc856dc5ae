package lang

import (
	"math/big"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/sigilgate/sigilform/internal/addr"
)

// maxInstances bounds count and for_each: more is a mistake, not a network.
const maxInstances = 250_000

// Instance is one instance of a block.
type Instance struct {
	Key addr.Key
	// Variables are each or count, for the instance's own scope; nil for a
	// block without for_each and count.
	Variables map[string]cty.Value
}

// Repetition says how a block is repeated.
type Repetition string

// A block stands once, or once for each key, or a number of times.
const (
	Once    Repetition = ""
	ForEach Repetition = "for_each"
	Count   Repetition = "count"
)

// Single is the one instance of a block that is not repeated.
func Single() []Instance { return []Instance{{}} }

// ForEachInstances expands the value of a for_each: a map, an object or a set of
// strings. The problem is empty where the value is good. An unknown value
// stands for an error that was already reported, and gives no instances.
func (t *Types) ForEachInstances(v cty.Value) (instances []Instance, problem string) {
	v, marks := v.Unmark()
	switch {
	case isSecret(marks):
		return nil, "The keys of for_each are shown in addresses, so they can't come from a sensitive value. " +
			"Where the keys are not secret, write nonsensitive()."
	case !v.IsKnown():
		return nil, ""
	case v.IsNull():
		return nil, "The value of for_each is null. For no instances write {}."
	}
	typ := v.Type()
	switch {
	case t.KindOf(typ) != nil:
		return nil, "for_each takes a map or a set of strings, and this is one " + string(t.KindOf(typ).Kind) + "."
	case typ.IsMapType(), typ.IsObjectType():
		return eachOf(v)
	case typ.IsSetType():
		return eachOfSet(v)
	case typ.IsTupleType(), typ.IsListType():
		return nil, "for_each takes a map or a set of strings, and this is a list: the order of a list is not a good name for " +
			"an instance. For a list of strings write toset(...)."
	}
	return nil, "for_each takes a map or a set of strings, and this is " + t.Describe(typ) + "."
}

func eachOf(v cty.Value) ([]Instance, string) {
	n := v.LengthInt()
	if n > maxInstances {
		return nil, tooMany
	}
	out := make([]Instance, 0, n)
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		key, _ = key.Unmark()
		out = append(out, each(key, value))
	}
	return out, ""
}

const tooMany = "More than 250,000 instances of one block are refused."

func eachOfSet(v cty.Value) ([]Instance, string) {
	element := v.Type().ElementType()
	if v.LengthInt() > 0 && element != cty.String {
		return nil, "for_each takes a set of strings, and this set holds other values. A map from a name to each value would do."
	}
	if v.LengthInt() > maxInstances {
		return nil, tooMany
	}
	out := make([]Instance, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, value := it.Element()
		if value.IsNull() {
			return nil, "The set of for_each holds a null."
		}
		if value.IsKnown() {
			out = append(out, each(value, value))
		}
	}
	return out, ""
}

func each(key, value cty.Value) Instance {
	return Instance{
		Key:       addr.StringKey(key.AsString()),
		Variables: map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})},
	}
}

// CountInstances expands the value of a count.
func (t *Types) CountInstances(v cty.Value) (instances []Instance, problem string) {
	v, marks := v.Unmark()
	if isSecret(marks) {
		return nil, "The number of instances is shown, so it can't come from a sensitive value."
	}
	number, err := convert.Convert(v, cty.Number)
	switch {
	case err != nil:
		return nil, "count takes a whole number, and this is " + t.Describe(v.Type()) + "."
	case !number.IsKnown():
		return nil, ""
	case number.IsNull():
		return nil, "The value of count is null."
	}
	n, accuracy := number.AsBigFloat().Int64()
	if accuracy != big.Exact || n < 0 {
		return nil, "count takes a whole number from 0."
	}
	if n > maxInstances {
		return nil, tooMany
	}
	out := make([]Instance, n)
	for i := range out {
		index := cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(int64(i))})
		out[i] = Instance{Key: addr.IntKey(i), Variables: map[string]cty.Value{"count": index}}
	}
	return out, ""
}

// Scope is the context of one instance below that of its block.
func (i Instance) Scope(block *hcl.EvalContext) *hcl.EvalContext {
	if i.Variables == nil {
		return block
	}
	ctx := block.NewChild()
	ctx.Variables = i.Variables
	return ctx
}
