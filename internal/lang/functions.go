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
// root.
func Functions(files fs.FS) map[string]function.Function {
	all := map[string]function.Function{}
	for _, group := range []map[string]function.Function{
		numberFunctions(), stringFunctions(), collectionFunctions(), encodingFunctions(), conversionFunctions(),
		timeFunctions(), networkFunctions(), hashFunctions(), sensitivityFunctions(), fileFunctions(files),
	} {
		maps.Copy(all, group)
	}
	for name, f := range all {
		all[name] = discreet(f)
	}
	all["try"] = tryfunc.TryFunc
	all["can"] = tryfunc.CanFunc
	all["templatefile"] = discreet(templateFile(files, maps.Clone(all)))
	return all
}

// errSensitive stands for an error whose text might quote a sensitive value.
var errSensitive = errors.New("an argument is sensitive, so the reason is not shown")

// discreet makes a function whose errors never quote a sensitive argument. The
// library's own errors quote what they were given.
func discreet(f function.Function) function.Function {
	spec := &function.Spec{
		Description: f.Description(),
		Type: func(args []cty.Value) (cty.Type, error) {
			typ, err := f.ReturnTypeForValues(args)
			return typ, silence(err, args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := f.Call(args)
			return v, silence(err, args)
		},
	}
	for _, p := range f.Params() {
		spec.Params = append(spec.Params, anyArgument(p))
	}
	if p := f.VarParam(); p != nil {
		open := anyArgument(*p)
		spec.VarParam = &open
	}
	return function.New(spec)
}

// anyArgument lets everything through to the inner function, which has the
// rules.
func anyArgument(p function.Parameter) function.Parameter {
	p.AllowNull, p.AllowUnknown, p.AllowDynamicType, p.AllowMarked = true, true, true, true
	return p
}

func silence(err error, args []cty.Value) error {
	if err == nil || !slices.ContainsFunc(args, IsSensitive) {
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

func conversionFunctions() map[string]function.Function {
	return map[string]function.Function{
		"tobool":   stdlib.MakeToFunc(cty.Bool),
		"tolist":   stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"tomap":    stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
		"tonumber": stdlib.MakeToFunc(cty.Number),
		"toset":    stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tostring": stdlib.MakeToFunc(cty.String),
		"type":     typeOf(),
	}
}
