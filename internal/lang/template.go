package lang

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// templateFile fills a template in with the given variables and nothing else.
// It has the given functions: not itself, so that no template contains itself.
func templateFile(files fs.FS, functions map[string]function.Function, b *Budget) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "path", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType},
		},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			source, err := readText(files, name)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			vars, err := templateVariables(args[1])
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			template, diags := ParseTemplate([]byte(source), name, b)
			if diags.HasErrors() {
				return cty.NilVal, function.NewArgError(0, firstOf(diags))
			}
			return fill(template, &hcl.EvalContext{Variables: vars, Functions: functions})
		},
	})
}

func templateVariables(v cty.Value) (map[string]cty.Value, error) {
	if t := v.Type(); !t.IsObjectType() && !t.IsMapType() {
		return nil, errors.New("the variables of a template are an object, like { name = value }")
	}
	vars := v.AsValueMap()
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if !hclsyntax.ValidIdentifier(name) {
			return nil, fmt.Errorf("%q is not the name of a variable", name)
		}
	}
	return vars, nil
}

func fill(template hclsyntax.Expression, ctx *hcl.EvalContext) (cty.Value, error) {
	for _, reference := range template.Variables() {
		root := reference.RootName()
		if _, ok := ctx.Variables[root]; ok {
			continue
		}
		err := fmt.Errorf("%s uses %q, which is not among the given variables", place(reference.SourceRange()), root)
		if near := Nearest(root, slices.Collect(maps.Keys(ctx.Variables))); near != "" {
			err = fmt.Errorf("%w; did you mean %q?", err, near)
		}
		return cty.NilVal, function.NewArgError(1, err)
	}
	v, diags := template.Value(ctx)
	if diags.HasErrors() {
		return cty.NilVal, firstOf(diags)
	}
	text, err := convert.Convert(v, cty.String)
	if err != nil {
		return cty.NilVal, errors.New("the template makes no text")
	}
	if bare, _ := text.Unmark(); bare.IsNull() {
		return cty.NilVal, errors.New("the template makes a null")
	}
	return text, nil
}

func firstOf(diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		if d.Subject == nil {
			return fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
		return fmt.Errorf("%s: %s: %s", place(*d.Subject), d.Summary, d.Detail)
	}
	return diags
}

func place(r hcl.Range) string {
	return fmt.Sprintf("%s:%d:%d", r.Filename, r.Start.Line, r.Start.Column)
}
