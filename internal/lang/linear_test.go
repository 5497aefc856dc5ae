package lang

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/schema"
)

// TestFunctionsAreLinear: eight times as many elements take about eight times as
// long. What compares each with each other one takes sixty-four times.
func TestFunctionsAreLinear(t *testing.T) {
	t.Parallel()
	const few, many, most = 1000, 8000, 24
	small, large := manyValues(few), manyValues(many)
	for _, expr := range []string{
		`alltrue([for x in texts : true])`, `chunklist(texts, 3)`, `chunklist(mixed, 3)`, `coalesce(texts...)`, `compact(texts)`, `compact(mixed)`,
		`concat([for x in texts : tolist([x])]...)`, `distinct(texts)`, `distinct(mixed)`, `distinct(objects)`, `distinct(secrets)`,
		`distinct(toset(texts))`, `formatlist("%s", texts)`, `join("-", texts)`, `join("-", mixed)`, `matchkeys(texts, numbers, numbers)`,
		`matchkeys(objects, objects, objects)`, `setintersection(texts, texts)`, `setintersection(objects, objects)`,
		`setproduct(texts, [1])`, `setproduct(mixed, ["a"])`, `setsubtract(objects, [])`, `setsubtract(mixed, texts)`,
		`setunion([for x in texts : [x]]...)`, `setunion(numbers, numbers)`, `sort(texts)`, `sort(secrets)`, `sum(numbers)`,
		`tolist(mixed)`, `toset(mixed)`, `tomap({for i, x in mixed : "e${i}" => x})`, `transpose({for x in texts : x => [x]})`,
		`zipmap(texts, mixed)`, `try(toset(concat(texts, [[]])), "of two types")`,
	} {
		parsed, diags := ParseExpression([]byte(expr), "test.hcl", unlimited())
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		once := func(scope *hcl.EvalContext) time.Duration {
			return processorTime(t, func() {
				if _, diags := parsed.Value(scope); diags.HasErrors() {
					t.Fatalf("%s: %s", expr, diags)
				}
			})
		}
		// A collection of garbage may fall on one of them.
		var ratio time.Duration
		for range 3 {
			if ratio = once(large) / max(once(small), time.Millisecond); ratio < most {
				break
			}
		}
		if ratio >= most {
			t.Errorf("%s: %d elements take %d times as long as %d", expr, many, ratio, few)
		}
	}
}

// processorTime is what a function takes of a processor, however busy that is.
func processorTime(t *testing.T, f func()) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const thisThread = 1 // RUSAGE_THREAD
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(thisThread, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	f()
	return used() - before
}

func manyValues(n int) *hcl.EvalContext {
	lists := map[string][]cty.Value{}
	for i := range n {
		text, number := cty.StringVal(fmt.Sprintf("%06d", i)), cty.NumberIntVal(int64(i))
		for name, v := range map[string]cty.Value{
			"texts": text, "numbers": number, "mixed": []cty.Value{text, number, cty.True}[i%3], "secrets": text.Mark(Sensitive),
			"objects": cty.ObjectVal(map[string]cty.Value{"id": number, "name": text}),
		} {
			lists[name] = append(lists[name], v)
		}
	}
	scope := &hcl.EvalContext{Functions: Functions(nil, NewTypes(schema.Network()), unlimited()), Variables: map[string]cty.Value{}}
	for name, list := range lists {
		scope.Variables[name] = cty.TupleVal(list)
	}
	return scope
}

// library are the functions that have a shortcut, or arguments that become
// collections in a way of our own, as the library has them.
func library() map[string]function.Function {
	return map[string]function.Function{
		"chunklist": stdlib.ChunklistFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc,
		"distinct": stdlib.DistinctFunc, "formatlist": stdlib.FormatListFunc, "join": stdlib.JoinFunc,
		"setintersection": stdlib.SetIntersectionFunc, "setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc,
		"setunion": stdlib.SetUnionFunc, "sort": stdlib.SortFunc, "zipmap": stdlib.ZipmapFunc,
		"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
	}
}

// TestFunctionsAreTheLibrarys: whatever they are given, of any length, they give
// what the library gives, and fail where it fails.
func TestFunctionsAreTheLibrarys(t *testing.T) {
	t.Parallel()
	theirs := library()
	ours := Functions(nil, NewTypes(schema.Network()), unlimited())
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(theirs))).Draw(t, "function")
		args := rapid.SliceOfN(drawnValue(), 1, 3).Draw(t, "arguments")
		switch name {
		case "chunklist":
			args = []cty.Value{args[0], cty.NumberIntVal(3)}
		case "formatlist", "join":
			args = append([]cty.Value{cty.StringVal("-%v-")}, args...)
		case "zipmap":
			args = append(args, args[0])[:2]
		case "compact", "distinct", "sort", "tolist", "toset", "tomap":
			args = args[:1]
		}
		expr, scope := &hclsyntax.FunctionCallExpr{Name: "f"}, &hcl.EvalContext{}
		for _, a := range args {
			expr.Args = append(expr.Args, &hclsyntax.LiteralValueExpr{Val: a})
		}
		if rapid.Bool().Draw(t, "expanded") && len(args) == 1 && args[0].Type().IsTupleType() {
			expr.ExpandFinal = true
		}
		scope.Functions = map[string]function.Function{"f": theirs[name]}
		want, wrong := expr.Value(scope)
		scope.Functions["f"] = ours[name]
		got, diags := expr.Value(scope)
		if wrong.HasErrors() != diags.HasErrors() || !wrong.HasErrors() && !got.RawEquals(want) {
			t.Fatalf("%s:\n%#v %v\nwant\n%#v %v", name, got, diags, want, wrong)
		}
	})
}

