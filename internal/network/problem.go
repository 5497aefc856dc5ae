package network

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
)

// problem is an error at one attribute of one object.
func problem(a addr.Addr, attribute, summary, detail, hint string) diag.Diagnostic {
	return diag.Diagnostic{
		Severity: diag.Error, Address: a.String(), Attribute: attribute,
		Summary: summary, Detail: detail, Hint: hint,
	}
}

// warning is the same as [problem], and stops nothing.
func warning(a addr.Addr, attribute, summary, detail, hint string) diag.Diagnostic {
	d := problem(a, attribute, summary, detail, hint)
	d.Severity = diag.Warning
	return d
}

// also adds the place of the other side.
func also(d diag.Diagnostic, other addr.Addr, attribute, message string) diag.Diagnostic {
	d.Related = append(d.Related, diag.Place{Message: message, Address: other.String(), Attribute: attribute})
	return d
}

// hidden stands in a message for what must not be shown.
const hidden = "(sensitive)"

// shown quotes a value for a message, cut to a length that fits one.
func shown(t Text) string {
	if t.Sensitive {
		return hidden
	}
	return quoted(t.Value)
}

func quoted(value string) string {
	const most = 60
	if r := []rune(value); len(r) > most {
		value = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", value)
}
