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

func (v *validator) cells() {
	for i := range v.Cells {
		v.status(v.Cells[i].Addr, v.Cells[i].Status)
	}
}

func (v *validator) nodes() {
	for i := range v.Cores {
		c := &v.Cores[i]
		v.node(&c.Node)
		v.coreRefs(c)
	}
	for i := range v.Entries {
		e := &v.Entries[i]
		v.node(&e.Node)
		v.binding(e)
	}
}

func (v *validator) node(n *Node) {
	v.status(n.Addr, n.Status)
	v.service(n.Addr, n.ServiceName)
	v.name(n.Addr, "region", "region", n.Region)
	v.tls(n.Addr, &n.TLS)
	for _, name := range slices.Sorted(maps.Keys(n.Settings)) {
		if !keySegment.MatchString(name) {
			v.refuse(n.Addr, "settings", fmt.Sprintf("%s can't be the name of a setting", quoted(name)),
				"A name becomes a part of a key: it has letters, digits, dots, underscores and dashes.", "")
		}
		v.text(n.Addr, "settings."+name, n.Settings[name])
	}
}

func (v *validator) status(a addr.Addr, t Text) {
	switch t.Value {
	case Active, Inactive, Archived, "":
		if t.Named && t.Value == "" {
			v.refuse(a, "status", "The status is empty", "", `Write "active", "inactive" or "archived", or leave it out.`)
		}
	default:
		v.refuse(a, "status", fmt.Sprintf("%s is no status", shown(t)), "", `Write "active", "inactive" or "archived".`)
	}
}

func (v *validator) service(a addr.Addr, t Text) {
	if t.Named && !serviceName.MatchString(t.Value) {
		v.refuse(a, "service_name", fmt.Sprintf("%s is no service name", shown(t)),
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
		v.refuse(a, attribute, fmt.Sprintf("The value of %s is no text", attribute), "It holds a zero byte or is not UTF-8.", "")
	}
}

func (v *validator) tls(a addr.Addr, t *TLS) {
	if t.Fingerprint.Named && !slices.Contains(fingerprints(), t.Fingerprint.Value) {
		v.refuse(a, "tls.fingerprint", fmt.Sprintf("%s is no uTLS client fingerprint", shown(t.Fingerprint)), "",
			"Write one of "+strings.Join(fingerprints(), ", ")+".")
	}
	if t.MinVersion.Named && t.MinVersion.Value != "1.2" && t.MinVersion.Value != "1.3" {
		v.refuse(a, "tls.min_version", fmt.Sprintf("%s is no TLS version to require", shown(t.MinVersion)),
			"Older versions are broken, and there is none newer.", `Write "1.2" or "1.3".`)
	}
	if t.Port.Named && (t.Port.Value < 1 || t.Port.Value > 65535) {
		v.refuse(a, "tls.port", fmt.Sprintf("%s is no port", portShown(t.Port)), "", "Write a number from 1 to 65535.")
	}
	if t.ALPNNamed {
		v.alpn(a, t)
	}
}

func (v *validator) alpn(a addr.Addr, t *TLS) {
	if len(t.ALPN) == 0 {
		v.refuse(a, "tls.alpn", "The list of ALPN protocols is empty", "An absent value is an absent key, never an empty text.", "Leave alpn out.")
	}
	for _, p := range t.ALPN {
		if p == "" || strings.ContainsAny(p, ", ") || !oneLine(p) || len(p) > 255 {
			v.refuse(a, "tls.alpn", fmt.Sprintf("%s is no ALPN protocol", shown(Text{Value: p, Sensitive: t.ALPNSensitive})),
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
