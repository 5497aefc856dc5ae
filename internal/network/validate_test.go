package network_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
)

// fault is one thing that is wrong in an otherwise sound network.
type fault struct {
	name  string
	spoil func(n *network.Network)
	want  []string
}

func run(t *testing.T, faults []fault) {
	t.Helper()
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			n := sound()
			f.spoil(n)
			found := check(n)
			got := lines(found)
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(f.want, got); diff != "" {
				t.Error(diff)
			}
			complete(t, found)
		})
	}
}

// complete holds each finding to what an error must say: where, what in one
// line, and why or what to do. So are the places of the other side.
func complete(t *testing.T, found diag.List) {
	t.Helper()
	for _, d := range found {
		if _, err := addr.Parse(d.Address); err != nil && !strings.Contains(d.Address, `""`) {
			t.Errorf("%s: %v", d.Summary, err)
		}
		if d.Summary == "" || strings.ContainsAny(d.Summary, "\n\x00") || strings.HasSuffix(d.Summary, ".") {
			t.Errorf("no summary: %q", d.Summary)
		}
		if d.Detail == "" && d.Hint == "" {
			t.Errorf("%s: neither why nor what to do", d.Summary)
		}
		for _, p := range d.Related {
			if _, err := addr.Parse(p.Address); err != nil || p.Message == "" {
				t.Errorf("%s: related %+v: %v", d.Summary, p, err)
			}
		}
	}
}

func TestIdentitiesAreUnique(t *testing.T) {
	t.Parallel()
	run(t, []fault{
		{"IP of two Cores, in other words", func(n *network.Network) { n.Cores[0].IP, n.Cores[2].IP = text("2001:db8::5"), text("2001:0DB8:0::5") }, []string{
			"error core.waw ip: Two nodes have the IP 2001:db8::5 | core.ams ip: first given here",
		}},
		{"IP of a Core and an Entry", func(n *network.Network) { n.Entries[1].IP = text("192.0.2.1") }, []string{
			"error entry.shop ip: Two nodes have the IP 192.0.2.1 | core.ams ip: first given here",
		}},
		{"IP of three", func(n *network.Network) { n.Entries[0].IP, n.Entries[1].IP = text("192.0.2.1"), text("192.0.2.1") }, []string{
			"error entry.blog ip: Two nodes have the IP 192.0.2.1 | core.ams ip: first given here",
			"error entry.shop ip: Two nodes have the IP 192.0.2.1 | core.ams ip: first given here",
		}},
		{"domain of a Core and an Entry", func(n *network.Network) { n.Entries[1].Domain = text("AMS.example.net.") }, []string{
			"error entry.shop domain: Two nodes have the domain ams.example.net | core.ams domain: first given here",
		}},
		{"domain of two cells", func(n *network.Network) {
			n.Cells = append(n.Cells, network.Cell{Addr: addr.New(addr.Cell, "two", addr.NoKey), Domain: text("EU.example.net")})
		}, []string{"error cell.two domain: Two cells have the domain eu.example.net | cell.eu domain: first given here"}},
		{"UUID of a Core and a device", func(n *network.Network) { n.Users[0].Devices[0].UUID = text(strings.ToUpper(uuidA)) }, []string{
			`error user.alice.device["laptop"] uuid: Two objects have the UUID ` + uuidA + ` | core.ams uuid: first given here`,
		}},
		{"UUID of two devices", func(n *network.Network) { n.Users[0].Devices[0].UUID = text(uuidB) }, []string{
			`error user.alice.device["phone"] uuid: Two objects have the UUID ` + uuidB + ` | user.alice.device["laptop"] uuid: first given here`,
		}},
		{"username by default", func(n *network.Network) { n.Users[1].Username = text("alice") }, []string{
			"error user.bob username: Two users have the username alice | user.alice username: first given here",
		}},
		{"user id", func(n *network.Network) { n.Users[1].ID = number(7) }, []string{
			"error user.bob id: Two users have the id 7 | user.alice id: first given here",
		}},
		{"number in a cell", func(n *network.Network) { n.Cores[2].Number = number(1) }, []string{
			"error core.waw number: Two Cores have the number 1 in the cell eu.example.net | core.ams number: first given here",
		}},
		{"number in two cells", func(n *network.Network) {
			two := addr.New(addr.Cell, "two", addr.NoKey)
			n.Cells = append(n.Cells, network.Cell{Addr: two, Domain: text("two.example.net")})
			n.Cores[2].Number, n.Cores[2].Cell = number(1), to(two)
		}, nil},
		{"route pair", func(n *network.Network) {
			n.Routes = append(n.Routes, network.Route{Addr: routeNamed("zz"), Entry: to(entry("shop")), Core: to(core("hel"))})
		}, []string{"error route.zz core: Two routes lead from entry.shop to core.hel | route.shop_hel core: first given here"}},
		{"device name", func(n *network.Network) {
			u := &n.Users[1]
			u.Devices = []network.Device{{Addr: u.Addr.DeviceOf("a"), Name: "a", Core: to(core("waw"))}, {Addr: u.Addr.DeviceOf("a"), Name: "a", Core: to(core("waw"))}}
		}, []string{`error user.bob.device["a"] : Two devices of one user have the name a | user.bob.device["a"] : first given here`}},
	})
}