// drawnValue draws collections, most of them of values that are equal to others
// in them, short and long, and now and then something else.
func drawnValue() *rapid.Generator[cty.Value] {
	text, object := cty.StringVal("a"), cty.ObjectVal(map[string]cty.Value{"x": cty.StringVal("a"), "y": cty.Zero})
	like := [][]cty.Value{
		{text, cty.StringVal("b"), cty.StringVal(""), cty.StringVal("1:a")},
		{cty.Zero, cty.NumberFloatVal(0.1), cty.MustParseNumberVal("0.1"), cty.MustParseNumberVal("10000000001"), cty.MustParseNumberVal("10000000002")},
		{text, cty.True, cty.NumberIntVal(1), cty.StringVal("true"), cty.StringVal("1")},
		{text, cty.NullVal(cty.String), cty.NullVal(cty.DynamicPseudoType)},
		{text, cty.StringVal("b"), cty.UnknownVal(cty.String)},
		{text, cty.DynamicVal},
		{text, cty.StringVal("b").Mark(Sensitive)},
		{object, cty.ObjectVal(map[string]cty.Value{"x": cty.StringVal("b"), "y": cty.Zero}), cty.NullVal(object.Type())},
		{object, cty.ObjectVal(map[string]cty.Value{"x": text.Mark(Sensitive)}), cty.EmptyObjectVal},
		{cty.ListVal([]cty.Value{text}), cty.ListValEmpty(cty.String), cty.TupleVal([]cty.Value{text, text})},
		{cty.TupleVal([]cty.Value{text}), cty.TupleVal([]cty.Value{cty.Zero}), cty.EmptyTupleVal, text},
		{cty.SetVal([]cty.Value{text, cty.StringVal("b")}), cty.SetValEmpty(cty.String)},
	}
	return rapid.Custom(func(t *rapid.T) cty.Value {
		pool := rapid.SampledFrom(like).Draw(t, "like")
		n := rapid.SampledFrom([]int{0, 1, 2, 5, few + 1, few + 8}).Draw(t, "length")
		values := rapid.SliceOfN(rapid.SampledFrom(pool), n, n).Draw(t, "elements")
		v := collection(rapid.SampledFrom([]string{"tuple", "tuple", "list", "set", "object", "map", "one"}).Draw(t, "kind"), values)
		if rapid.IntRange(0, 9).Draw(t, "marked") == 0 {
			v = v.Mark(Sensitive)
		}
		return v
	})
}

func collection(kind string, values []cty.Value) cty.Value {
	members := map[string]cty.Value{}
	for i, v := range values {
		members[fmt.Sprintf("m%02d", i)] = v
	}
	switch {
	case kind == "object":
		return cty.ObjectVal(members)
	case len(values) == 0 || kind == "tuple":
		return cty.TupleVal(values)
	case kind == "one":
		return values[0]
	case kind == "list" && cty.CanListVal(values):
		return cty.ListVal(values)
	case kind == "set" && cty.CanSetVal(values):
		return cty.SetVal(values)
	case kind == "map" && cty.CanMapVal(members):
		return cty.MapVal(members)
	}
	return cty.TupleVal(values)
}

// TestConvert: a long value becomes what it becomes by itself, whatever is wanted.
func TestConvert(t *testing.T) {
	t.Parallel()
	wanted := []cty.Type{
		cty.List(cty.String), cty.Set(cty.String), cty.Map(cty.String), cty.List(cty.Number), cty.List(cty.Bool), cty.List(cty.DynamicPseudoType),
		cty.List(cty.ObjectWithOptionalAttrs(map[string]cty.Type{"x": cty.String, "y": cty.Number, "z": cty.List(cty.String)}, []string{"x", "y", "z"})),
		cty.List(cty.Object(map[string]cty.Type{"x": cty.DynamicPseudoType})), cty.Set(cty.List(cty.String)), cty.List(cty.Set(cty.DynamicPseudoType)),
		cty.Map(cty.List(cty.String)), cty.Object(map[string]cty.Type{"m00": cty.String}), cty.String, cty.DynamicPseudoType,
	}
	rapid.Check(t, func(t *rapid.T) {
		v, want := drawnValue().Draw(t, "value"), rapid.SampledFrom(wanted).Draw(t, "type")
		if rapid.Bool().Draw(t, "inside") {
			v, want = cty.ObjectVal(map[string]cty.Value{"in": v}), cty.Object(map[string]cty.Type{"in": want})
		}
		theirs, wrong := convert.Convert(v, want)
		ours, err := Convert(v, want)
		if (wrong != nil) != (err != nil) || wrong == nil && !ours.RawEquals(theirs) {
			t.Fatalf("%#v as %#v:\n%#v %v\nwant\n%#v %v", v, want, ours, err, theirs, wrong)
		}
	})
}
