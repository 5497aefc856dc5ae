package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// edit is one change of one path of a document. Documents within its strings are
// paths as well.
type edit struct {
	path []string
	what string
	// do changes the document, and returns what takes that back.
	do func() (undo func())
}

// String names the edit.
func (e edit) String() string { return e.what + " at " + strings.Join(e.path, ".") }

// made is the document with the edit.
func (e edit) made(t *testing.T, d *jsonTree) []byte {
	t.Helper()
	defer e.do()()
	return d.text(t)
}

// kind is the edit without the numbers of elements.
func (e edit) kind() string {
	var b strings.Builder
	for _, step := range e.path {
		if _, err := strconv.Atoi(step); err == nil {
			step = "*"
		}
		b.WriteString(step + ".")
	}
	return b.String() + " " + e.what
}

// jsonTree is a document that is changed one path at a time.
type jsonTree struct{ root any }

func readTree(t *testing.T, text []byte) *jsonTree {
	t.Helper()
	root, err := decoded(text)
	if err != nil {
		t.Fatal(err)
	}
	return &jsonTree{root}
}

func decoded(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// text is the document as it is now.
func (d *jsonTree) text(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d.root); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// edits are all of them.
func (d *jsonTree) edits() []edit {
	var out []edit
	walk(nil, d.root, func(v any) { d.root = v }, func(e edit) { out = append(out, e) })
	return out
}

// walk tells of the edits below a value, which set replaces.
func walk(path []string, v any, set func(any), tell func(edit)) {
	put := func(what string, value any) {
		tell(edit{path, what, func() func() { set(value); return func() { set(v) } }})
	}
	switch v := v.(type) {
	case map[string]any:
		walkObject(path, v, put, tell)
	case []any:
		walkArray(path, v, put, tell)
	case string:
		walkString(path, v, set, put, tell)
	case json.Number:
		n, _ := v.Int64()
		for _, other := range []int64{n + 1, n - 1, 0, -1} {
			put(fmt.Sprintf("the number %d", other), json.Number(strconv.FormatInt(other, 10)))
		}
		put("a text for a number", v.String())
	case bool:
		put("the opposite", !v)
		put("a text for a truth", strconv.FormatBool(v))
	}
	if v != nil {
		put("null", nil)
	}
}

func walkString(path []string, v string, set func(any), put func(string, any), tell func(edit)) {
	put("another text", v+"x")
	put("another first letter", "x"+v)
	put("no text", "")
	put("an array for a text", []any{v})
	inner, err := decoded([]byte(v))
	if _, object := inner.(map[string]any); err != nil || !object {
		return
	}
	// A record: its own members are changed within the text, which becomes one
	// document again.
	walk(append(slices.Clone(path), "(json)"), inner, func(v any) { inner = v }, func(e edit) {
		do := e.do
		e.do = func() func() {
			undo := do()
			text, _ := json.Marshal(inner)
			set(string(text))
			return func() { undo(); set(v) }
		}
		tell(e)
	})
}

func walkObject(path []string, m map[string]any, put func(string, any), tell func(edit)) {
	put("an array for an object", []any{})
	put("an empty object", map[string]any{})
	with := func(path []string, what, name string, value any) {
		tell(edit{path, what, func() func() { m[name] = value; return func() { delete(m, name) } }})
	}
	with(path, "an unknown member", "unknown", json.Number("1"))
	names := slices.Sorted(maps.Keys(m))
	for i, name := range names {
		at, v := append(slices.Clone(path), name), m[name]
		tell(edit{at, "deleted", func() func() { delete(m, name); return func() { m[name] = v } }})
		if upper := strings.ToUpper(name); upper != name {
			with(at, "twice, in upper case", upper, v)
		}
		if i+1 < len(names) {
			next := names[i+1]
			w := m[next]
			tell(edit{at, "swapped with the next", func() func() { m[name], m[next] = w, v; return func() { m[name], m[next] = v, w } }})
		}
		walk(at, v, func(v any) { m[name] = v }, tell)
	}
}

func walkArray(path []string, a []any, put func(string, any), tell func(edit)) {
	put("an object for an array", map[string]any{})
	put("an empty array", []any{})
	for i, v := range a {
		at := append(slices.Clone(path), strconv.Itoa(i))
		change := func(what string, of []any) { put(what+" "+strconv.Itoa(i), of) }
		change("without", append(slices.Clone(a[:i]), a[i+1:]...))
		change("twice", slices.Insert(slices.Clone(a), i, v))
		if i+1 < len(a) {
			swapped := slices.Clone(a)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			change("in another order from", swapped)
		}
		walk(at, v, func(v any) { a[i] = v }, tell)
	}
}

// TestEdits: each changes the document, in another way than the others, and what
// takes it back takes it back.
func TestEdits(t *testing.T) {
	t.Parallel()
	d := readTree(t, []byte(`{"a":[1,{"b":"x"},true],"c":"{\"d\":null,\"e\":[\"f\"]}","g":null}`))
	was, seen := string(d.text(t)), map[string]string{}
	for _, e := range d.edits() {
		undo := e.do()
		is := string(d.text(t))
		undo()
		if is == was {
			t.Errorf("%v changes nothing", e)
		}
		seen[is] = e.String()
		if now := string(d.text(t)); now != was {
			t.Fatalf("%v is not taken back: %s", e, now)
		}
	}
	for _, want := range []string{
		`{"a":[1,{"b":"x"}],"c":"{\"d\":null,\"e\":[\"f\"]}","g":null}`, `{"a":[1,{"b":"x"},true],"c":"{\"d\":null,\"e\":[\"fx\"]}","g":null}`,
		`{"A":[1,{"b":"x"},true],"a":[1,{"b":"x"},true],"c":"{\"d\":null,\"e\":[\"f\"]}","g":null}`,
		`{"a":[{"b":"x"},1,true],"c":"{\"d\":null,\"e\":[\"f\"]}","g":null}`, `{"a":[1,{"b":"x"},true],"c":null,"g":"{\"d\":null,\"e\":[\"f\"]}"}`,
	} {
		if seen[want] == "" {
			t.Errorf("no edit makes %s", want)
		}
	}
}
