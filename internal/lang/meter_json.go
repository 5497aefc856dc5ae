package lang

import (
	"github.com/hashicorp/hcl/v2"
)

// MeterJSON is the body of a file in JSON whose expressions charge the budget
// like those in native syntax do. The library parses the templates in its texts
// each time that one is evaluated, where nothing can be put into them: here that
// is done once, and they are metered.
func MeterJSON(body hcl.Body, b *Budget) hcl.Body { return &jsonBody{inner: body, budget: b} }

// jsonBody gives whoever reads a body metered expressions.
type jsonBody struct {
	inner  hcl.Body
	budget *Budget
	// dynamic says that its for_each makes blocks.
	dynamic bool
}

// dynamicNodes is how many expressions the content of a dynamic block in JSON is
// taken for.
const dynamicNodes = 16

// Content is that of the file.
func (j *jsonBody) Content(s *hcl.BodySchema) (*hcl.BodyContent, hcl.Diagnostics) {
	content, diags := j.inner.Content(s)
	return j.content(content), diags
}

// PartialContent is that of the file, and what is left.
func (j *jsonBody) PartialContent(s *hcl.BodySchema) (*hcl.BodyContent, hcl.Body, hcl.Diagnostics) {
	content, rest, diags := j.inner.PartialContent(s)
	return j.content(content), &jsonBody{inner: rest, budget: j.budget, dynamic: j.dynamic}, diags
}

// JustAttributes are those of the file.
func (j *jsonBody) JustAttributes() (hcl.Attributes, hcl.Diagnostics) {
	attrs, diags := j.inner.JustAttributes()
	return j.attributes(attrs), diags
}

// MissingItemRange is that of the file.
func (j *jsonBody) MissingItemRange() hcl.Range { return j.inner.MissingItemRange() }

func (j *jsonBody) content(c *hcl.BodyContent) *hcl.BodyContent {
	if c == nil {
		return nil
	}
	out := *c
	out.Attributes = j.attributes(c.Attributes)
	out.Blocks = make(hcl.Blocks, len(c.Blocks))
	for i, b := range c.Blocks {
		metered := *b
		metered.Body = &jsonBody{inner: b.Body, budget: j.budget, dynamic: b.Type == "dynamic"}
		out.Blocks[i] = &metered
	}
	return &out
}

func (j *jsonBody) attributes(all hcl.Attributes) hcl.Attributes {
	out := make(hcl.Attributes, len(all))
	for name, a := range all {
		metered := *a
		e := &jsonExpr{inner: a.Expr, budget: j.budget}
		if j.dynamic && name == "for_each" {
			e.turn = turnCost + dynamicNodes*expressionCost
		}
		metered.Expr = e
		out[name] = &metered
	}
	return out
}
