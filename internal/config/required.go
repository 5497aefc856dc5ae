package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/lang"
)

// missing reports the attributes that a block lacks. One that seems to be
// misspelled was reported already.
func (r *run) missing(title string, required []string, attrs hcl.Attributes, diags hcl.Diagnostics, at hcl.Range, address addr.Addr) {
	var misspelled []string
	for _, d := range diags {
		if strings.HasPrefix(d.Summary, "Unsupported argument") || strings.HasPrefix(d.Summary, "Extraneous JSON") {
			misspelled = append(misspelled, lang.Nearest(quotedWord(d.Detail), required))
		}
	}
	for _, name := range required {
		if attrs[name] == nil && !slices.Contains(misspelled, name) {
			r.report(problem{
				summary: `Missing attribute "` + name + `"`, detail: sentence(title + ` must have "` + name + `"`),
				at: at, address: address, attribute: name,
			})
		}
	}
}

// null reports a required attribute that is null.
func (r *run) null(a *attr, address addr.Addr) {
	r.tainted[address] = true
	r.report(problem{
		summary: `"` + a.name + `" is null`, detail: "The attribute must have a value.", at: a.expr.Range(), address: address, attribute: a.name,
	})
}