func TestReferences(t *testing.T) {
	t.Parallel()
	ghost := core("ghost")
	run(t, []fault{
		{"dangling everywhere", func(n *network.Network) {
			n.Cores[0].Cell, n.Cores[0].Number = to(addr.New(addr.Cell, "ghost", addr.NoKey)), network.Number{}
			n.Cores[0].Links, n.Cores[1].Links = all(core("hel"), core("waw"), ghost), all(core("waw"))
			n.Entries[0].BoundTo, n.Routes[0].Core, n.Routes[0].Entry = to(ghost), to(ghost), to(entry("ghost"))
			n.Users[1].CoreNodes = all(core("waw"), ghost)
			n.Users[0].Devices[0].Core = to(ghost)
			n.ACL.Users[0].Core, n.ACL.Users[2].Entry = to(ghost), to(entry("ghost"))
		}, []string{
			"error acl_user.ams core: There is no core.ghost",
			"error acl_user.shop entry: There is no entry.ghost",
			"error core.ams cell: There is no cell.ghost",
			"error core.ams links: There is no core.ghost",
			"error entry.blog bound_to: There is no core.ghost",
			"error route.blog_ams core: There is no core.ghost",
			"error route.blog_ams entry: There is no entry.ghost",
			`error user.alice.device["laptop"] core: There is no core.ghost`,
			"error user.bob core_nodes: There is no core.ghost",
		}},
		{"the wrong kind", func(n *network.Network) { n.Entries[0].BoundTo = to(entry("shop")) }, []string{
			"error entry.blog bound_to: entry.shop is not of kind core",
		}},
		{"a route the wrong way round", func(n *network.Network) {
			n.Routes[0].Entry, n.Routes[0].Core = n.Routes[0].Core, n.Routes[0].Entry
		}, []string{"error route.blog_ams core: entry.blog is not of kind core", "error route.blog_ams entry: core.ams is not of kind entry"}},
		{"an active Entry without a Core", func(n *network.Network) { n.Entries[0].BoundTo = network.Ref{} }, []string{
			"error entry.blog bound_to: The active entry.blog is bound to no Core",
		}},
		{"others without a Core", func(n *network.Network) {
			n.Entries[0].BoundTo, n.Entries[1].BoundTo = network.Ref{}, network.Ref{}
			n.Entries[0].Status, n.Entries[1].Status = text("archived"), text("inactive")
			n.Routes[0].Status, n.Routes[1].Status = text("inactive"), text("archived")
		}, nil},
		{"bound to an archived Core", func(n *network.Network) {
			n.Cores[0].Status, n.Routes[0].Status, n.Users[0].Devices[1].Status = text("archived"), text("archived"), text("archived")
		}, []string{
			"error entry.blog bound_to: The active entry.blog is bound to the archived core.ams | core.ams status: archived here",
		}},
		{"an archived Entry keeps its binding", func(n *network.Network) {
			n.Cores[0].Status, n.Routes[0].Status, n.Users[0].Devices[1].Status = text("archived"), text("archived"), text("archived")
			n.Entries[0].Status, n.Routes[1].Status = text("archived"), text("archived")
		}, nil},
		{"an active route to archived ends", func(n *network.Network) {
			n.Cores[1].Status, n.Entries[0].Status = text("archived"), text("archived")
			n.Users[0].Devices[0].Status, n.Routes[2].Status = text("archived"), text("inactive")
		}, []string{
			"error route.blog_ams entry: The active route.blog_ams ends at the archived entry.blog | entry.blog status: archived here",
			"error route.blog_hel core: The active route.blog_hel ends at the archived core.hel | core.hel status: archived here",
			"error route.blog_hel entry: The active route.blog_hel ends at the archived entry.blog | entry.blog status: archived here",
		}},
		{"an active route to inactive ends", func(n *network.Network) { n.Entries[0].Status = text("inactive") }, nil},
		{"a device at a Core of others", func(n *network.Network) { n.Users[0].Devices[0].Core = to(core("waw")) }, []string{
			`error user.alice.device["laptop"] core: user.alice.device["laptop"] is at core.waw, which is none of its user's Cores | user.alice core_nodes: the user's Cores`,
		}},
		{"a device whose user has no Cores", func(n *network.Network) {
			n.Users[0].CoreNodes, n.Users[0].Devices = network.Refs{}, n.Users[0].Devices[1:]
		}, []string{
			`error user.alice.device["phone"] core: user.alice.device["phone"] is at core.ams, which is none of its user's Cores | user.alice core_nodes: the user's Cores`,
		}},
		{"an active device at an inactive Core", func(n *network.Network) { n.Cores[1].Status = text("inactive") }, []string{
			`error user.alice.device["laptop"] core: The active user.alice.device["laptop"] is at core.hel, which is not active | core.hel status: not active here`,
		}},
		{"an archived device at an inactive Core", func(n *network.Network) {
			n.Cores[1].Status, n.Users[0].Devices[0].Status = text("inactive"), text("archived")
		}, nil},
		{"an archived device without a Core", func(n *network.Network) {
			n.Users[0].Devices[0].Core, n.Users[0].Devices[0].Status = network.Ref{}, text("archived")
		}, nil},
	})
}

