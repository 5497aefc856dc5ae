package network_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/network"
)

// TestBoundaries: the last value that is accepted, and the first that is not.
func TestBoundaries(t *testing.T) {
	t.Parallel()
	domain := func(n int) network.Text { // n bytes in labels of at most 63
		return text(strings.Repeat("a", n-192) + strings.Repeat("."+strings.Repeat("b", 63), 3))
	}
	run(t, []fault{
		{"the longest texts", func(n *network.Network) {
			n.Cores[0].Region, n.Users[1].Username = text(strings.Repeat("x", 256)), text(strings.Repeat("y", 256))
			n.Cores[0].Settings = map[string]network.Text{strings.Repeat("n", 128): text(strings.Repeat("x", 64*1024))}
			n.Cores[0].ServiceName, n.Cores[0].Domain = text(strings.Repeat("s", 255)), domain(253)
			n.Users[0].Access.Values = []string{strings.Repeat("r", 128)}
			n.Cores[0].TLS.ALPN.Values = []string{strings.Repeat("p", 255)}
		}, nil},
		{"one byte more", func(n *network.Network) {
			n.Cores[0].Region, n.Users[1].Username = text(strings.Repeat("x", 257)), text(strings.Repeat("y", 257))
			n.Cores[0].Domain = domain(254)
			n.Users[0].Access.Values = []string{strings.Repeat("r", 129)}
		}, []string{
			`error core.ams domain: "` + strings.Repeat("a", 60) + `…" is not a domain name`,
			"error core.ams region: The region is too long",
			`error user.alice access: "` + strings.Repeat("r", 60) + `…" is not a right`,
			"error user.bob username: The username is too long",
		}},
		{"the largest numbers", func(n *network.Network) {
			n.Cores[0].Number, n.Users[0].ID = number(1<<53-1), number(1<<53-1)
			n.Cores[0].TLS.Port, n.Cores[1].TLS.Port = number(1), number(65535)
		}, nil},
	})
}

// TestCredentialBoundaries: each cost, and each length, at its limit and
// beyond it.
func TestCredentialBoundaries(t *testing.T) {
	t.Parallel()
	const (
		damaged   = "The credential is a damaged argon2id hash"
		salt8     = "c2FsdHNhbHQ"
		salt7     = "c2FsdHNhbA"
		hash16    = "MDEyMzQ1Njc4OWFiY2RlZg"
		hash15    = "MDEyMzQ1Njc4OWFiY2Rl"
		maxUint32 = 1<<32 - 1
	)
	argon2 := func(m, t, p uint64, salt, hash string) string {
		return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", m, t, p, salt, hash)
	}
	for _, c := range []struct{ value, want string }{
		{argon2(19456, 2, 1, salt8, hash16), ""},
		{argon2(19456, 2, 1, salt7, hash16), damaged},
		{argon2(19456, 2, 1, salt8, hash15), damaged},
		{argon2(19456, 2, 19456/8, salt8, hash16), ""},
		{argon2(19456, 2, 19456/8+1, salt8, hash16), damaged},
		{argon2(maxUint32, maxUint32, 1<<24-1, salt8, hash16), ""},
		{argon2(maxUint32, 2, 1<<24, salt8, hash16), damaged},
		{argon2(maxUint32+1, 2, 1, salt8, hash16), damaged},
		{argon2(19456, maxUint32+1, 1, salt8, hash16), damaged},
		{strings.Replace(bcrypt, "$10$", "$31$", 1), ""},
	} {
		n := sound()
		n.Users[0].Credential = secret(c.value)
		got := ""
		if found := check(n); len(found) > 0 {
			got = found[0].Summary
			shownNowhere(t, found[0], c.value)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.value, got, c.want)
		}
	}
}

// TestStatusBoundaries: what each status of either end allows.
func TestStatusBoundaries(t *testing.T) {
	t.Parallel()
	run(t, []fault{
		{"an inactive Entry may stay bound to an archived Core", func(n *network.Network) {
			n.Cores[0].Status, n.Routes[0].Status, n.Users[0].Devices[1].Status = text("archived"), text("archived"), text("archived")
			n.Entries[0].Status = text("inactive")
		}, nil},
		{"an archived route ends where it will", func(n *network.Network) {
			n.Cores[1].Status, n.Users[0].Devices[0].Status = text("archived"), text("archived")
			n.Routes[1].Status, n.Routes[2].Status = text("archived"), text("archived")
		}, nil},
		{"an active device at an archived Core", func(n *network.Network) {
			n.Cores[1].Status, n.Routes[1].Status, n.Routes[2].Status = text("archived"), text("archived"), text("archived")
		}, []string{
			`error user.alice.device["laptop"] core: The active user.alice.device["laptop"] is at core.hel, which is not active | core.hel status: not active here`,
		}},
		{"archived Cores don't make a lone member too few", func(n *network.Network) {
			n.Cores[1].Member, n.Cores[2].Member = nil, nil
			n.Cores[1].Status, n.Cores[2].Status = text("archived"), text("archived")
			n.Entries, n.Routes, n.Users, n.ACL = nil, nil, nil, network.ACL{}
		}, nil},
		{"a member and one more Core", func(n *network.Network) {
			n.Cores[1].Member, n.Cores[2].Member, n.Cores[2].Status = nil, nil, text("archived")
			n.Entries, n.Routes, n.Users, n.ACL = nil, nil, nil, network.ACL{}
		}, []string{"warning core.ams etcd: The cluster has only 1 member"}},
	})
}

// TestNobodyElseReachesOurKeys: neither by a role of a node nor by a grant.
func TestNobodyElseReachesOurKeys(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"root", "planner", "drift"} {
		n := sound()
		n.ACL.Users[0].Roles, n.ACL.Users[2].Roles = []string{role}, []string{role}
		want := fmt.Sprintf("A node can't have the role %q", role)
		found := check(n)
		if len(found) != 2 || found[0].Summary != want || found[1].Summary != want {
			t.Errorf("nodes with the role %s: %v", role, lines(found))
		}
	}
	for size, want := range map[int]int{256: 0, 257: 1} {
		n := sound()
		n.ACL.Roles[0].Grants = []network.Grant{{Access: "read", On: []network.Target{{Key: strings.Repeat("k", size)}}}}
		if found := check(n); len(found) != want {
			t.Errorf("a key of %d bytes in a grant: %v", size, lines(found))
		}
	}
}
