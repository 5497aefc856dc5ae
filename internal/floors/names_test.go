package floors

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/schema"
)

// nameless lists the rooms that know no field by its name: what they say of one
// follows from its row in the catalogue. The rooms of the model and of the
// language have rules that name the attributes that they are about, and those of
// people have words that read the same.
func nameless() []string {
	return []string{
		"internal/keys", "internal/state", "internal/acl", "internal/plan", "internal/plan/planfile", "internal/snapshot",
		"internal/apply", "internal/drift", "internal/policy", "internal/etcd",
	}
}

// named lists the texts that read like a field's name and are none, by room, with
// the reason.
func named() map[string]map[string]string {
	return map[string]map[string]string{
		"internal/acl": {
			"core": "a built-in role", "role/": "begins the ids of declared roles", "links": "a word for people",
		},
		"internal/plan": {"role/": "begins the ids of declared roles"},
		"internal/policy": {
			"name": "of the network, and of a change of a field, as policies see them",
		},
	}
}

// TestNoNamesOfFields keeps names and keys of fields in the catalogue.
func TestNoNamesOfFields(t *testing.T) {
	t.Parallel()
	words, used := fieldWords(), map[string]bool{}
	for _, p := range list(t) {
		if !slices.Contains(nameless(), p.path) {
			continue
		}
		for _, found := range namesIn(p, words) {
			if named()[p.path][found.text] == "" {
				t.Errorf("%s has %q, which names a field: ask the layout or the catalogue for it", found.at, found.text)
			}
			used[p.path+" "+found.text] = true
		}
	}
	for room, texts := range named() {
		for text := range texts {
			if !used[room+" "+text] {
				t.Errorf("%s may have %q, and does not: take it out of the table", room, text)
			}
		}
	}
}

// fieldWords are the names of all stored fields, what their keys are made of, and
// where those lie.
func fieldWords() map[string]bool {
	out := map[string]bool{}
	note := func(parts string) {
		for _, word := range strings.FieldsFunc(parts, func(r rune) bool { return r == '/' || r == '.' }) {
			out[word] = true
		}
	}
	for _, k := range schema.Network().Kinds() {
		note(k.Path)
		note(k.Counter)
		for _, p := range k.Beside {
			note(p.Path)
		}
		for _, f := range k.Leaves() {
			if f.Stored {
				note(f.Name)
				note(f.Key)
			}
		}
	}
	return out
}

// place is a text of a file.
type place struct{ at, text string }

// namesIn finds texts that are made of words: one alone, or several as in a key or
// the name of a member.
func namesIn(p pkg, words map[string]bool) []place {
	var found []place
	for _, f := range p.files {
		file, err := parser.ParseFile(token.NewFileSet(), f.name, f.text, parser.SkipObjectResolution)
		if err != nil {
			continue // check tells of it
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				return x.Tag == nil // a field of a document
			case *ast.BasicLit:
				text := unquote(x.Value)
				if x.Kind == token.STRING && isNamed(text, words) {
					found = append(found, place{path.Join(p.path, f.name), text})
				}
			}
			return true
		})
	}
	return found
}

func isNamed(text string, words map[string]bool) bool {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '/' || r == '.' })
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool { return !words[part] })
}

// TestNamesAreFound: of a field, of a member, in a key; not in a sentence, the tag
// of a document, or an import.
func TestNamesAreFound(t *testing.T) {
	t.Parallel()
	text := `package p

import "users"

type d struct {
	A string ` + "`json:\"status\"`" + `
}

var all = []string{"status", "tls.sni", "links.", "core_node", "topology/links/", "/devices/", "the status", "state", "", "/"}
`
	got := fmt.Sprint(namesIn(pkg{path: "x", files: []source{{"y.go", text}}}, fieldWords()))
	if want := "[{x/y.go status} {x/y.go tls.sni} {x/y.go links.} {x/y.go core_node} {x/y.go topology/links/} {x/y.go /devices/}]"; got != want {
		t.Errorf("got %s", got)
	}
}
