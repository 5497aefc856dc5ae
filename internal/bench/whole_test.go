package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/schema"
)

// theEngine is the engine as the program runs it.
func theEngine() *engine.Engine {
	return &engine.Engine{Catalogue: schema.Network(), Version: "bench", Command: "bench", Clock: time.Now, Random: rand.Reader}
}

// options plan the network of a size, written as one HCL file, on a server.
func options(tb testing.TB, server *etcdtest.Server, s nettest.Size) engine.PlanOptions {
	tb.Helper()
	dir := tb.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "network.hcl"), []byte(nettest.HCL(s)), 0o600); err != nil {
		tb.Fatal(err)
	}
	return engine.PlanOptions{
		Source:     engine.Source{Path: dir},
		Connection: engine.Connection{Endpoints: []string{server.Endpoint()}, Timeout: 30 * time.Second},
	}
}

func applyWhole(tb testing.TB, o engine.PlanOptions) *engine.Applied {
	tb.Helper()
	a, err := theEngine().Apply(tb.Context(), engine.ApplyOptions{
		PlanOptions: o, Review: func(context.Context, *engine.Planned) error { return nil },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// TestThousandNodesFromFiles is the whole way: HCL of 1,000 nodes with a block
// for each object, one transaction, and then nothing to do.
func TestThousandNodesFromFiles(t *testing.T) {
	t.Parallel()
	server := etcdtest.Start(t)
	before := server.Revision(t)
	o := options(t, server, nettest.Thousand())
	a := applyWhole(t, o)
	if a.Result.Revision != before+1 || server.Revision(t) != before+1 {
		t.Errorf("the apply took the cluster from revision %d to %d, want one transaction", before, server.Revision(t))
	}
	if again := applyWhole(t, o); again.Plan.HasChanges() || again.Plan.InSync != again.Plan.Objects {
		t.Errorf("the second plan has changes: %d of %d objects are in sync", again.Plan.InSync, again.Plan.Objects)
	}
	if got := server.Revision(t); got != before+1 {
		t.Errorf("the second apply moved the cluster to revision %d", got)
	}
}

// BenchmarkLoad measures reading, evaluating and checking the HCL of a network
// with a block for each object.
func BenchmarkLoad(b *testing.B) {
	for _, size := range sizes() {
		s := nettest.OfKeys(size)
		files := fstest.MapFS{"network.hcl": {Data: []byte(nettest.HCL(s))}}
		b.Run(fmt.Sprintf("keys=%d", size), func(b *testing.B) {
			for b.Loop() {
				if _, l := config.Load(b.Context(), config.Options{Catalogue: schema.Network(), FS: files}); l.HasErrors() {
					b.Fatal(l.Err())
				}
			}
			perKey(b, size)
		})
	}
}

// BenchmarkLoadForEach measures one block for all users, as one would write it:
// a for_each over a CSV file. It is evaluated once, so this too grows linearly.
func BenchmarkLoadForEach(b *testing.B) {
	for _, users := range []int{1_000, 10_000} {
		var csv strings.Builder
		csv.WriteString("name,id\n")
		for i := range users {
			fmt.Fprintf(&csv, "user%d,%d\n", i, i+1)
		}
		files := fstest.MapFS{"network.hcl": {Data: []byte(forEach)}, "users.csv": {Data: []byte(csv.String())}}
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			for b.Loop() {
				c, l := config.Load(b.Context(), config.Options{Catalogue: schema.Network(), FS: files})
				if l.HasErrors() {
					b.Fatal(l.Err())
				}
				if len(c.Network.Users) != users {
					b.Fatalf("loaded %d users", len(c.Network.Users))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(users), "ns/user")
		})
	}
}

const forEach = `
network "sized" {}

core "ams" { ip = "192.0.2.1" }

locals { people = { for p in csvdecode(file("users.csv")) : p.name => p } }

user "people" {
  for_each   = local.people
  id         = tonumber(each.value.id)
  core_nodes = [core.ams]

  device "phone" {
    core = core.ams
  }
}
`

// BenchmarkWhole measures what a user waits for: a plan without changes, from
// HCL files to the decision.
func BenchmarkWhole(b *testing.B) {
	for _, size := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("keys=%d", size), func(b *testing.B) {
			server := etcdtest.Start(b)
			o := options(b, server, nettest.OfKeys(size))
			applyWhole(b, o)
			for b.Loop() {
				p, err := theEngine().Plan(b.Context(), o)
				if err != nil {
					b.Fatal(err)
				}
				if p.Plan.HasChanges() {
					b.Fatal("the plan is not empty")
				}
			}
			perKey(b, size)
		})
	}
}
