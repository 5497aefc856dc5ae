package network_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

const (
	argon  = "$argon2id$v=19$m=19456,t=2,p=1$LLHxTID4Rdamv+mBoP1Lfg$0snmxernwnj07MMNQEcfzpSfTrBOXnSBClocmkvx+1M"
	bcrypt = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
	uuidA  = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
	uuidB  = "7ba7b810-9dad-41d1-80b4-00c04fd430c8"
)

func text(s string) network.Text       { return network.Text{Value: s, Named: true} }
func secret(s string) network.Text     { return network.Text{Value: s, Named: true, Sensitive: true} }
func number(n uint64) network.Number   { return network.Number{Value: n, Named: true} }
func to(a addr.Addr) network.Ref       { return network.Ref{To: a, Named: true} }
func all(a ...addr.Addr) network.Refs  { return network.Refs{To: a, Named: true} }
func core(name string) addr.Addr       { return addr.New(addr.Core, name, addr.NoKey) }
func entry(name string) addr.Addr      { return addr.New(addr.Entry, name, addr.NoKey) }
func userNamed(name string) addr.Addr  { return addr.New(addr.User, name, addr.NoKey) }
func routeNamed(name string) addr.Addr { return addr.New(addr.Route, name, addr.NoKey) }

// sound is a network in which nothing is wrong: three Cores in a full mesh,
// two Entries, three routes, two users, and an ACL.
func sound() *network.Network {
	cell := addr.New(addr.Cell, "eu", addr.NoKey)
	n := &network.Network{Catalogue: schema.Network(), Name: "prod"}
	n.Cells = []network.Cell{{Addr: cell, Domain: text("eu.example.net")}}
	for i, name := range []string{"ams", "hel", "waw"} {
		n.Cores = append(n.Cores, network.Core{
			Node: network.Node{
				Addr: core(name), IP: text(fmt.Sprintf("192.0.2.%d", i+1)), Domain: text(name + ".example.net"), Region: text("nl"),
				Settings: map[string]network.Text{"mtu": text("1400")},
				TLS:      network.TLS{SNI: text("www.example.net"), Fingerprint: text("chrome"), ALPN: network.Words{Values: []string{"h2", "http/1.1"}, Named: true}, MinVersion: text("1.3"), Port: number(443)},
			},
			Cell: to(cell), Number: number(uint64(i + 1)),
			Member: &network.Member{Name: name, PeerURL: fmt.Sprintf("https://192.0.2.%d:2380", i+1), ClientURL: fmt.Sprintf("https://192.0.2.%d:2379", i+1)},
		})
	}
	n.Cores[0].UUID = text(uuidA)
	n.Cores[0].ServiceName = text("api.v2.rpc.0123456789abcdef")
	n.Entries = []network.Entry{
		{Node: network.Node{Addr: entry("blog"), IP: text("2001:db8::1"), Domain: text("blog.example.net")}, BoundTo: to(core("ams"))},
		{Node: network.Node{Addr: entry("shop"), IP: text("198.51.100.1"), Domain: text("shop.example.net")}, BoundTo: to(core("waw"))},
	}
	for _, pair := range [][2]string{{"blog", "ams"}, {"blog", "hel"}, {"shop", "hel"}} {
		n.Routes = append(n.Routes, network.Route{Addr: routeNamed(pair[0] + "_" + pair[1]), Entry: to(entry(pair[0])), Core: to(core(pair[1]))})
	}
	alice := userNamed("alice")
	n.Users = []network.User{
		{
			Addr: alice, ID: number(7), Credential: secret(argon), HashTelegramID: text(strings.Repeat("ab", 32)),
			CoreNodes: all(core("ams"), core("hel")), Access: network.Words{Values: []string{"internet", "a_b-1"}, Named: true},
			Devices: []network.Device{
				{Addr: alice.DeviceOf("laptop"), Name: "laptop", Core: to(core("hel"))},
				{Addr: alice.DeviceOf("phone"), Name: "phone", UUID: text(uuidB), Core: to(core("ams"))},
			},
		},
		{Addr: userNamed("bob"), Username: text("robert"), Credential: secret(bcrypt), CoreNodes: all(core("waw"))},
	}
	n.ACL = network.ACL{
		Declared: true, Addr: addr.New(addr.ACL, "", addr.NoKey), Auth: "cert",
		Roles: []network.ACLRole{{Addr: addr.New(addr.ACLRole, "support", addr.NoKey), Name: "support", Grants: []network.Grant{
			{Access: "read", On: []network.Target{{Collection: "nodes"}, {Key: "users/"}, {Object: entry("shop"), Field: "status"}, {Object: alice}, {Object: alice.DeviceOf("phone")}}},
		}}},
		Users: []network.ACLUser{
			{Addr: addr.New(addr.ACLUser, "ams", addr.NoKey), Name: "ams", Core: to(core("ams")), Roles: []string{"core"}},
			{Addr: addr.New(addr.ACLUser, "dana", addr.NoKey), Name: "dana", Person: "dana@example.net", Roles: []string{"support", "planner"}},
			{Addr: addr.New(addr.ACLUser, "shop", addr.NoKey), Name: "shop", Entry: to(entry("shop")), Roles: []string{"entry"}},
		},
	}
	return n
}

// check normalises and validates.
func check(n *network.Network) diag.List {
	found := n.Normalize()
	return append(found, n.Validate()...)
}

// lines are diagnostics as short lines: severity, address, attribute, summary,
// and the other places.
func lines(l diag.List) []string {
	out := make([]string, 0, len(l))
	for _, d := range l {
		line := []string{fmt.Sprintf("%s %s %s: %s", d.Severity, d.Address, d.Attribute, d.Summary)}
		for _, p := range d.Related {
			line = append(line, fmt.Sprintf("%s %s: %s", p.Address, p.Attribute, p.Message))
		}
		out = append(out, strings.Join(line, " | "))
	}
	slices.Sort(out)
	return out
}

func TestSoundNetwork(t *testing.T) {
	t.Parallel()
	if got := lines(check(sound())); len(got) > 0 {
		t.Errorf("findings in a network in which nothing is wrong:\n%s", strings.Join(got, "\n"))
	}
	empty := &network.Network{Catalogue: schema.Network(), Name: "empty"}
	if got := lines(check(empty)); len(got) > 0 {
		t.Errorf("findings in an empty network:\n%s", strings.Join(got, "\n"))
	}
}
