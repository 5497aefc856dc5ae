package plan_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
)

// TestSoManyNamesAreGuarded: each of the names that one plan takes is kept from
// being taken by others, up to a limit; beyond it none of that kind is, and the
// others of the plan are.
func TestSoManyNamesAreGuarded(t *testing.T) {
	for _, n := range []int{1, keys.MostClaims, keys.MostClaims + 1} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			s := start(t)
			for i := range n {
				name := fmt.Sprintf("u%d", i)
				s.net.Users = append(s.net.Users, network.User{Addr: addr.New(addr.User, name, addr.NoKey), Username: named(name)})
			}
			s.net.Cores[0].Domain = named("x.example")
			users, domains := 0, 0
			for _, g := range s.plan().Guards {
				switch {
				case g.Kind != kv.Unheld:
				case strings.HasPrefix(g.Key, "/sigilgate/users/"):
					users++
				default:
					domains++
				}
			}
			want := n
			if n > keys.MostClaims {
				want = 0
			}
			if users != want || domains == 0 {
				t.Errorf("of %d names %d are guarded, and %d others", n, users, domains)
			}
		})
	}
}

// TestOnlySoManyAreListed: a conflict spells twenty references out, and counts the
// rest.
func TestOnlySoManyAreListed(t *testing.T) {
	for n, want := range map[int]string{20: "", 21: "\nand 1 more", 23: "\nand 3 more"} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			s := start(t)
			for i := range n {
				s.put(fmt.Sprintf("/sigilgate/users/%d/username", 100+i), fmt.Sprint("theirs", i))
				s.put(fmt.Sprintf("/sigilgate/users/%d/core_nodes/%s", 100+i, coreB), "")
			}
			s.net.Cores = s.net.Cores[:1]
			p := s.plan()
			if len(p.Conflicts) != 1 {
				t.Fatalf("%+v", p.Conflicts)
			}
			_, list, _ := strings.Cut(p.Conflicts[0].Detail, "\n")
			if got := strings.Count(list, coreB); got != 20 || !strings.HasSuffix(list, coreB+")"+want) {
				t.Errorf("%d of %d are listed:\n%s", got, n, list)
			}
		})
	}
}