func TestLeastConnectivity(t *testing.T) {
	t.Parallel()
	more := func(n *network.Network, status string) {
		for i := range 2 {
			c := n.Cores[1]
			c.Addr, c.IP, c.Domain = core(fmt.Sprintf("x%d", i)), text(fmt.Sprintf("192.0.2.10%d", i)), network.Text{}
			c.Number, c.Member = network.Number{}, nil
			n.Cores = append(n.Cores, c)
			n.Routes = append(n.Routes, network.Route{Addr: routeNamed(c.Addr.Name), Entry: to(entry("shop")), Core: to(c.Addr), Status: text(status)})
		}
	}
	run(t, []fault{
		{"four Cores, one by its binding", func(n *network.Network) { more(n, "inactive") }, []string{
			"error entry.shop : entry.shop knows 4 Cores, and at most 3 are allowed" +
				" | route.shop_hel core: knows core.hel | route.x0 core: knows core.x0 | route.x1 core: knows core.x1",
		}},
		{"archived routes don't count", func(n *network.Network) { more(n, "archived") }, nil},
		{"four are allowed", func(n *network.Network) { more(n, "active"); n.MaxCoresPerEntry = 4 }, nil},
		{"the binding counts once", func(n *network.Network) { n.MaxCoresPerEntry = 2 }, nil},
		{"one is allowed", func(n *network.Network) { n.MaxCoresPerEntry = 1 }, []string{
			"error entry.blog : entry.blog knows 2 Cores, and at most 1 are allowed | route.blog_ams core: knows core.ams | route.blog_hel core: knows core.hel",
			"error entry.shop : entry.shop knows 2 Cores, and at most 1 are allowed | route.shop_hel core: knows core.hel",
		}},
	})
}

