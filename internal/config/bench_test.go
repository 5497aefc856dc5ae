package config

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sigilgate/sigilform/internal/schema"
)

// crowd is a configuration with n users from a CSV file, each with a device.
func crowd(n int) fstest.MapFS {
	var csv strings.Builder
	csv.WriteString("name,id,core\n")
	for i := range n {
		fmt.Fprintf(&csv, "user-%06d,%d,%s\n", i, i+1, []string{"a", "b"}[i%2])
	}
	return files(map[string]string{
		"users.csv": csv.String(),
		"network.hcl": `
network "n" {}
core "pool" {
  for_each = { a = 1, b = 2 }
  ip       = "192.0.2.${each.value}"
  domain   = "${each.key}.example.net"
}
locals { people = { for p in csvdecode(file("users.csv")) : p.name => p } }
user "people" {
  for_each   = local.people
  id         = each.value.id
  core_nodes = [core.pool[each.value.core]]
  access     = ["internet"]
  device "main" {
    uuid = uuidv5("dns", "${self.username}.example.net")
    core = core.pool[each.value.core]
  }
}
`,
	})
}

func files(texts map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range texts {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// BenchmarkLoad must take ten times as long for ten times the users.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("users=%d", n), func(b *testing.B) {
			fsys := crowd(n)
			for b.Loop() {
				c, found := Load(b.Context(), Options{Catalogue: schema.Network(), FS: fsys})
				if found.HasErrors() {
					b.Fatal(found.Err())
				}
				if len(c.Network.Users) != n {
					b.Fatalf("%d users, want %d", len(c.Network.Users), n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/user")
		})
	}
}
