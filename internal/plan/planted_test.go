package plan_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/snapshot"
)

// planted is a mark of which a file or an output may hold no part.
var planted = regexp.MustCompile(`PLANTED|31337`)

// secretive is a network with a mark in every field that may be sensitive.
func secretive(round int) *network.Network {
	cell, core := addr.New(addr.Cell, "eu", addr.NoKey), addr.New(addr.Core, "ams", addr.NoKey)
	entry, user := addr.New(addr.Entry, "e", addr.NoKey), addr.New(addr.User, "jo", addr.NoKey)
	n := &network.Network{
		Catalogue: schema.Network(),
		Name:      "prod", Prefix: "/sigilgate/",
		Cells:   []network.Cell{{Addr: cell, Domain: named("eu.example")}},
		Cores:   []network.Core{{Node: network.Node{Addr: core, IP: named("192.0.2.1"), Settings: map[string]network.Text{"relay": {}}}, Cell: to(cell)}},
		Entries: []network.Entry{{Node: network.Node{Addr: entry, IP: named("198.51.100.1"), Settings: map[string]network.Text{"mtu": {}}}, BoundTo: to(core)}},
		Routes:  []network.Route{{Addr: addr.New(addr.Route, "r", addr.NoKey), Entry: to(entry), Core: to(core)}},
		Users: []network.User{{
			Addr: user, CoreNodes: network.Refs{To: []addr.Addr{core}, Named: true},
			Devices: []network.Device{{Addr: user.DeviceOf("phone"), Name: "phone", UUID: named("7ba7b810-9dad-41d1-80b4-00c04fd43000"), Core: to(core)}},
		}},
	}
	p := &planter{round: round}
	p.plant("", reflect.ValueOf(n).Elem())
	return n
}

// planter sets every text and number that is not named in [openFields].
type planter struct{ round, n int }

// openFields become a part of keys, refer to objects, or are words of a status.
var openFields = map[string]bool{"IP": true, "ID": true, "Status": true, "Cells.Domain": true, "Devices.UUID": true, "ACL": true}

func (p *planter) plant(name string, v reflect.Value) {
	p.n++
	mark := fmt.Sprintf("PLANTED-%d-%d", p.round, p.n)
	switch x := v.Addr().Interface().(type) {
	case *network.Text:
		*x = network.Text{Value: mark, Named: true, Sensitive: true}
		return
	case *network.Number:
		*x = network.Number{Value: 3133700 + uint64(p.round), Named: true, Sensitive: true}
		return
	case *network.TLS:
		x.ALPN = network.Words{Values: []string{mark}, Named: true, Sensitive: true}
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && !openFields[f.Name] && !openFields[name+"."+f.Name] {
				p.plant(f.Name, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			p.plant(name, v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			text := network.Text{Value: mark, Named: true, Sensitive: true}
			v.SetMapIndex(key, reflect.ValueOf(text))
		}
	default:
	}
}

// TestNothingPlantedIsInASnapshot plants a mark in every field that may be
// sensitive, lets others change them, and looks for it in the file, unpacked,
// and in whatever is shown of a plan from it.
func TestNothingPlantedIsInASnapshot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		applied, next := secretive(1), secretive(2)
		if before := rapid.Bool().Draw(t, "others came first"); before {
			w.put("/sigilgate/users/55/username", applied.Users[0].Username.Value)
			w.put("/sigilgate/users/55/credential", "PLANTED by others")
			w.put("/sigilgate/nodes/192.0.2.9/settings/x", applied.Cores[0].Region.Value)
		}
		if rapid.IntRange(0, 3).Draw(t, "applied") > 0 {
			w.apply(t, applied)
			requirePlanted(t, w)
		}
		w.change(t)
		s := w.saved(t, applied)
		requireClean(t, "the file", unpacked(t, s))
		options := rapid.SampledFrom([][]option{nil, {adopt}, {destroy}}).Draw(t, "options")
		wanted := applied
		if rapid.Bool().Draw(t, "another is wanted") {
			wanted = next
		}
		p := w.offline(t, s, wanted, options...)
		for _, o := range []render.Options{{}, {Summary: true}, {Format: render.JSON}} {
			// A conflict names the wanted username; the engine has it redacted.
			o.Secrets = []string{wanted.Users[0].Username.Value}
			var shown bytes.Buffer
			if err := render.Plan(&shown, p, o); err != nil {
				t.Fatal(err)
			}
			requireClean(t, "the plan", shown.String())
		}
	})
}

// change lets others write over what was applied, and keep it secret.
func (w *world) change(t *rapid.T) {
	for _, key := range []string{"users/1/credential", "nodes/192.0.2.1/region", "nodes/192.0.2.1/settings/relay", "paths/198.51.100.1/192.0.2.1/tls/sni"} {
		if _, there := w.entries["/sigilgate/"+key]; there && rapid.Bool().Draw(t, key) {
			w.put("/sigilgate/"+key, "PLANTED by others, too")
		}
	}
}

// requirePlanted holds that the marks are in the network at all.
func requirePlanted(t *rapid.T, w *world) {
	marks := map[string]bool{}
	for _, value := range w.under("/sigilgate/") {
		if planted.MatchString(value) {
			marks[value] = true
		}
	}
	if len(marks) < 25 {
		t.Fatalf("only %d marks are in the network: %v", len(marks), marks)
	}
}

func requireClean(t *rapid.T, what, text string) {
	if at := planted.FindStringIndex(text); at != nil {
		t.Fatalf("%s holds a mark: %s", what, text[max(at[0]-200, 0):min(at[1]+100, len(text))])
	}
}

// unpacked is all of a file as text.
func unpacked(t *rapid.T, s *snapshot.Snapshot) string {
	var file bytes.Buffer
	if err := snapshot.Write(&file, s); err != nil {
		t.Fatal(err)
	}
	header, body, _ := strings.Cut(file.String(), "\n")
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return header + file.String() + string(text)
}
