package main

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/cli"
	"github.com/sigilgate/sigilform/internal/schema"
)

// larger is the program with a catalogue that has some fields more.
const larger = "larger"

// TestCatalogue hands the program a catalogue that has some fields more, and sees
// them go the whole way: from HCL through validate, plan, apply, drift, rollback,
// snapshot, access and every format. Nothing else is changed: what a field needs
// beside its line in the catalogue would be missing here.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", "catalogue"), UpdateScripts: *update,
		RequireExplicitExec: true, RequireUniqueNames: true,
		Setup:     func(env *testscript.Env) error { return setUp(t.Context(), env) },
		Condition: condition(t), Cmds: commands(t),
	})
}

func largerMain() { os.Exit(cli.Main(more())) }

// more is the network's own catalogue, and a made-up field of each sort.
func more() *schema.Catalogue {
	c := schema.Network()
	tls, _ := c.Kind(addr.Core).Field("tls")
	tls.Members = append(tls.Members, schema.Field{Name: "cipher", Check: schema.Line, Doc: "a member of a block"})
	return c.With(addr.Core,
		declared(schema.Field{Name: "owner", Data: "ownership", Check: schema.Line, Doc: "plain, a kind of data by itself"}),
		declared(schema.Field{Name: "backup", Key: "backup_ip", Refers: addr.Core, Doc: "a reference"}),
		declared(schema.Field{Name: "labels", Type: schema.Map, Check: schema.Segment, Doc: "a map"}),
		declared(schema.Field{Name: "weight", Type: schema.Number, Check: schema.Count, Doc: "a number"}),
		declared(schema.Field{
			Name: "badge", Key: "badge_id", Check: schema.Line, Unique: schema.Unique{Noun: "badge", Clash: "Two Cores have the badge %s"}, Doc: "unique",
		}),
		declared(schema.Field{
			Name: "shelf", Type: schema.Number, Check: schema.Count, Doc: "unique among the Cores of one owner",
			Unique: schema.Unique{Noun: "shelf", Clash: "Two Cores have the shelf %s", Within: "owner"},
		}),
		declared(schema.Field{Name: "serial", Private: true, Check: schema.Line, Doc: "private"}),
	).With(addr.Entry,
		declared(schema.Field{Name: "plate", Check: schema.Line, Unique: schema.Unique{Noun: "plate", Clash: "Two Entries have the plate %s"}, Doc: "unique, of an Entry only"}),
	).With(addr.User,
		declared(schema.Field{Name: "recovery", Sensitive: true, Check: schema.FreeText, Doc: "sensitive"}),
		declared(schema.Field{Name: "chips", Type: schema.Set, Private: true, Check: schema.Right, Doc: "a set that is private"}),
		declared(schema.Field{Name: "cards", Type: schema.Map, Private: true, Check: schema.Segment, Doc: "a map that is private"}),
		declared(schema.Field{Name: "groups", Type: schema.Set, Check: schema.Right, Doc: "a set"}),
		declared(schema.Field{Name: "mirrors", Type: schema.Set, Refers: addr.Core, Doc: "a set of references"}),
	).With(addr.Device,
		declared(schema.Field{Name: "model", Check: schema.Line, Doc: "plain, of a nested block"}),
		declared(schema.Field{
			Name: "slot", Type: schema.Number, Check: schema.Count, Doc: "unique among the devices of one user",
			Unique: schema.Unique{Noun: "slot", Clash: "Two devices of one user have the slot %s", Below: true},
		}),
	)
}

// declared is a field with a key of its own, of the same name unless one is given.
func declared(f schema.Field) schema.Field {
	f.Stored, f.Class, f.Key = true, schema.Declared, cmp.Or(f.Key, f.Name)
	if f.Many() {
		f.Key += "/"
	}
	return f
}
