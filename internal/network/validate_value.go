package network

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/addr"
)

var (
	serviceName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,255}$`)
	keySegment  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	rightName   = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)
	hexDigest   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	networkName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,62}$`)
)

// maxValueBytes bounds one value: a key-value store is no place for files.
const maxValueBytes = 4096

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
			"A name has up to 63 letters, digits, underscores and dashes, and begins with a letter; sigilform keeps \"networks\" and \"refuse\" for itself.", "")
	}
	const own = "/sigilform/"
	switch {
	case v.Prefix == "//" || v.Prefix == "/":
		v.refuse(at, "prefix", "The prefix is empty", "The whole store can't be one network's.", `Write for example "/sigilgate/".`)
	case strings.HasPrefix(v.Prefix, own):
		v.refuse(at, "prefix", fmt.Sprintf("The prefix %s is sigilform's own", quoted(v.Prefix)), "What was last applied is kept there.", `Write for example "/sigilgate/".`)
	case strings.Contains(v.Prefix, "//") || !plainText(v.Prefix):
		v.refuse(at, "prefix", fmt.Sprintf("%s can't be a prefix", quoted(v.Prefix)), "It has an empty part, or characters that can't be printed.", "")
	}
	if v.MaxCoresPerEntry < 0 {
		v.refuse(at, "max_cores_per_entry", "max_cores_per_entry must be at least 1", "", "")
	}
}

// plainText reports whether a text can be stored and shown as it is.
func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
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
	v.text(n.Addr, "region", n.Region)
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

// text checks a free text: it is stored as one value and shown on one line.
func (v *validator) text(a addr.Addr, attribute string, t Text) {
	switch {
	case !t.Named:
	case t.Value == "":
		v.refuse(a, attribute, fmt.Sprintf("The value of %s is empty", attribute),
			"An absent value is an absent key, never an empty text.", "Leave the attribute out, or set it to null.")
	case len(t.Value) > maxValueBytes:
		v.refuse(a, attribute, fmt.Sprintf("The value of %s is %d bytes long", attribute, len(t.Value)),
			fmt.Sprintf("A value may have %d bytes.", maxValueBytes), "")
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
		v.refuse(a, "tls.port", fmt.Sprintf("%d is no port", t.Port.Value), "", "Write a number from 1 to 65535.")
	}
	if t.ALPNNamed {
		v.alpn(a, t.ALPN)
	}
}

func (v *validator) alpn(a addr.Addr, protocols []string) {
	if len(protocols) == 0 {
		v.refuse(a, "tls.alpn", "The list of ALPN protocols is empty", "An absent value is an absent key, never an empty text.", "Leave alpn out.")
	}
	for _, p := range protocols {
		if p == "" || strings.ContainsAny(p, ", ") || !plainText(p) || len(p) > 255 {
			v.refuse(a, "tls.alpn", fmt.Sprintf("%s is no ALPN protocol", quoted(p)), "The protocols are stored joined with commas.", `Write for example ["h2", "http/1.1"].`)
		}
	}
}
