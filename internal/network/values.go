package network

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// ip brings an IP into its canonical form: IPv6 as in RFC 5952.
func (z *normalizer) ip(a addr.Addr, attribute string, t *Text) {
	if t.Value == "" {
		if t.Named {
			z.refuse(a, attribute, "An IP address is empty", "", `Write the node's address, for example "192.0.2.1".`)
		}
		return
	}
	ip, err := netip.ParseAddr(strings.TrimSpace(t.Value))
	switch {
	case err != nil:
		z.refuse(a, attribute, shown(*t)+" is not an IP address", "", `Write an IPv4 or IPv6 address without a port or a mask, for example "192.0.2.1" or "2001:db8::1".`)
	case ip.Zone() != "":
		z.refuse(a, attribute, shown(*t)+" has a zone", "A zone has a meaning on one machine only.", "Leave out what follows the percent sign.")
	case ip.Is4In6():
		z.refuse(a, attribute, shown(*t)+" is an IPv4 address in IPv6 form", "The same node could be declared twice.", "Write it as "+quoted(ip.Unmap().String())+".")
	case ip.IsUnspecified() || ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		z.refuse(a, attribute, shown(*t)+" can't be the address of a node", "It is the unspecified, a multicast or the broadcast address.",
			`Write the node's own address, for example "192.0.2.1".`)
	default:
		t.Value = ip.String()
	}
}

// label is one part of a domain: letters, digits and dashes, in the form that
// DNS has (internationalised names in their xn-- form).
func label(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// domain is a full domain name: two labels at least, of which the last is no
// number, so that no IPv4 address passes for one.
func domain(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if !label(part) {
			return false
		}
	}
	return strings.Trim(s[strings.LastIndexByte(s, '.')+1:], "0123456789") != ""
}

func (z *normalizer) domain(a addr.Addr, f *schema.Field, t *Text) {
	canonical := f.Canonical(t.Value)
	if !domain(canonical) || strings.TrimSpace(t.Value) != t.Value {
		z.refuse(a, f.Name, shown(*t)+" is not a domain name",
			"A domain has at least two parts of letters, digits and dashes, separated by dots, and the last is not a number.",
			`Write it in full, for example "1.core.eu.example.net"; an internationalised name in its xn-- form.`)
		return
	}
	t.Value = canonical
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func (z *normalizer) uuid(a addr.Addr, f *schema.Field, t *Text) {
	canonical := f.Canonical(t.Value)
	if !uuidForm.MatchString(canonical) || strings.TrimSpace(t.Value) != t.Value || canonical == "00000000-0000-0000-0000-000000000000" {
		z.refuse(a, f.Name, shown(*t)+" is not a UUID", "",
			"Write 32 hexadecimal digits in groups of 8-4-4-4-12, or leave "+f.Name+" out to have one generated.")
		return
	}
	t.Value = canonical
}

func (z *normalizer) refuse(a addr.Addr, attribute, summary, detail, hint string) {
	z.add(problem(a, attribute, summary, detail, hint))
}
