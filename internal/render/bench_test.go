package render_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
)

// largePlan creates 40 Cores in a full mesh, 960 Entries and 1,200 routes.
func largePlan() *plan.Plan {
	p := &plan.Plan{Catalogue: schema.Network(), Tool: "test", Mode: plan.ModeApply, Network: "large", Prefix: "/sigilgate/", Objects: 2200, Intent: "4f1c2a9be0d43fa2c177"}
	field := func(name, value string) plan.FieldChange {
		return plan.FieldChange{Name: name, Action: plan.Create, Row: plan.RowCreate, New: &plan.Value{Text: value}}
	}
	ip := func(i int) string { return fmt.Sprintf("10.0.%d.%d", i/250, i%250+1) }
	for i := range 40 {
		c := plan.Change{Address: fmt.Sprintf("core.pool[%d]", i), Kind: addr.Core, ID: ip(i), Action: plan.Create}
		c.Fields = []plan.FieldChange{field("domain", fmt.Sprintf("c%d.example.net", i)), field("role", "core"), field("status", "active")}
		for j := range 40 {
			if i != j {
				member := field("links."+ip(j), "")
				member.Member = true
				c.Fields = append(c.Fields, member)
			}
		}
		p.Changes = append(p.Changes, c)
	}
	for i := range 960 {
		p.Changes = append(p.Changes, plan.Change{
			Address: fmt.Sprintf(`entry.pool["e%04d"]`, i), Kind: addr.Entry, ID: ip(i + 250), Action: plan.Create,
			Fields: []plan.FieldChange{field("bound_to", ip(i%40)), field("domain", fmt.Sprintf("e%d.example.net", i)), field("role", "entry"), field("status", "active")},
		})
	}
	for i := range 1200 {
		p.Changes = append(p.Changes, plan.Change{
			Address: fmt.Sprintf("route.r[%d]", i), Kind: addr.Route, ID: ip(250+i%960) + "/" + ip(i%40), Action: plan.Create,
			Fields: []plan.FieldChange{field("status", "active"), field("tls.sni", "www.example.net")},
		})
	}
	return p
}

func TestLargeSummaryIsShort(t *testing.T) {
	t.Parallel()
	text := rendered(t, func(w *bytes.Buffer) error { return render.Plan(w, largePlan(), render.Options{Summary: true}) })
	const want = `Plan for network large under /sigilgate/, serial 0 → 1, read at revision 0

         delete  update  create  state  drift
  core        ·       ·      40      ·      ·
  entry       ·       ·     960      ·      ·
  route       ·       ·   1,200      ·      ·
  all         ·       ·   2,200      ·      ·

  + core.pool[0–39] (40)   entry.pool[…] (960)   route.r[0–1199] (1,200)

Plan: 0 to delete, 0 to update, 2,200 to create. 0 objects in sync.
Intent digest 4f1c2a9be0d43fa2c177
`
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func BenchmarkPlan(b *testing.B) {
	p := largePlan()
	secrets := make([]string, 100)
	for i := range secrets {
		secrets[i] = fmt.Sprintf("$argon2id$v=19$m=19456,t=2,p=1$salt%d$hash", i)
	}
	for _, x := range []struct {
		name string
		o    render.Options
	}{
		{"text", render.Options{}},
		{"summary", render.Options{Summary: true}},
		{"json", render.Options{Format: render.JSON}},
		{"text with secrets", render.Options{Secrets: secrets}},
	} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				if err := render.Plan(io.Discard, p, x.o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
