package network_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestIPs: each has one canonical form, or is refused.
func TestIPs(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"\t192.0.2.1":          "192.0.2.1",
		"192.0.2.1":            "192.0.2.1",
		"2001:DB8:0:0:0:0:0:1": "2001:db8::1",
		"2001:0db8:0000:0001:0001:0001:0001:0001": "2001:db8:0:1:1:1:1:1",
		"2001:db8:0:0:1:0:0:1":                    "2001:db8::1:0:0:1",
		"2001:db8::0:1":                           "2001:db8::1",
		"fe80::1":                                 "fe80::1",
		"127.0.0.1":                               "127.0.0.1",
		"":                                        "An IP address is empty",
		"192.0.2.01":                              `"192.0.2.01" is not an IP address`,
		"192.0.2.1/24":                            `"192.0.2.1/24" is not an IP address`,
		"192.0.2.1:443":                           `"192.0.2.1:443" is not an IP address`,
		"192.0.2":                                 `"192.0.2" is not an IP address`,
		"[2001:db8::1]":                           `"[2001:db8::1]" is not an IP address`,
		"ams.example.net":                         `"ams.example.net" is not an IP address`,
		"fe80::1%eth0":                            `"fe80::1%eth0" has a zone`,
		"::ffff:192.0.2.1":                        `"::ffff:192.0.2.1" is an IPv4 address in IPv6 form`,
		"0.0.0.0":                                 `"0.0.0.0" can't be the address of a node`,
		"::":                                      `"::" can't be the address of a node`,
		"224.0.0.1":                               `"224.0.0.1" can't be the address of a node`,
		"ff02::1":                                 `"ff02::1" can't be the address of a node`,
		"255.255.255.255":                         `"255.255.255.255" can't be the address of a node`,
	} {
		n := &network.Network{Catalogue: schema.Network(), Name: "n", Cores: []network.Core{{Node: network.Node{Addr: core("a"), IP: text(given)}}}}
		found := n.Normalize()
		got := n.Cores[0].IP.Value
		if len(found) > 0 {
			got = found[0].Summary
			if found[0].Address != "core.a" || found[0].Attribute != "ip" {
				t.Errorf("%q is reported at %s %s", given, found[0].Address, found[0].Attribute)
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", given, got, want)
		}
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	for given, want := range map[string]string{
		"AMS.Example.NET":  "ams.example.net",
		"ams.example.net.": "ams.example.net",
		"xn--bcher-kva.ch": "xn--bcher-kva.ch",
		"1.core.eu.net":    "1.core.eu.net",
		long + ".net":      long + ".net",
		// Refused:
		"localhost": "", "": "", ".": "", "a..net": "", ".a.net": "", "a.net..": "", "-a.net": "", "a-.net": "", "a_b.net": "",
		"bücher.ch": "", "a b.net": "", "a.net/": "", "https://a.net": "", "*.a.net": "", "192.0.2.1": "", long + "a.net": "",
		strings.Repeat("abcdefg.", 32) + "net": "",
	} {
		n := &network.Network{Catalogue: schema.Network(), Name: "n", Cells: []network.Cell{{Addr: addr.New(addr.Cell, "a", addr.NoKey), Domain: text(given)}}}
		found := n.Normalize()
		if got := n.Cells[0].Domain.Value; want != "" && (got != want || len(found) > 0) {
			t.Errorf("%q becomes %q with %v, want %q", given, got, lines(found), want)
		}
		if want == "" && len(found) != 1 {
			t.Errorf("%q is accepted", given)
		}
	}
}

func TestUUIDs(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		strings.ToUpper(uuidA):                  uuidA,
		uuidA:                                   uuidA,
		"":                                      "",
		"00000000-0000-0000-0000-000000000000":  "",
		strings.ReplaceAll(uuidA, "-", ""):      "",
		"{" + uuidA + "}":                       "",
		uuidA + "\n":                            "",
		"urn:uuid:" + uuidA:                     "",
		"6ba7b8109-dad-41d1-80b4-00c04fd430c8":  "",
		"6ba7b810-9dad-41d1-80b4-00c04fd430c8a": "",
	} {
		n := &network.Network{Catalogue: schema.Network(), Name: "n", Cores: []network.Core{{Node: network.Node{Addr: core("a"), IP: text("192.0.2.1")}, UUID: text(given)}}}
		found := n.Normalize()
		if got := n.Cores[0].UUID.Value; want != "" && (got != want || len(found) > 0) || want == "" && len(found) != 1 {
			t.Errorf("%q becomes %q with %v", given, got, lines(found))
		}
	}
}

func TestPrefixAndDefaults(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": "/sigilgate/", "/sigilgate/": "/sigilgate/", "a": "/a/", "/a": "/a/", "a/b/": "/a/b/", "//a//": "/a/",
	} {
		n := &network.Network{Catalogue: schema.Network(), Name: "n", Prefix: given}
		if n.Normalize(); n.Prefix != want {
			t.Errorf("%q becomes %q, want %q", given, n.Prefix, want)
		}
		if n.MaxCoresPerEntry != 3 {
			t.Errorf("an Entry may know %d Cores by default", n.MaxCoresPerEntry)
		}
	}
}