func TestMembers(t *testing.T) {
	t.Parallel()
	keep := func(names ...int) func(n *network.Network) {
		return func(n *network.Network) {
			for i := range n.Cores {
				n.Cores[i].Member = nil
			}
			for _, i := range names {
				name := n.Cores[i].Addr.Name
				n.Cores[i].Member = &network.Member{Name: name, PeerURL: "https://" + name + ".example.net:2380", ClientURL: "https://" + name + ".example.net:2379"}
			}
		}
	}
	run(t, []fault{
		{"two", keep(0, 1), []string{"warning core.hel etcd: The cluster has 2 members, an even number"}},
		{"one", keep(0), []string{"warning core.ams etcd: The cluster has only 1 member"}},
		{"none: a cluster of its own", keep(), nil},
		{"one, of one Core", func(n *network.Network) {
			keep(0)(n)
			n.Cores, n.Entries, n.Routes, n.Users, n.ACL = n.Cores[:1], nil, nil, nil, network.ACL{}
		}, nil},
		{"the same twice", func(n *network.Network) { m := *n.Cores[0].Member; n.Cores[1].Member = &m }, []string{
			"error core.hel etcd.client_url: Two etcd members have one client URL https://192.0.2.1:2379 | core.ams etcd.client_url: first given here",
			"error core.hel etcd.name: Two etcd members have the name ams | core.ams etcd.name: first given here",
			"error core.hel etcd.peer_url: Two etcd members have one peer URL https://192.0.2.1:2380 | core.ams etcd.peer_url: first given here",
		}},
		{"malformed", func(n *network.Network) {
			n.Cores[0].Member = &network.Member{Name: "a=b,c", PeerURL: "https://192.0.2.1:2380/members?x=1", ClientURL: "192.0.2.1:2379"}
			n.Cores[1].Member = &network.Member{Name: "hel", PeerURL: "ftp://192.0.2.2", ClientURL: "https://u:p@192.0.2.2:2379"}
			n.Cores[2].Member = &network.Member{Name: "waw", PeerURL: "https://[2001:db8::1]:2380/", ClientURL: "https://:2379"}
		}, []string{
			"error core.ams etcd.client_url: etcd.client_url is not the URL of an etcd member",
			"error core.ams etcd.name: The etcd member name is not well formed",
			"error core.ams etcd.peer_url: etcd.peer_url is not the URL of an etcd member",
			"error core.hel etcd.client_url: etcd.client_url is not the URL of an etcd member",
			"error core.hel etcd.peer_url: etcd.peer_url is not the URL of an etcd member",
			"error core.waw etcd.client_url: etcd.client_url is not the URL of an etcd member",
		}},
	})
	for n, want := range []int{0, 0, 0, 1, 1, 2, 2, 3} {
		if got := network.Tolerance(n); got != want {
			t.Errorf("%d members survive %d failures, want %d", n, got, want)
		}
	}
}

