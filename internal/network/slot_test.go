package network_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

// one is an empty object of a kind, in a network of its own.
func one(t *testing.T, kind addr.Kind) network.Object {
	t.Helper()
	n := &network.Network{Catalogue: schema.Network()}
	if kind == addr.Device {
		n.Users = []network.User{{Addr: addr.New(addr.User, "u", addr.NoKey), Devices: []network.Device{{Name: "d"}}}}
	} else if n.Add(addr.New(kind, "x", addr.NoKey), network.Lifecycle{}) == nil {
		t.Fatalf("the model has no objects of kind %s: give it a type, and its turn in Add and Each", kind)
	}
	var found network.Object
	n.Each(func(k addr.Kind, o network.Object) {
		if k == kind {
			found = o
		}
	})
	if found == nil {
		t.Fatalf("the model passes by objects of kind %s: give them their turn in Each", kind)
	}
	return found
}

// TestEveryFieldHasItsSlot: the model has a place for each field of each kind that
// has keys, of the field's type, and finds it again.
func TestEveryFieldHasItsSlot(t *testing.T) {
	t.Parallel()
	for _, k := range schema.Network().Kinds() {
		if k.Path == "" {
			continue
		}
		o := one(t, k.Name)
		for _, f := range k.Leaves() {
			if !f.Stored && !f.Identity || !k.Has(&f) && !f.Label {
				continue
			}
			slot := o.Slot(&f, true)
			if got, want := setIn(slot), []string{typeOf(&f)}; !slices.Equal(got, want) {
				t.Errorf("%s.%s is in %v, want %v", k.Name, f.Name, got, want)
			}
			if !f.Label && o.Slot(&f, false) != slot {
				t.Errorf("%s.%s is not found again", k.Name, f.Name)
			}
		}
	}
}

// setIn names what of a slot is set.
func setIn(s network.Slot) (out []string) {
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if !v.Field(i).IsNil() {
			out = append(out, v.Type().Field(i).Name)
		}
	}
	return out
}

func typeOf(f *schema.Field) string {
	switch {
	case f.Refers != "" && f.Type == schema.Set:
		return "Refs"
	case f.Refers != "":
		return "Ref"
	}
	return map[schema.Type]string{
		schema.Text: "Text", schema.Number: "Number", schema.Set: "Words", schema.List: "Words", schema.Map: "Texts",
	}[f.Type]
}

// TestSlotsAreFields: the model knows no name that no field has.
func TestSlotsAreFields(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, k := range schema.Network().Kinds() {
		for _, f := range k.Leaves() {
			known[f.Name] = true
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "slot.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if x, ok := n.(*ast.BasicLit); ok && x.Kind == token.STRING {
			if name, _ := strconv.Unquote(x.Value); name != "" && !known[name] {
				t.Errorf("slot.go knows %q, which is not a field", name)
			}
		}
		_, isImport := n.(*ast.ImportSpec)
		return !isImport
	})
}
