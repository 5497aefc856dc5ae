package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// reportHCL reports what the parser or the evaluator found, in our words.
func (r *run) reportHCL(diags hcl.Diagnostics, at addr.Addr) {
	for _, d := range diags {
		if r.saidBefore(d) {
			continue
		}
		p := problem{
			summary: strings.TrimSuffix(d.Summary, "."), detail: d.Detail,
			warning: d.Severity == hcl.DiagWarning, address: at,
		}
		if d.Subject != nil {
			p.at = *d.Subject
		}
		splitHint(&p)
		r.reword(&p, d)
		r.redact(&p, d)
		r.report(p)
	}
}

// saidBefore reports whether the evaluator said this of this place already: to
// put it into our words costs more than to evaluate it, and there may be a
// million instances.
func (r *run) saidBefore(d *hcl.Diagnostic) bool {
	if d.Subject == nil || d.Subject.Filename == "" {
		return false
	}
	key := said{file: d.Subject.Filename, start: d.Subject.Start.Byte, end: d.Subject.End.Byte, summary: d.Summary, raw: true}
	if r.reported[key] {
		return true
	}
	r.reported[key] = true
	return false
}

// splitHint moves the parser's own suggestion to the hint.
func splitHint(p *problem) {
	i := strings.LastIndex(p.detail, "Did you mean ")
	if i < 0 {
		return
	}
	name := strings.Trim(strings.TrimSpace(p.detail[i+len("Did you mean "):]), `?".`)
	if j := strings.IndexAny(name, `"`); j >= 0 {
		name = name[:j]
	}
	if strings.HasPrefix(name, "to ") || len(name) > 80 {
		return
	}
	p.detail = strings.TrimSpace(p.detail[:i])
	p.hint = `did you mean "` + name + `"?`
}

// reword says the commonest findings in the words of this language.
func (r *run) reword(p *problem, d *hcl.Diagnostic) {
	name := quotedWord(p.detail)
	switch p.summary {
	case "Unsupported argument", "Extraneous JSON object property":
		p.summary = `Unknown attribute "` + name + `"`
		p.detail = strings.ReplaceAll(strings.ReplaceAll(p.detail, "An argument", "An attribute"), "argument or block", "attribute or block")
		if name == "depends_on" {
			p.detail, p.hint = "Everything is applied in one transaction, so there is no order to declare.", "remove it"
		}
	case "Unsupported block type":
		p.summary = `Unknown block "` + name + `"`
	case "Missing required argument":
		p.summary = `Missing attribute "` + name + `"`
		p.detail = strings.Replace(p.detail, "The argument", "The attribute", 1)
	case "Attribute redefined", "Argument or block definition required", "Missing newline after argument", "Invalid argument name":
		p.summary = strings.Replace(strings.Replace(p.summary, "Argument", "Attribute", 1), "argument", "attribute", 1)
		p.detail = strings.ReplaceAll(strings.ReplaceAll(p.detail, "argument", "attribute"), "An attribute definition", "The definition of an attribute")
	case "Missing attribute seperator comma": //nolint:misspell // the parser's own spelling
		p.summary = "Missing comma"
	case "Unknown variable":
		r.rewordUnknown(p, name)
	case "Unsupported attribute":
		r.rewordAttribute(p, name, d)
	case "Invalid index", "Missing map element":
		r.rewordIndex(p, d)
	case "Invalid function argument", "Error in function call":
		rewordCall(p)
	case "Call to unknown function":
		p.summary = `Unknown function "` + name + `"`
		if p.hint == "" {
			p.near = near{name, func() []string { return sortedKeys(r.functions) }}
		}
	case "Operation failed":
		p.detail = sentence(strings.TrimSuffix(strings.TrimPrefix(p.detail, "Error during operation: "), "."))
	case "Invalid template interpolation value":
		r.rewordNull(p, d)
	}
}