func TestACL(t *testing.T) {
	t.Parallel()
	grant := func(targets ...network.Target) func(n *network.Network) {
		return func(n *network.Network) {
			n.ACL.Roles[0].Grants = []network.Grant{{Access: "write", On: targets}}
		}
	}
	run(t, []fault{
		{"keys below the prefix", grant(network.Target{Key: "routes/"}, network.Target{Key: "nodes/192.0.2.1/status"}, network.Target{Key: "a..b"}, network.Target{Collection: "network"}), nil},
		{"keys elsewhere", grant(network.Target{Key: "/sigilform/v1/"}, network.Target{Key: "../sigilform/"}, network.Target{Key: ""}, network.Target{Key: "/"}, network.Target{Key: "a//b"}, network.Target{Key: "a\nb"}), []string{
			`error acl_role.support grant.on: "" is not a key below the network's prefix`,
			`error acl_role.support grant.on: "../sigilform/" is not a key below the network's prefix`,
			`error acl_role.support grant.on: "/" is not a key below the network's prefix`,
			`error acl_role.support grant.on: "/sigilform/v1/" is not a key below the network's prefix`,
			`error acl_role.support grant.on: "a//b" is not a key below the network's prefix`,
			`error acl_role.support grant.on: "a\nb" is not a key below the network's prefix`,
		}},
		{"what is not there", grant(network.Target{Object: core("ghost")}, network.Target{Collection: "everything"}), []string{
			`error acl_role.support grant.on: "everything" is not a collection`,
			"error acl_role.support grant.on: There is no core.ghost",
		}},
		{"an empty grant", func(n *network.Network) { n.ACL.Roles[0].Grants = []network.Grant{{Access: "execute"}} }, []string{
			`error acl_role.support grant.access: "execute" is not a kind of access`,
			"error acl_role.support grant.on: The grant covers nothing",
		}},
		{"roles", func(n *network.Network) {
			n.ACL.Users[0].Roles, n.ACL.Users[1].Roles, n.ACL.Users[2].Roles = []string{"core", "planner"}, nil, []string{"helper"}
			n.ACL.Auth = "magic"
		}, []string{
			`error acl auth: "magic" is not a way to authenticate`,
			`error acl_user.ams roles: A node can't have the role "planner"`,
			"error acl_user.dana roles: acl_user.dana has no role",
			`error acl_user.shop roles: There is no role "helper"`,
		}},
		{"names", func(n *network.Network) {
			n.ACL.Roles = append(n.ACL.Roles, network.ACLRole{Addr: addr.New(addr.ACLRole, "x", addr.StringKey("support")), Name: "support"})
			n.ACL.Roles = append(n.ACL.Roles, network.ACLRole{Addr: addr.New(addr.ACLRole, "root", addr.NoKey), Name: "root"})
			n.ACL.Users[2].Name = "ams"
			n.ACL.Users[1].Name = ""
		}, []string{
			`error acl_role.root : The role "root" is built in`,
			`error acl_role.x["support"] : Two roles have the name support | acl_role.support : first given here`,
			"error acl_user.dana : The name of an ACL user is empty",
			"error acl_user.shop : Two ACL users have the name ams | acl_user.ams : first given here",
		}},
		{"no prefixes", grant(network.Target{Key: "nodes"}, network.Target{Key: "paths/*"}), []string{
			`error acl_role.support grant.on: "nodes" is not a key`,
			`error acl_role.support grant.on: "paths/*" is not a key`,
		}},
		{"roles of no node", func(n *network.Network) {
			n.ACL.Users[0].Roles, n.ACL.Users[1].Roles = []string{"entry"}, []string{"core"}
		}, []string{
			`error acl_user.ams roles: acl_user.ams has the role "entry" of no node`,
			`error acl_user.dana roles: acl_user.dana has the role "core" of no node`,
		}},
		{"names of users", func(n *network.Network) {
			n.ACL.Users[0].Name, n.ACL.Users[1].Name = "sigilform-rescue", "root"
			n.ACL.Users[2].Name = strings.Repeat("x", 65)
		}, []string{
			`error acl_user.ams : The user "sigilform-rescue" is sigilform's own`,
			"error acl_user.dana roles: The user root lacks the role root",
			"error acl_user.shop : acl_user.shop has a name that no certificate can have",
		}},
		{"passwords of certificates", func(n *network.Network) { n.ACL.Users[0].PasswordEnv, n.ACL.Users[1].PasswordFile = "A", "b" }, []string{
			"error acl_user.ams : acl_user.ams has a password, and users are known by their certificates",
			"error acl_user.dana : acl_user.dana has a password, and users are known by their certificates",
		}},
		{"places of passwords", func(n *network.Network) {
			n.ACL.Auth = "password"
			n.ACL.Users[0].PasswordEnv, n.ACL.Users[1].PasswordEnv = "not-a-name", "A"
			n.ACL.Users[1].PasswordFile = "b"
			n.ACL.Users[2].PasswordEnv = "A"
		}, []string{
			`error acl_user.ams password_env: "not-a-name" is not the name of an environment variable`,
			"error acl_user.dana password_file: acl_user.dana has its password in two places",
			"error acl_user.shop password_env: Two ACL users have their passwords in A | acl_user.dana password_env: first given here",
		}},
		{"two subjects", func(n *network.Network) { n.ACL.Users[0].Person = "x" }, []string{
			"error acl_user.ams : acl_user.ams is more than one subject",
		}},
	})
}
