package network

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

var (
	serviceName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,255}$`)
	keySegment  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	rightName   = regexp.MustCompile(`^[a-z0-9_-]{1,128}$`)
	hexDigest   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	networkName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,62}$`)
)

// The longest texts: a key-value store is no place for files, and a name fits
// a line.
const (
	maxValueBytes = 64 * 1024
	maxNameBytes  = 256
)

// uTLS's names of client fingerprints that stand for a browser or a program
// (github.com/refraction-networking/utls, in the lower case that Xray and
// sing-box use).
func fingerprints() []string {
	return []string{"360", "android", "chrome", "edge", "firefox", "ios", "qq", "random", "randomized", "safari"}
}

// settings checks the network's own block.
func (v *validator) settings() {
	at := addr.New(addr.Network, v.Name, addr.NoKey)
	if !networkName.MatchString(v.Name) || v.Name == "networks" || v.Name == "refuse" {
		v.refuse(at, "", fmt.Sprintf("%s can't be the name of a network", quoted(v.Name)),
			"A name has up to 63 letters, digits, underscores and dashes, and begins with a letter or an underscore; sigilform keeps \"networks\" and \"refuse\" for itself.", "")
	}
	const own = "/sigilform/"
	switch {
	case v.Prefix == "//" || v.Prefix == "/":
		v.refuse(at, "prefix", "The prefix is empty", "The whole store can't be one network's.", `Write for example "/sigilgate/".`)
	case strings.HasPrefix(v.Prefix, own):
		v.refuse(at, "prefix", fmt.Sprintf("The prefix %s is sigilform's own", quoted(v.Prefix)), "What was last applied is kept there.", `Write for example "/sigilgate/".`)
	case strings.Contains(v.Prefix, "//") || len(v.Prefix) > maxNameBytes || !oneLine(v.Prefix) || strings.ContainsFunc(v.Prefix, unicode.IsSpace):
		v.refuse(at, "prefix", fmt.Sprintf("%s can't be a prefix", quoted(v.Prefix)),
			fmt.Sprintf("It has an empty part, a space, a character that can't be printed, or more than %d bytes.", maxNameBytes), `Write for example "/sigilgate/".`)
	}
	if v.MaxCoresPerEntry < 1 {
		v.refuse(at, "max_cores_per_entry", "max_cores_per_entry must be at least 1", "An Entry is bound to one Core.", "")
	}
}

// oneLine reports whether a text can be stored, and shown on one line, as it is.
func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}

// values checks every value of every object as its field says.
func (v *validator) values() {
	c := v.Catalogue
	v.Each(func(kind addr.Kind, o Object) {
		leaves := c.Kind(kind).Leaves()
		for i := range leaves {
			v.value(kind, o, &leaves[i])
		}
	})
}

// value checks one field of an object: that nothing sensitive becomes a part of
// keys, that it refers to what there is, and its own rule.
func (v *validator) value(kind addr.Kind, o Object, f *schema.Field) {
	a, slot := o.Address(), o.Slot(f, false)
	switch {
	case slot.Text != nil:
		if f.Identity {
			v.shownInKeys(a, f.Name, slot.Text.Sensitive)
		}
		v.checkText(kind, a, f, *slot.Text)
	case slot.Number != nil:
		v.checkNumber(a, f, *slot.Number)
	case slot.Words != nil:
		if f.Type == schema.Set {
			v.shownInKeys(a, f.Name, slot.Words.Sensitive)
		}
		v.checkWords(a, f, *slot.Words)
	case slot.Texts != nil:
		v.checkTexts(a, f, *slot.Texts)
	case slot.Ref != nil && slot.Ref.Named:
		v.exists(a, f, slot.Ref.To)
	case slot.Refs != nil:
		for _, to := range slot.Refs.To {
			v.exists(a, f, to)
		}
	}
}

func (v *validator) checkText(kind addr.Kind, a addr.Addr, f *schema.Field, t Text) {
	switch f.Check {
	case schema.Line:
		v.line(kind, a, f, t)
	case schema.FreeText:
		v.text(a, f.Name, t)
	case schema.Status:
		v.status(a, f.Name, t)
	case schema.ServiceName:
		v.service(a, f.Name, t)
	default:
		if t.Named {
			v.checkForm(a, f, t)
		}
	}
}

// checkForm checks a text that a file names against a form; where there is
// none, the canonical form is all that is asked.
func (v *validator) checkForm(a addr.Addr, f *schema.Field, t Text) {
	switch f.Check {
	case schema.Digest:
		if !hexDigest.MatchString(t.Value) {
			v.refuse(a, f.Name, f.Name+" is not an HMAC-SHA256", "It has 64 hexadecimal digits. The value is not shown.", "Never write the Telegram id itself.")
		}
	case schema.Credential:
		if summary, hint := checkCredential(t.Value); summary != "" {
			v.refuse(a, f.Name, summary, "The value is not shown.", hint)
		}
	case schema.Fingerprint:
		if !slices.Contains(fingerprints(), t.Value) {
			v.refuse(a, f.Name, fmt.Sprintf("%s is not a uTLS client fingerprint", shown(t)), "", "Write one of "+strings.Join(fingerprints(), ", ")+".")
		}
	case schema.TLSVersion:
		if t.Value != "1.2" && t.Value != "1.3" {
			v.refuse(a, f.Name, fmt.Sprintf("%s is not a TLS version to require", shown(t)),
				"Older versions are broken, and there is none newer.", `Write "1.2" or "1.3".`)
		}
	default:
	}
}

