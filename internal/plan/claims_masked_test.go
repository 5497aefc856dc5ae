package plan_test

import (
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// TestUniqueAmongMaskedValues: what stands masked in a snapshot is compared with
// what is taken all the same, and is not shown: the plan is that of the network.
func TestUniqueAmongMaskedValues(t *testing.T) {
	t.Parallel()
	secret := func(value string) network.Text { return network.Text{Value: value, Named: true, Sensitive: true} }
	rows := map[string]struct {
		applied, want func(s *scenario)
		// says is what the conflict says, empty where there is none.
		says      string
		handovers int
	}{
		"kept by another": {
			func(s *scenario) { s.net.Cores[1].UUID = secret(someUUID) },
			func(s *scenario) { s.net.Cores[0].UUID, s.net.Cores[1].UUID = secret(someUUID), network.Text{} },
			"belongs to core " + coreB + " already", 0,
		},
		"kept by a device": {
			func(s *scenario) { s.net.Users[0].Devices[0].UUID = named(deviceUUID) },
			func(s *scenario) { s.net.Cores[0].UUID = secret(deviceUUID) },
			"belongs to a device of user 1 already", 0,
		},
		"kept by a node whose role is gone": {
			func(s *scenario) { s.net.Cores[1].UUID = secret(someUUID) },
			func(s *scenario) {
				s.net.Cores[0].UUID, s.net.Cores[1].UUID = secret(someUUID), network.Text{}
			},
			"belongs to node " + coreB + " already", 0,
		},
		"two users swap": {
			func(s *scenario) {
				s.net.Users[0].Username = secret("alice-the-first")
				s.net.Users = append(s.net.Users, network.User{Addr: addr.New(addr.User, "bob", addr.NoKey), Username: secret("bob-the-second")})
			},
			func(s *scenario) {
				s.net.Users[0].Username, s.net.Users[1].Username = s.net.Users[1].Username, s.net.Users[0].Username
			},
			"", 2,
		},
		"two swap": {
			func(s *scenario) { s.net.Cores[0].UUID, s.net.Cores[1].UUID = secret(someUUID), secret(otherUUID) },
			func(s *scenario) { s.net.Cores[0].UUID, s.net.Cores[1].UUID = secret(otherUUID), secret(someUUID) },
			"", 2,
		},
		"one takes what another gives up": {
			func(s *scenario) { s.net.Cores[0].UUID, s.net.Cores[1].UUID = secret(someUUID), secret(otherUUID) },
			func(s *scenario) {
				s.net.Cores[0].UUID, s.net.Cores[1].UUID = secret(otherUUID), secret("aba7b810-9dad-41d1-80b4-00c04fd430c8")
			},
			"", 1,
		},
		"a domain of an Entry in a Core's place": {
			func(s *scenario) { s.net.Entries[0].Domain = secret("shop.example.net") },
			func(s *scenario) {
				s.net.Cores[0].Domain, s.net.Entries[0].Domain = secret("shop.example.net"), secret("other.example.net")
			},
			"", 1,
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scenario{T: t, world: newWorld(), net: base()}
			row.applied(s)
			s.apply()
			if strings.Contains(name, "role is gone") {
				s.del("/sigilgate/nodes/" + coreB + "/role")
			}
			file := s.saved(t, s.net)
			row.want(s)
			online, offline := s.online(t, s.net), s.offline(t, file, s.net)
			requireSamePlan(t, online, offline)
			if len(offline.Handovers) != row.handovers {
				t.Fatalf("handed over are %+v", offline.Handovers)
			}
			if row.says == "" {
				if len(offline.Conflicts) > 0 {
					t.Fatalf("got %+v", offline.Conflicts)
				}
				return
			}
			if len(offline.Conflicts) != 1 || !strings.Contains(offline.Conflicts[0].Summary, row.says) {
				t.Fatalf("got %+v", offline.Conflicts)
			}
			if c := offline.Conflicts[0]; strings.Contains(c.Summary+c.Detail+c.Hint, someUUID) {
				t.Errorf("the secret is shown: %+v", c)
			}
		})
	}
}
