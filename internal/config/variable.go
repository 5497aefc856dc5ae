package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/lang"
)

// variable is the declaration of a value from outside.
type variable struct {
	name        string
	description string
	constraint  lang.Constraint
	// typed says that there is a type: without one, a value given by name is
	// taken as a string.
	typed bool
	// bad says that the declaration is wrong: then no value is missed.
	bad         bool
	fallback    *attr
	sensitive   bool
	validations []validation
	at, nameAt  hcl.Range
}

// validation is one rule over a variable's value.
type validation struct {
	condition, message *attr
	at                 hcl.Range
}

func reservedNames() []string {
	return []string{"source", "for_each", "count", "depends_on", "version", "providers"}
}

func (r *run) readVariable(f *folder, b *hcl.Block) {
	v := &variable{name: b.Labels[0], at: b.DefRange, nameAt: b.LabelRanges[0], constraint: lang.Any()}
	if slices.Contains(reservedNames(), v.name) {
		v.bad = true
		r.report(problem{
			summary: `A variable may not be called "` + v.name + `"`,
			detail:  "A module block gives values by name, and there this name means something else.", at: v.nameAt,
		})
	}
	content, diags := b.Body.Content(withBlocks(
		attributes("type", "default", "description", "sensitive"), plainBlock("validation")))
	r.reportHCL(diags, zero())
	if t := content.Attributes["type"]; t != nil {
		var bad hcl.Diagnostics
		v.constraint, bad = r.types.Constraint(t.Expr)
		v.typed = true
		r.reportHCL(bad, zero())
		v.bad = v.bad || bad.HasErrors()
	}
	v.description = r.literalText(content.Attributes["description"])
	v.sensitive = r.literalBool(content.Attributes["sensitive"])
	if d := content.Attributes["default"]; d != nil {
		v.fallback = newAttr(d, setting{})
	}
	for _, inner := range content.Blocks {
		r.readValidation(v, inner)
	}
	if old := f.variables[v.name]; old != nil {
		r.twice("var."+v.name, old.at, v.at)
		return
	}
	f.variables[v.name] = v
	r.noteSecret(v)
}

// noteSecret remembers what must not be shown of a sensitive variable.
func (r *run) noteSecret(v *variable) {
	if !v.sensitive {
		return
	}
	r.secretVars[v.name] = true
	if v.fallback != nil {
		r.secretRanges = append(r.secretRanges, v.fallback.expr.Range())
	}
}

func (r *run) readValidation(v *variable, b *hcl.Block) {
	schema := &hcl.BodySchema{Attributes: []hcl.AttributeSchema{
		{Name: "condition", Required: true}, {Name: "error_message", Required: true},
	}}
	content, diags := b.Body.Content(schema)
	r.reportHCL(diags, zero())
	condition, message := content.Attributes["condition"], content.Attributes["error_message"]
	if condition == nil || message == nil {
		return
	}
	v.validations = append(v.validations, validation{newAttr(condition, setting{}), newAttr(message, setting{}), b.DefRange})
}

// defaultValue is the default, converted; unknown where it is wrong.
func (r *run) defaultValue(v *variable) cty.Value {
	value, diags := r.constant(v.fallback.expr)
	if diags.HasErrors() {
		r.report(problem{
			summary: `The default of "` + v.name + `" is not a literal value`,
			detail:  "A default can't refer to anything or call a function.",
			hint:    "compute it in a local", at: v.fallback.expr.Range(),
		})
		return cty.UnknownVal(v.constraint.Type)
	}
	out, err := r.fitted(v, value, v.fallback.expr.Range())
	if err != nil {
		r.report(problem{
			summary: `The default of "` + v.name + `" has the wrong type`,
			detail:  r.mismatch(v.constraint.Type, value, err), at: v.fallback.expr.Range(),
		})
		return cty.UnknownVal(v.constraint.Type)
	}
	return out
}
