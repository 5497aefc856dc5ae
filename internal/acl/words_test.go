package acl_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/kv"
)

func words() acl.Words {
	names := map[string]string{"10.0.0.1": "core.ams", "10.0.0.2": "core.waw", "10.1.0.1": "entry.shop", "cell.example.net": "cell.main", "7": "user.alice"}
	return acl.Words{Layout: layout(), Own: own(), Name: func(id string) string { return names[id] }}
}

func phrases(grants []acl.Grant) string {
	found := words().Phrases(grants)
	out := make([]string, 0, len(found))
	for _, p := range found {
		out = append(out, p.Text)
	}
	return strings.Join(out, "\n")
}

// TestWords reads the roles of nodes aloud.
func TestWords(t *testing.T) {
	t.Parallel()
	n := town(2, 1)
	bind(n, 0, 0)
	route(n, 0, 0)
	set := compiled(t, n)
	role := func(id string) []acl.Grant {
		r, ok := set.Role(acl.RoleName("t", id))
		if !ok {
			t.Fatalf("there is no role %s", id)
		}
		return r.Grants
	}
	same(t, phrases(role("core/10.0.0.1")),
		"read the whole network", "write the counter of user ids",
		"write core_service_name, health, health_at and rotated_at of core.ams",
		"write health, health_at, status and status_at of entry.shop",
		"write rotated_at and service_name of the route of entry.shop to core.ams",
		"write all device routes", "write all users")
	same(t, phrases(role("entry/10.1.0.1")),
		"read core_service_name, domain, status and tls of core.ams", "read everything of entry.shop", "read all routes of entry.shop",
		"read all device routes", "read binding of entry.shop")
	same(t, phrases(role("drift")),
		"read the whole network", "read the list of networks", "read sigilform's head", "read sigilform's records of what was applied")
}

// TestWordsOfOddRanges names what nobody understands as it is.
func TestWordsOfOddRanges(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]kv.Range{
		"read everything of user.alice":                      kv.Below("/sigilgate/users/7/"),
		"read credential of user 9":                          {Key: "/sigilgate/users/9/credential"},
		"read everything of the route of entry.shop to 10.9": kv.Below("/sigilgate/paths/10.1.0.1/10.9/"),
		"read status of cell.main":                           {Key: "/sigilgate/cells/cell.example.net/status"},
		"read /sigilgate/settings/motd":                      {Key: "/sigilgate/settings/motd"},
		"read /other/*":                                      kv.Below("/other/"),
		`read ["/sigilgate/nodes", "/z")`:                    {Key: "/sigilgate/nodes", End: "/z"},
		"read /sigilgate/nodes*":                             kv.Below("/sigilgate/nodes"),
		"read core_ip of the route of device 5132":           {Key: "/sigilgate/routes/5132/core_ip"},
	} {
		if got := phrases([]acl.Grant{{Range: r, Access: kv.Read}}); got != want {
			t.Errorf("%v: got %q, want %q", r, got, want)
		}
	}
}

// TestChanged tells what is gained and lost, and nothing that another grant
// allows as well.
func TestChanged(t *testing.T) {
	t.Parallel()
	grant := func(access kv.Access, r kv.Range) acl.Grant { return acl.Grant{Range: r, Access: access} }
	status := kv.Range{Key: "/sigilgate/nodes/10.1.0.1/status"}
	got := words().Changed("core.ams",
		[]acl.Grant{grant(kv.Read, kv.Below("/sigilgate/nodes/")), grant(kv.Write, kv.Range{Key: "/sigilgate/nodes/10.0.0.2/health"})},
		[]acl.Grant{grant(kv.Read, kv.Below("/sigilgate/nodes/")), grant(kv.ReadWrite, status)})
	same(t, strings.Join(got, "\n"), "core.ams may now write status of entry.shop", "core.ams may no longer write health of core.waw")
	if same := words().Changed("x", []acl.Grant{grant(kv.Read, status)}, []acl.Grant{grant(kv.Read, kv.Below("/sigilgate/nodes/10.1.0.1/")), grant(kv.Read, status)}); len(same) != 1 {
		t.Errorf("got %q", same)
	}
}

// TestMatrixIsWhatCanSays holds over any topology that the counts of a matrix
// are those of asking one by one.
func TestMatrixIsWhatCanSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := drawn(t)
		a := compiled(t, n).Auth()
		kinds := acl.Kinds(n, layout(), own(), acl.Private{History: "/sigilform/v1/t/history/", Journal: "/sigilform/v1/t/journal/"})
		for _, row := range acl.Matrix(a, kinds) {
			for i, cell := range row.Cells {
				var want acl.Cell
				for _, r := range kinds[i].Ranges {
					want.Of++
					if acl.Can(a, row.User, kv.Read, r).Allowed {
						want.Read++
					}
					if acl.Can(a, row.User, kv.Write, r).Allowed {
						want.Write++
					}
				}
				if cell != want {
					t.Fatalf("%s and %s: %+v, asked one by one %+v", row.User, kinds[i].Name, cell, want)
				}
			}
		}
	})
}
