package addr

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quote prints s as a string literal of HCL: with no escapes but HCL's, and
// with nothing in it that would begin a template. Bytes that are not UTF-8,
// which HCL can't write, are printed as Go does.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return strings.ReplaceAll(strings.ReplaceAll(b.String(), "${", "$${"), "%{", "%%{")
}

// unquote reads what quote prints; the literal is Go's too.
func unquote(literal string) (string, error) {
	s, err := strconv.Unquote(literal)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", literal, err)
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "$${", "${"), "%%{", "%{"), nil
}
