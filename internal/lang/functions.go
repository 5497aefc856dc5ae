package lang

import (
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// Functions returns the functions that expressions can call, by name. Those that
// read files read below files and nowhere else; their paths are relative to its
// root. The types have the words of the kinds. Each charges the budget.
func Functions(files fs.FS, words *Types, b *Budget) map[string]function.Function {
	all := map[string]function.Function{}
	for _, group := range []map[string]function.Function{
		numberFunctions(), stringFunctions(), collectionFunctions(), encodingFunctions(), conversionFunctions(words),
		timeFunctions(), networkFunctions(), hashFunctions(), sensitivityFunctions(), fileFunctions(files),
	} {
		maps.Copy(all, group)
	}
	before, short := foreseen(), shortcuts()
	for name, f := range all {
		all[name] = guarded{
			Function: f, budget: b, foresee: before[name], charge: after(name), shortcut: short[name], collects: collected(name),
		}.function()
	}
	all["try"] = tryfunc.TryFunc
	all["can"] = tryfunc.CanFunc
	template := templateFile(files, maps.Clone(all), b)
	all["templatefile"] = guarded{Function: template, budget: b, charge: after("templatefile")}.function()
	return all
}

// errSensitive stands for an error whose text might quote a sensitive value.
var errSensitive = errors.New("an argument is sensitive, so the reason is not shown")

// errImpossible stands for a fault of a library's function, which says it with
// the stack of the program.
var errImpossible = errors.New("there is no result for these arguments")

// guarded is a function as expressions call it. Its errors never quote a
// sensitive argument: the library's own errors quote what they were given. What
// it makes is charged, where it may be much before it is made.
type guarded struct {
	function.Function
	budget  *Budget
	foresee foresight
	charge  func(*Budget, cty.Value) error
	shortcut
	// collects is the kind of collection that it makes of what it is given, whatever
	// its parameters are.
	collects cty.Type
}

func (g guarded) function() function.Function {
	spec := &function.Spec{
		Description: g.Description(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := g.before(args); err != nil {
				return cty.NilType, err
			}
			if v, ok := g.short(args); ok {
				return v.Type(), nil
			}
			ready, err := g.prepared(args)
			if err != nil {
				return cty.NilType, err
			}
			typ, err := g.ReturnTypeForValues(ready)
			return typ, silence(err, args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if v, ok := g.short(args); ok {
				return v, g.charge(g.budget, v)
			}
			ready, err := g.prepared(args)
			if err != nil {
				return cty.NilVal, err
			}
			v, err := g.Call(ready)
			if err != nil {
				return v, silence(err, args)
			}
			return v, g.charge(g.budget, v)
		},
	}
	for _, p := range g.Params() {
		spec.Params = append(spec.Params, anyArgument(p))
	}
	if p := g.VarParam(); p != nil {
		open := anyArgument(*p)
		spec.VarParam = &open
	}
	return function.New(spec)
}

// collected is what a function makes of each argument; no type for most.
func collected(name string) cty.Type {
	switch name {
	case "tolist", "setproduct":
		return cty.List(cty.DynamicPseudoType)
	case "toset":
		return cty.Set(cty.DynamicPseudoType)
	case "tomap":
		return cty.Map(cty.DynamicPseudoType)
	}
	return cty.NilType
}

// short is the result where there is a shortcut to it.
func (g guarded) short(args []cty.Value) (cty.Value, bool) {
	if g.shortcut == nil {
		return cty.NilVal, false
	}
	return g.shortcut(args)
}

// prepared are the arguments as the library takes them at a bearable cost, and
// of the collections that it wants.
func (g guarded) prepared(args []cty.Value) ([]cty.Value, error) {
	out := slices.Clone(args)
	for i, a := range args {
		var err error
		if g.collects != cty.NilType {
			out[i], err = loosened(a, g.collects)
		} else if want := g.wanted(i); want.IsCollectionType() {
			out[i], err = Convert(a, want)
		}
		if err != nil {
			return nil, function.NewArgError(i, err)
		}
	}
	return out, nil
}

// wanted is the type of a parameter.
func (g guarded) wanted(i int) cty.Type {
	if params := g.Params(); i < len(params) {
		return params[i].Type
	}
	return g.VarParam().Type
}

// before refuses a call that can't be carried out.
func (g guarded) before(args []cty.Value) error {
	for i, a := range args {
		if a.Type() == cty.Number {
			if err := CheckNumbers(a); err != nil {
				return silence(function.NewArgError(i, err), args)
			}
		} else if err := g.budget.Charge(times(lengthOf(a), lookedCost)); err != nil {
			return err
		}
	}
	if g.foresee == nil {
		return g.budget.Err()
	}
	return g.budget.Room(times(textCost, g.foresee(args, g.budget.limit)))
}

// after says how the result of a function is charged.
func after(name string) func(*Budget, cty.Value) error {
	switch name {
	case "lookup", "element", "coalesce", "one", "nonsensitive", "sensitive", "tostring", "tolist", "toset", "tomap":
		// They hand on what is there, or little more.
		return func(b *Budget, v cty.Value) error {
			if v.Type() == cty.Number {
				return CheckNumbers(v)
			}
			return b.Charge(elementCost)
		}
	case "jsondecode", "yamldecode":
		return func(b *Budget, v cty.Value) error { return b.Hold(v) }
	}
	return func(b *Budget, v cty.Value) error {
		if v.Type() == cty.Number {
			if err := CheckNumbers(v); err != nil {
				return err
			}
		}
		return b.Charge(weight(v))
	}
}

// anyArgument lets everything through to the inner function, which has the
// rules. What is to be a collection is made one on the way.
func anyArgument(p function.Parameter) function.Parameter {
	if p.Type.IsCollectionType() {
		p.Type = cty.DynamicPseudoType
	}
	p.AllowNull, p.AllowUnknown, p.AllowDynamicType, p.AllowMarked = true, true, true, true
	return p
}

func silence(err error, args []cty.Value) error {
	var fault function.PanicError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fault):
		return errImpossible
	case !slices.ContainsFunc(args, IsSensitive):
		return err
	}
	var at function.ArgError
	if errors.As(err, &at) {
		return function.NewArgError(at.Index, errSensitive)
	}
	return errSensitive
}

func numberFunctions() map[string]function.Function {
	return map[string]function.Function{
		"abs":      stdlib.AbsoluteFunc,
		"ceil":     stdlib.CeilFunc,
		"floor":    stdlib.FloorFunc,
		"log":      stdlib.LogFunc,
		"max":      stdlib.MaxFunc,
		"min":      stdlib.MinFunc,
		"parseint": stdlib.ParseIntFunc,
		"pow":      stdlib.PowFunc,
		"signum":   stdlib.SignumFunc,
	}
}

func conversionFunctions(words *Types) map[string]function.Function {
	return map[string]function.Function{
		"tobool":   stdlib.MakeToFunc(cty.Bool),
		"tolist":   stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"tomap":    stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
		"tonumber": stdlib.MakeToFunc(cty.Number),
		"toset":    stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tostring": stdlib.MakeToFunc(cty.String),
		"type":     typeOf(words),
	}
}