func TestUsernames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key   addr.Key
		given network.Text
		want  string
	}{
		{addr.NoKey, network.Text{}, "label"},
		{addr.StringKey("key"), network.Text{}, "key"},
		{addr.StringKey("key"), text("given"), "given"},
		{addr.IntKey(0), text("given"), "given"},
		{addr.IntKey(0), network.Text{}, ""},
	} {
		n := &network.Network{Catalogue: schema.Network(), Name: "n", Users: []network.User{{Addr: addr.New(addr.User, "label", c.key), Username: c.given}}}
		found := n.Normalize()
		if c.want == "" {
			if len(found) != 1 || found[0].Attribute != "username" {
				t.Errorf("count without a username: %v", lines(found))
			}
			continue
		}
		if got := n.Users[0].Username.Value; got != c.want || len(found) > 0 {
			t.Errorf("%+v: %q with %v", c, got, lines(found))
		}
	}
}

// TestSensitiveValuesAreNotShown: a value that is refused is not in the message.
func TestSensitiveValuesAreNotShown(t *testing.T) {
	t.Parallel()
	const hunter = "hunter-2"
	n := sound()
	n.Cores[0].IP, n.Cores[1].Domain, n.Cores[2].UUID = secret(hunter), secret(hunter), secret(hunter)
	n.Cores[0].Status, n.Cores[0].ServiceName, n.Cores[0].Region = secret(hunter), secret(hunter+" "), secret(hunter+"\n")
	n.Cores[0].TLS = network.TLS{
		SNI: secret(hunter), Fingerprint: secret(hunter), MinVersion: secret(hunter), ALPN: network.Words{Values: []string{hunter + ","}, Named: true, Sensitive: true},
		Port: network.Number{Value: 77777777, Named: true, Sensitive: true},
	}
	n.Users[0].Username, n.Users[1].Username = secret(hunter), secret(hunter)
	n.Users[0].Credential, n.Users[0].HashTelegramID = secret(hunter), secret(hunter)
	n.Users[0].Access = network.Words{Values: []string{hunter + "!"}, Sensitive: true}
	n.Cores[1].Member.PeerURL = "https://root:" + hunter + "@192.0.2.2:2380"
	n.Cores[2].Member.PeerURL = n.Cores[1].Member.PeerURL
	found := check(n)
	if len(found) < 15 {
		t.Errorf("only %d findings: %v", len(found), lines(found))
	}
	for _, d := range found {
		if all := d.Summary + d.Detail + d.Hint; strings.Contains(all, "hunter") || strings.Contains(all, "77777777") {
			t.Errorf("shown: %s", all)
		}
	}
}

// TestNormalizeOnceIsEnough: what is canonical stays, and so does its order.
func TestNormalizeOnceIsEnough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := sound()
		n.Prefix = rapid.StringMatching(`[/a-z]{0,8}`).Draw(t, "prefix")
		n.Cores = rapid.Permutation(n.Cores).Draw(t, "cores")
		n.Entries = rapid.Permutation(n.Entries).Draw(t, "entries")
		n.Routes = rapid.Permutation(n.Routes).Draw(t, "routes")
		n.Users[0].Devices = rapid.Permutation(n.Users[0].Devices).Draw(t, "devices")
		n.Cores[0].IP = text(rapid.StringMatching(`[0-9A-Fa-f:.]{1,20}`).Draw(t, "ip"))
		n.Cores[0].Domain = text(rapid.StringMatching(`[A-Za-z0-9.-]{1,20}`).Draw(t, "domain"))
		first := n.Normalize()
		once := *n
		once.Cores = append([]network.Core{}, n.Cores...)
		second := n.Normalize()
		if diff := cmp.Diff(&once, n, cmp.AllowUnexported(addr.Key{})); diff != "" {
			t.Fatal(diff)
		}
		if len(first) != len(second) {
			t.Fatalf("%v and then %v", lines(first), lines(second))
		}
		if n.Routes[0].Addr != routeNamed("blog_ams") || n.Users[0].Devices[0].Name != "laptop" {
			t.Fatal("the objects are not in order")
		}
	})
}

// FuzzValues: no text breaks the model, and what is accepted is canonical.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"192.0.2.1", "2001:DB8::1", "a.example.net.", uuidA, argon, bcrypt, "$argon2id$v=19$m=1,t=1,p=1$$", "", "\x00\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := sound()
		n.Prefix = s
		n.Cores[0].IP, n.Cores[0].Domain, n.Cores[0].UUID, n.Cores[0].Region = text(s), text(s), text(s), text(s)
		n.Cores[0].Settings = map[string]network.Text{s: text(s)}
		n.Users[0].Credential = secret(s)
		n.Users[0].HashTelegramID = secret(s)
		check(n)
		c := n.Cores[0]
		again := network.Network{Catalogue: schema.Network(), Name: "n", Prefix: n.Prefix, Cores: []network.Core{c}}
		again.Normalize()
		if d := again.Cores[0]; d.IP != c.IP || d.Domain != c.Domain || d.UUID != c.UUID || again.Prefix != n.Prefix {
			t.Errorf("%q: %+v is not canonical, %+v is", s, c, d)
		}
	})
}
