package network_test

import (
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

func TestValues(t *testing.T) {
	t.Parallel()
	const empty = "The value of settings.mtu is empty"
	run(t, []fault{
		{"statuses", func(n *network.Network) {
			n.Cells[0].Status, n.Cores[0].Status, n.Entries[1].Status, n.Routes[2].Status = text("up"), text("Active"), text(""), text("x")
			n.Users[1].Status, n.Users[0].Devices[1].Status = text("deleted"), text(" active")
		}, []string{
			`error cell.eu status: "up" is not a status`,
			`error core.ams status: "Active" is not a status`,
			"error entry.shop status: The status is empty",
			`error route.shop_hel status: "x" is not a status`,
			`error user.alice.device["phone"] status: " active" is not a status`,
			`error user.bob status: "deleted" is not a status`,
		}},
		{"TLS", func(n *network.Network) {
			n.Cores[0].TLS = network.TLS{SNI: text("x y"), Fingerprint: text("opera"), ALPN: network.Words{Named: true}, MinVersion: text("1.1"), Port: number(0)}
			n.Routes[0].TLS = network.TLS{Fingerprint: text("Chrome"), ALPN: network.Words{Values: []string{"h2,h3", "", "a b", strings.Repeat("x", 256)}, Named: true}, MinVersion: text("TLS 1.3"), Port: number(65536)}
			n.Entries[0].TLS = network.TLS{MinVersion: text("1.2"), Port: number(65535)}
		}, []string{
			"error core.ams tls.alpn: The list of ALPN protocols is empty",
			`error core.ams tls.fingerprint: "opera" is not a uTLS client fingerprint`,
			`error core.ams tls.min_version: "1.1" is not a TLS version to require`,
			"error core.ams tls.port: 0 is not a port",
			`error core.ams tls.sni: "x y" is not a domain name`,
			`error route.blog_ams tls.alpn: "" is not an ALPN protocol`,
			`error route.blog_ams tls.alpn: "a b" is not an ALPN protocol`,
			`error route.blog_ams tls.alpn: "h2,h3" is not an ALPN protocol`,
			`error route.blog_ams tls.alpn: "` + strings.Repeat("x", 60) + `…" is not an ALPN protocol`,
			`error route.blog_ams tls.min_version: "TLS 1.3" is not a TLS version to require`,
			"error route.blog_ams tls.port: 65536 is not a port",
		}},
		{"service names", func(n *network.Network) {
			n.Cores[0].ServiceName, n.Entries[0].ServiceName, n.Routes[0].ServiceName = text("a/b"), text(""), text("a b")
		}, []string{
			`error core.ams service_name: "a/b" is not a service name`,
			`error entry.blog service_name: "" is not a service name`,
			`error route.blog_ams service_name: "a b" is not a service name`,
		}},
		{"settings", func(n *network.Network) {
			n.Cores[0].Settings = map[string]network.Text{"a/b": text("x"), "": text("x"), "ok": text("many\nlines"), "mtu": text(""), "nul": text("a\x00b"), "latin1": text("\xff"), "long": text(strings.Repeat("x", 1<<16+1))}
		}, []string{
			`error core.ams settings.latin1: The value of settings.latin1 is not text`,
			`error core.ams settings.long: The value of settings.long is too long`,
			"error core.ams settings.mtu: " + empty,
			`error core.ams settings.nul: The value of settings.nul is not text`,
			`error core.ams settings: "" can't be the name of a setting`,
			`error core.ams settings: "a/b" can't be the name of a setting`,
		}},
		{"names", func(n *network.Network) {
			n.Cores[0].Region, n.Cores[1].Region = text(""), text("a\u2028b")
			n.Users[0].Username, n.Users[1].Username = text(""), text("a\x1b[31mb")
			u := &n.Users[1]
			u.Devices = []network.Device{{Addr: u.Addr.DeviceOf(""), Core: to(core("waw"))}}
		}, []string{
			"error core.ams region: The region is empty",
			"error core.hel region: The region is not one line of text",
			"error user.alice username: The username is empty",
			`error user.bob username: The username is not one line of text`,
			`error user.bob.device[""] : The name of a device is empty`,
		}},
		{"rights and digests", func(n *network.Network) {
			n.Users[0].Access.Values, n.Users[1].HashTelegramID = []string{"Internet", "", "a/b", "ok"}, text("123456789")
			n.Users[0].HashTelegramID = text(strings.Repeat("AB", 32))
		}, []string{
			`error user.alice access: "" is not a right`,
			`error user.alice access: "Internet" is not a right`,
			`error user.alice access: "a/b" is not a right`,
			"error user.bob hash_telegram_id: hash_telegram_id is not an HMAC-SHA256",
		}},
		{"numbers", func(n *network.Network) {
			n.Users[0].ID, n.Users[1].ID, n.Cores[0].Number = number(0), number(1<<53), number(1<<64-1)
		}, []string{
			"error core.ams number: number is too large",
			"error user.alice id: A user's id can't be 0",
			"error user.bob id: id is too large",
		}},
		{"a part of a key is not secret", func(n *network.Network) {
			n.Cells[0].Domain.Sensitive, n.Cores[0].IP.Sensitive, n.Entries[0].IP.Sensitive = true, true, true
			n.Users[0].ID.Sensitive, n.Users[0].Devices[1].UUID.Sensitive, n.Users[0].Access.Sensitive = true, true, true
		}, []string{
			"error cell.eu domain: domain can't be sensitive here",
			"error core.ams ip: ip can't be sensitive here",
			"error entry.blog ip: ip can't be sensitive here",
			"error user.alice access: access can't be sensitive here",
			"error user.alice id: id can't be sensitive here",
			`error user.alice.device["phone"] uuid: uuid can't be sensitive here`,
		}},
	})
}

func TestNetworkBlock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, prefix, want string }{
		{"prod", "/sigilgate/", ""},
		{"prod", "sigil/eu", ""},
		{"prod", "/sigilformation/", ""},
		{"prod", "/", "The prefix is empty"},
		{"prod", "/sigilform/", `The prefix "/sigilform/" is sigilform's own`},
		{"prod", "sigilform", `The prefix "/sigilform/" is sigilform's own`},
		{"prod", "/sigilform/v1/prod/", `The prefix "/sigilform/v1/prod/" is sigilform's own`},
		{"prod", "/a//b/", `"/a//b/" can't be a prefix`},
		{"prod", "/a b/", `"/a b/" can't be a prefix`},
		{"prod", "/a\x00/", `"/a\x00/" can't be a prefix`},
		{"", "/a/", `"" can't be the name of a network`},
		{"a/b", "/a/", `"a/b" can't be the name of a network`},
		{"networks", "/a/", `"networks" can't be the name of a network`},
		{"refuse", "/a/", `"refuse" can't be the name of a network`},
	} {
		got := ""
		if found := check(&network.Network{Catalogue: schema.Network(), Name: c.name, Prefix: c.prefix}); len(found) > 0 {
			got = found[0].Summary
		}
		if got != c.want {
			t.Errorf("network %q below %q: %q, want %q", c.name, c.prefix, got, c.want)
		}
	}
	n := &network.Network{Catalogue: schema.Network(), Name: "n", MaxCoresPerEntry: -1}
	if found := check(n); len(found) != 1 || found[0].Attribute != "max_cores_per_entry" {
		t.Errorf("max_cores_per_entry = -1: %v", lines(found))
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	const salt, hash = "LLHxTID4Rdamv+mBoP1Lfg", "0snmxernwnj07MMNQEcfzpSfTrBOXnSBClocmkvx+1M"
	const tail = "$" + salt + "$" + hash
	const damaged = "The credential is a damaged argon2id hash"
	for value, want := range map[string]string{
		argon:                                   "",
		bcrypt:                                  "",
		"$argon2id$v=19$m=65536,t=3,p=4" + tail: "",
		"$argon2id$v=19$m=19455,t=2,p=1" + tail: "The credential's argon2id is too weak: m=19455 KiB and t=2",
		"$argon2id$v=19$m=1000000,t=1,p=1" + tail:               "The credential's argon2id is too weak: m=1000000 KiB and t=1",
		"$argon2id$v=16$m=19456,t=2,p=1" + tail:                 damaged,
		"$argon2id$v=19$m=19456,t=2" + tail:                     damaged,
		"$argon2id$v=19$t=2,m=19456,p=1" + tail:                 damaged,
		"$argon2id$v=19$m=+19456,t=2,p=1" + tail:                damaged,
		"$argon2id$v=19$m=019456,t=2,p=1" + tail:                damaged,
		"$argon2id$v=19$m=19456,t=2,p=0" + tail:                 damaged,
		"$argon2id$v=19$m=19456,t=2,p=9999" + tail:              damaged,
		"$argon2id$v=19$m=99999999999,t=2,p=1" + tail:           damaged,
		"$argon2id$v=19$m=99999999999999999999,t=2,p=1" + tail:  damaged,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt:                damaged,
		"$argon2id$v=19$m=19456,t=2,p=1" + tail + "=":           damaged,
		"$argon2id$v=19$m=19456,t=2,p=1" + tail + "\n":          damaged,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "\n$" + hash: damaged,
		"$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$" + hash:         damaged,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$c2FsdA":    damaged,
		"$argon2id$v=19$m=19456,t=2,p=1" + tail + "$x":          damaged,
		"$argon2i$v=19$m=19456,t=2,p=1" + tail:                  "The credential is another argon2 than argon2id",
		"$argon2d$v=19$m=19456,t=2,p=1" + tail:                  "The credential is another argon2 than argon2id",
		strings.Replace(bcrypt, "$10$", "$09$", 1):              "The credential's bcrypt cost is 09, and it must be at least 10",
		strings.Replace(bcrypt, "$10$", "$32$", 1):              "The credential's bcrypt cost is 32, and there is none above 31",
		strings.Replace(bcrypt, "$2b$", "$2a$", 1):              "",
		strings.Replace(bcrypt, "$2b$", "$2y$", 1):              "",
		strings.Replace(bcrypt, "$2b$", "$2x$", 1):              "The credential is a damaged bcrypt hash",
		bcrypt[:59]:                        "The credential is a damaged bcrypt hash",
		bcrypt + "\n":                      "The credential is a damaged bcrypt hash",
		"":                                 "The credential is not a password hash",
		"hunter2":                          "The credential is not a password hash",
		" " + argon:                        "The credential is not a password hash",
		"5f4dcc3b5aa765d61d8327deb882cf99": "The credential is not a password hash",
		"$6$salt$hash":                     "The credential is not a password hash",
	} {
		n := sound()
		n.Users[0].Credential = secret(value)
		found := check(n)
		got := ""
		if len(found) > 0 {
			got = found[0].Summary
			shownNowhere(t, found[0], value)
		}
		if got != want || len(found) > 1 {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

// shownNowhere looks for the value, and for what is secret in it.
func shownNowhere(t *testing.T, d diag.Diagnostic, value string) {
	t.Helper()
	all := d.Summary + "\n" + d.Detail + "\n" + d.Hint
	for part := range strings.SplitSeq(value, "$") {
		if len(part) > 6 && strings.Contains(all, part) && !strings.HasPrefix(part, "argon2") {
			t.Errorf("%q is shown:\n%s", part, all)
		}
	}
	if d.Severity != diag.Error || d.Address != "user.alice" || d.Attribute != "credential" || !strings.Contains(d.Hint, "sigilform hash") {
		t.Errorf("%+v", d)
	}
}

// TestEveryFindingIsComplete: a summary is one line without a full stop, a
// detail is sentences, and the address can be read.
func TestEveryFindingIsComplete(t *testing.T) {
	t.Parallel()
	n := sound()
	n.Cores[0].Status, n.Cores[0].ServiceName, n.Cores[1].IP, n.Cores[2].Domain = text("up"), text("a b"), text("x"), text("y")
	n.Entries[0].BoundTo, n.Routes[0].TLS.Port, n.Users[0].Credential = network.Ref{}, number(0), secret("x")
	n.Users[0].Devices[0].Core, n.Cores[0].Links = to(core("waw")), all(core("ams"))
	n.ACL.Users[0].Roles = []string{"nobody"}
	found := check(n)
	if len(found) < 10 {
		t.Fatalf("only %d findings", len(found))
	}
	for _, d := range found {
		_, err := addr.Parse(d.Address)
		if err != nil || d.Summary == "" || strings.HasSuffix(d.Summary, ".") || strings.Contains(d.Summary, "\n") {
			t.Errorf("%+v: %v", d, err)
		}
		for _, sentence := range []string{d.Detail, d.Hint} {
			if sentence != "" && !strings.HasSuffix(sentence, ".") && !strings.HasSuffix(d.Detail, "core.waw") {
				t.Errorf("no sentence: %q", sentence)
			}
		}
		if d.Detail == "" && d.Hint == "" {
			t.Errorf("%s: neither why nor what to do", d.Summary)
		}
	}
}