// What the evaluator says of calls, and what anything quotes.
var (
	wrongArgument = regexp.MustCompile(`(?s)^Invalid value for "([^"]*)" parameter: (.*?)\.?$`)
	failedCall    = regexp.MustCompile(`(?s)^Call to function "([^"]*)" failed: (.*?)\.?$`)
	inQuotes      = regexp.MustCompile(`"([^"]*)"`)
)

// rewordCall leaves out the frame that the evaluator puts around a function's
// own words.
func rewordCall(p *problem) {
	if m := wrongArgument.FindStringSubmatch(p.detail); m != nil {
		p.summary = `Wrong value for the argument "` + m[1] + `"`
		p.detail = sentence(m[2])
	}
	if m := failedCall.FindStringSubmatch(p.detail); m != nil {
		p.summary = `The function "` + m[1] + `" failed`
		if m[2] == "EOF" || m[2] == "unexpected EOF" {
			m[2] = "the text ends too early"
		}
		p.detail = sentence(m[2])
	}
}

func quotedWord(s string) string {
	if m := inQuotes.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

func (r *run) rewordUnknown(p *problem, name string) {
	p.summary = `Unknown name "` + name + `"`
	p.detail = `A reference begins with var, local, module, each, count, self, path or a kind of object.`
	if p.hint == "" {
		p.hint = lang.DidYouMean(name, rootNames())
	}
	if p.hint == "" {
		p.hint = `a text stands in quotes: "` + name + `"`
	}
}

func rootNames() []string {
	return append([]string{"var", "local", "module", "each", "count", "self", "path"}, kindNames()...)
}

// rewordAttribute finds out what lacks the attribute, and what it has.
func (r *run) rewordAttribute(p *problem, name string, d *hcl.Diagnostic) {
	if name == "" {
		return
	}
	p.summary = `Unknown attribute "` + name + `"`
	v, ok := failing(d)
	if !ok {
		return
	}
	k := r.types.KindOf(v.Type())
	if k == nil {
		p.hint, p.near = "", near{name, func() []string { return keysOf(v) }}
		return
	}
	p.detail = sentence(lang.KindNoun(k.Kind) + ` has no attribute "` + name + `"`)
	p.hint = lang.DidYouMean(name, k.Names())
	if ref, ok := k.Reference(name); ok {
		*p = holdsReferences(*p, k.Kind, ref)
	}
}

// rewordIndex names the key that is missing, and the nearest that is there.
func (r *run) rewordIndex(p *problem, d *hcl.Diagnostic) {
	v, ok := failing(d)
	if !ok || lang.IsSensitive(v) || !strings.HasPrefix(d.Detail, "The given key does not identify") {
		return
	}
	name := strings.Trim(r.indexText(p.at), `[]" `)
	p.summary = "There is no such element"
	if name != "" {
		p.summary = "There is no element " + name
	}
	p.detail = "The key is not among those of the collection."
	if name != "" {
		p.near = near{name, func() []string { return keysOf(v) }}
	}
}

// indexText is what stands between the brackets at a range, where it is literal.
func (r *run) indexText(at hcl.Range) string {
	s := r.sources[at.Filename]
	if s == nil || s.secret || at.End.Byte > len(s.text) || at.End.Byte-at.Start.Byte > 60 || at.End.Byte <= at.Start.Byte {
		return ""
	}
	text := string(s.text[at.Start.Byte:at.End.Byte])
	if strings.ContainsAny(text, "${(") || !strings.Contains(text, `"`) && strings.Trim(text, "[]0123456789") != "" {
		return ""
	}
	return text
}

// failing is the value that the last step of a traversal could not go on from.
func failing(d *hcl.Diagnostic) (cty.Value, bool) {
	var t hcl.Traversal
	var at cty.Value
	switch e := d.Expression.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		v, diags := e.Traversal[:1].TraverseAbs(d.EvalContext)
		if diags.HasErrors() {
			return cty.NilVal, false
		}
		at, t = v, e.Traversal[1:]
	case *hclsyntax.RelativeTraversalExpr:
		v, diags := e.Source.Value(d.EvalContext)
		if diags.HasErrors() {
			return cty.NilVal, false
		}
		at, t = v, e.Traversal
	case *hclsyntax.IndexExpr:
		v, diags := e.Collection.Value(d.EvalContext)
		return v, !diags.HasErrors()
	default:
		return cty.NilVal, false
	}
	for _, step := range t {
		next, diags := step.TraversalStep(at)
		if diags.HasErrors() {
			return at, true
		}
		at = next
	}
	return cty.NilVal, false
}

