package config

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/lang"
)

const envPrefix = "SIGILFORM_VAR_"

// outside is a value of a variable from outside: an expression of a file, or a
// text of the command line or the environment.
type outside struct {
	expr hcl.Expression
	text string
	// from is the source of a text.
	from *source
	at   hcl.Range
}

// readOutside reads the values from outside in rising priority: a later one
// takes the place of an earlier one.
func (r *run) readOutside(root *folder) {
	for _, e := range r.options.Env {
		if name, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, envPrefix) {
			name = strings.TrimPrefix(name, envPrefix)
			if root.variables[name] != nil { // others may be for other configurations
				r.setText(root, name, value, envPrefix+name)
			}
		}
	}
	for _, name := range r.valueFiles() {
		if s := r.read(name); s != nil {
			r.readValues(root, s)
		} else {
			r.broken = true
		}
	}
	for _, f := range r.options.VarFiles {
		s := &source{name: "--var-file=" + f.Name, shown: f.Name, text: f.Source, json: isJSON(f.Name)}
		r.addSource(s)
		if r.sound(s) {
			r.readValues(root, s)
		} else {
			r.broken = true
		}
	}
	for _, v := range r.options.Vars {
		r.setVar(root, v)
	}
}

// valueFiles are the files of values that are read by themselves, in order.
func (r *run) valueFiles() []string {
	names, err := r.list(".")
	if err != nil {
		return nil
	}
	var out []string
	for _, name := range []string{defaultValues, defaultValues + ".json"} {
		if slices.Contains(names, name) {
			out = append(out, name)
		}
	}
	for _, name := range names {
		if strings.HasSuffix(strings.TrimSuffix(name, ".json"), autoValues) && !strings.HasPrefix(name, ".") && fs.ValidPath(name) {
			out = append(out, name)
		}
	}
	return out
}

// readValues reads a file of values: attributes that refer to nothing.
func (r *run) readValues(root *folder, s *source) {
	r.findSecrets(s)
	body := r.parse(s)
	if body == nil {
		return
	}
	attrs, diags := body.JustAttributes()
	r.reportHCL(diags, zero())
	for _, name := range sortedKeys(attrs) {
		a := attrs[name]
		if root.variables[name] == nil {
			r.hide(a.Expr.Range()) // it may be a secret whose variable has another name now
			r.report(problem{
				summary: `No variable "` + name + `" is declared`, warning: true,
				detail: "The value is not used.", near: near{name, func() []string { return sortedKeys(root.variables) }}, at: a.NameRange,
			})
			continue
		}
		r.outside[name] = outside{expr: a.Expr, at: a.Expr.Range()}
	}
}

func (r *run) setVar(root *folder, v Assignment) {
	if root.variables[v.Name] != nil {
		r.setText(root, v.Name, v.Value, "--var "+v.Name)
		return
	}
	r.report(problem{
		summary: `No variable "` + v.Name + `" is declared`,
		detail:  "A value was given for it with --var, and the configuration declares no such variable.",
		hint:    `declare it: variable "` + v.Name + `" {}`, near: near{v.Name, func() []string { return sortedKeys(root.variables) }},
	})
}

func (r *run) setText(root *folder, name, value, from string) {
	s := &source{name: from, shown: from, text: []byte(value), secret: root.variables[name].sensitive}
	r.addSource(s)
	end := s.pos(len(s.text))
	r.outside[name] = outside{text: value, from: s, at: hcl.Range{Filename: from, Start: hcl.InitialPos, End: end}}
}

// outsideValue is the value of a variable of the root, converted.
func (r *run) outsideValue(v *variable) cty.Value {
	o, ok := r.outside[v.name]
	switch {
	case !ok && v.fallback != nil:
		return r.defaultValue(v)
	case !ok:
		if !v.bad {
			r.unset(v)
		}
		return cty.UnknownVal(v.constraint.Type)
	}
	value, ok := r.givenValue(v, o)
	if !ok {
		return cty.UnknownVal(v.constraint.Type)
	}
	out, err := r.fitted(v, value, o.at)
	if err != nil {
		r.report(problem{
			summary: `Wrong type for the variable "` + v.name + `"`,
			detail:  r.mismatch(v.constraint.Type, value, err), at: o.at,
			related: []side{{"the variable is declared here", v.at}},
		})
		return cty.UnknownVal(v.constraint.Type)
	}
	return out
}

func (r *run) givenValue(v *variable, o outside) (cty.Value, bool) {
	expr := o.expr
	if expr == nil {
		if v.constraint.Type == cty.Number && !isDecimal(o.text) {
			r.report(problem{
				summary: `Wrong type for the variable "` + v.name + `"`, detail: "Expected a number, such as 12, -0.5 or 1e6.", at: o.at,
				related: []side{{"the variable is declared here", v.at}},
			})
			return cty.NilVal, false
		}
		if !v.typed || v.constraint.Type.IsPrimitiveType() {
			return cty.StringVal(o.text), r.sound(o.from)
		}
		if !r.sound(o.from) {
			return cty.NilVal, false
		}
		parsed, diags := lang.ParseExpression([]byte(o.text), o.from.name, r.budget)
		if r.reportHCL(diags, zero()); diags.HasErrors() {
			return cty.NilVal, false
		}
		expr = parsed
	}
	value, diags := r.constant(expr)
	if diags.HasErrors() {
		r.report(problem{
			summary: `The value of "` + v.name + `" is not a literal value`,
			detail:  "A value from outside can't refer to anything or call a function. A text stands in quotes.", at: o.at,
		})
		return cty.NilVal, false
	}
	return value, true
}

// unset reports a variable without a value, with the ways to set it.
func (r *run) unset(v *variable) {
	example := `"…"`
	detail := `The variable "` + v.name + `" has no default, and nothing gives it a value.`
	if v.description != "" {
		detail += " " + v.name + ": " + v.description
	}
	if !v.typed || v.constraint.Type == cty.String {
		example = `"value"`
	}
	r.report(problem{
		summary: `The variable "` + v.name + `" has no value`, detail: detail,
		hint: "set it with --var " + v.name + "=…, with a line " + v.name + " = " + example + " in " + defaultValues +
			", a *" + autoValues + " or a --var-file, with " + envPrefix + v.name + ", or with a default",
		at: v.at,
	})
}

// isDecimal reports whether a text is a number as a file would write it: what
// reads texts as numbers also takes inf and 1p4.
func isDecimal(text string) bool {
	return regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`).MatchString(text)
}