// line checks a name for people. Where a label gives it, there is no attribute.
func (v *validator) line(kind addr.Kind, a addr.Addr, f *schema.Field, t Text) {
	attribute, noun := f.Name, f.Name
	if f.Label {
		attribute, noun = "", f.Name+" of a "+string(kind)
	}
	if t.Named || t.Value != "" {
		v.name(a, attribute, noun, Text{Value: t.Value, Named: true})
	}
}

func (v *validator) checkNumber(a addr.Addr, f *schema.Field, n Number) {
	if !n.Named {
		return
	}
	if f.Identity {
		v.shownInKeys(a, f.Name, n.Sensitive)
	}
	switch f.Check {
	case schema.Port:
		if n.Value < 1 || n.Value > 65535 {
			v.refuse(a, f.Name, fmt.Sprintf("%s is not a port", portShown(n)), "", "Write a number from 1 to 65535.")
		}
	case schema.Serial:
		v.number(a, f.Name, n)
		if n.Value == 0 {
			v.refuse(a, f.Name, "A user's id can't be 0", "Ids begin with 1.", "Leave id out to have one chosen.")
		}
	default:
		v.number(a, f.Name, n)
	}
}

func (v *validator) checkWords(a addr.Addr, f *schema.Field, w Words) {
	switch f.Check {
	case schema.Protocols:
		v.alpn(a, f.Name, w)
	default: // each becomes a part of a key
		for _, word := range w.Values {
			if !rightName.MatchString(word) {
				v.refuse(a, f.Name, fmt.Sprintf("%s is not a right", shown(Text{Value: word, Sensitive: w.Sensitive})),
					"A right has lower-case letters, digits, underscores and dashes.", "")
			}
		}
	}
}

// checkTexts checks a map, whose names become parts of keys.
func (v *validator) checkTexts(a addr.Addr, f *schema.Field, texts map[string]Text) {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if !keySegment.MatchString(name) {
			v.refuse(a, f.Name, fmt.Sprintf("%s can't be the name of a setting", quoted(name)),
				"A name becomes a part of a key: it has letters, digits, dots, underscores and dashes.", "")
		}
		v.text(a, f.Name+"."+name, texts[name])
	}
}

func (v *validator) nodes() {
	for i := range v.Cores {
		v.ownLinks(&v.Cores[i])
	}
	for i := range v.Entries {
		v.binding(&v.Entries[i])
	}
}

func (v *validator) status(a addr.Addr, attribute string, t Text) {
	switch t.Value {
	case Active, Inactive, Archived, "":
		if t.Named && t.Value == "" {
			v.refuse(a, attribute, "The status is empty", "", `Write "active", "inactive" or "archived", or leave it out.`)
		}
	default:
		v.refuse(a, attribute, fmt.Sprintf("%s is not a status", shown(t)), "", `Write "active", "inactive" or "archived".`)
	}
}

func (v *validator) service(a addr.Addr, attribute string, t Text) {
	if t.Named && !serviceName.MatchString(t.Value) {
		v.refuse(a, attribute, fmt.Sprintf("%s is not a service name", shown(t)),
			"A gRPC service name has letters, digits, dots, underscores and dashes.",
			`Write for example "api.v2.rpc.0123456789abcdef", or leave it out to have one generated.`)
	}
}

// name checks a text that names something to people.
func (v *validator) name(a addr.Addr, attribute, noun string, t Text) {
	switch {
	case !t.Named:
	case t.Value == "":
		v.empty(a, attribute, noun)
	case len(t.Value) > maxNameBytes:
		v.refuse(a, attribute, fmt.Sprintf("The %s is too long", noun), fmt.Sprintf("It may have %d bytes.", maxNameBytes), "")
	case !oneLine(t.Value):
		v.refuse(a, attribute, fmt.Sprintf("The %s is not one line of text", noun), "It holds a control character, or is not UTF-8.", "")
	}
}

func (v *validator) empty(a addr.Addr, attribute, noun string) {
	hint := ""
	if attribute != "" {
		hint = "Leave it out, or set it to null."
	}
	v.refuse(a, attribute, fmt.Sprintf("The %s is empty", noun), "An absent value is an absent key, never an empty text.", hint)
}

// text checks a free text, which may have many lines.
func (v *validator) text(a addr.Addr, attribute string, t Text) {
	switch {
	case !t.Named:
	case t.Value == "":
		v.empty(a, attribute, "value of "+attribute)
	case len(t.Value) > maxValueBytes:
		v.refuse(a, attribute, fmt.Sprintf("The value of %s is too long", attribute), fmt.Sprintf("It may have %d bytes.", maxValueBytes), "")
	case strings.ContainsRune(t.Value, 0) || !utf8.ValidString(t.Value):
		v.refuse(a, attribute, fmt.Sprintf("The value of %s is not text", attribute), "It holds a zero byte or is not UTF-8.", "")
	}
}

func (v *validator) alpn(a addr.Addr, attribute string, w Words) {
	if w.Named && len(w.Values) == 0 {
		v.refuse(a, attribute, "The list of ALPN protocols is empty", "An absent value is an absent key, never an empty text.", "Leave alpn out.")
	}
	for _, p := range w.Values {
		if p == "" || strings.ContainsAny(p, ", ") || !oneLine(p) || len(p) > 255 {
			v.refuse(a, attribute, fmt.Sprintf("%s is not an ALPN protocol", shown(Text{Value: p, Sensitive: w.Sensitive})),
				"A protocol has no comma and no space: they are stored joined with commas.", `Write for example ["h2", "http/1.1"].`)
		}
	}
}

func portShown(n Number) string {
	if n.Sensitive {
		return hidden
	}
	return decimal(n).Value
}