// keysOf are the names of an object's attributes, or the keys of a map.
func keysOf(v cty.Value) []string {
	v, marks := v.Unmark()
	if _, secret := marks[lang.Sensitive]; secret {
		return nil // its keys are secrets like its values
	}
	if v.Type().IsObjectType() {
		return sortedKeys(v.Type().AttributeTypes())
	}
	if !v.IsKnown() || v.IsNull() || !v.Type().IsMapType() {
		return nil
	}
	return sortedKeys(v.AsValueMap())
}

// holdsReferences explains why an object's value lacks an attribute.
func holdsReferences(p problem, kind addr.Kind, ref lang.Reference) problem {
	p.summary = `"` + ref.Name + `" can't be referred to`
	p.detail = `"` + ref.Name + `" of ` + lang.KindNoun(kind) + " holds references to other objects, and those are resolved after all other " +
		"attributes. So it is not part of the object's value; otherwise Cores that link each other would be a cycle."
	p.hint = "refer to the object itself, or put it in a local that both use"
	return p
}

// rewordNull explains a null in a text that stands for what a plan would choose.
func (r *run) rewordNull(p *problem, d *hcl.Diagnostic) {
	if d.Expression == nil || d.EvalContext == nil {
		return
	}
	v, _ := d.Expression.Value(d.EvalContext)
	if name := lang.GeneratedName(v); name != "" {
		*p = generatedProblem(*p, name)
	}
}

func generatedProblem(p problem, name string) problem {
	p.summary = `"` + name + `" is not declared`
	p.detail = "Only the plan would choose this value, so nothing can refer to it."
	p.hint = `declare "` + name + `" in the object to refer to it`
	return p
}

const hiddenReason = "The value is sensitive, so the reason can't be shown here."

// maxRedacted is how many values are looked through for sensitive texts in all:
// there may be as many errors as there are values in a list.
const maxRedacted = 1_000_000

const unreadReason = "There are too many errors to look through what each may quote, so its reason is not shown."

// redact removes from a message the sensitive texts that the expression saw. Of
// very many errors only the first say their reason.
func (r *run) redact(p *problem, d *hcl.Diagnostic) {
	if d.Expression == nil || d.EvalContext == nil {
		return
	}
	sensitive := false
	for _, t := range d.Expression.Variables() {
		if r.redacted >= maxRedacted {
			p.detail = unreadReason
			return
		}
		v, diags := t.TraverseAbs(d.EvalContext)
		if diags.HasErrors() {
			continue
		}
		sensitive = sensitive || lang.IsSensitive(v)
		texts := lang.SensitiveTexts(v)
		r.redacted += 1 + len(texts) + elementsIn(v)
		if quotesAny(p.detail, texts) {
			p.detail = hiddenReason
			return
		}
	}
	// What was computed from it is as sensitive, and no text that is known.
	if sensitive && strings.Contains(p.detail, `"`) {
		if v, _ := d.Expression.Value(d.EvalContext); lang.IsSensitive(v) {
			p.detail = hiddenReason
		}
	}
}

// elementsIn is how many elements a value has, as far as that is cheap to know.
func elementsIn(v cty.Value) int {
	v, _ = v.Unmark()
	if !v.IsKnown() || v.IsNull() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}

func quotesAny(text string, secrets []string) bool {
	return slices.ContainsFunc(secrets, func(s string) bool { return s != "" && strings.Contains(text, s) })
}
