package state

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/kv"
)

// maxIntentBytes bounds what an intent may unpack to.
const maxIntentBytes = 4 << 30

// wire is the stored form of an [Intent]. JSON holds no bytes that are not
// UTF-8, and others' keys and values may have such: they go base64 beside.
type wire struct {
	Format  int         `json:"format"`
	Apply   string      `json:"apply,omitempty"`
	Ops     []wireOp    `json:"ops"`
	Units   []int       `json:"units"`
	Guards  []wireGuard `json:"guards,omitempty"`
	Needs   [][2]int    `json:"needs,omitempty"`
	Before  []wireEntry `json:"before,omitempty"`
	Grants  []kv.AuthOp `json:"grants,omitempty"`
	Revokes []kv.AuthOp `json:"revokes,omitempty"`
}

type wireOp struct {
	Kind  kv.OpKind `json:"do"`
	Key   string    `json:"k"`
	End   string    `json:"e,omitempty"`
	Value string    `json:"v,omitempty"`
	Bytes []byte    `json:"b,omitempty"`
}

type wireGuard struct {
	At       int          `json:"at"`
	Kind     kv.GuardKind `json:"is"`
	Key      string       `json:"k"`
	Revision int64        `json:"r,omitempty"`
	End      string       `json:"e,omitempty"`
	Form     string       `json:"f,omitempty"`
	Value    string       `json:"v,omitempty"`
	Beside   string       `json:"b,omitempty"`
	Within   string       `json:"w,omitempty"`
}

type wireEntry struct {
	Key      string `json:"k,omitempty"`
	KeyBytes []byte `json:"kb,omitempty"`
	Value    string `json:"v,omitempty"`
	Bytes    []byte `json:"b,omitempty"`
	Created  int64  `json:"c"`
	Modified int64  `json:"m"`
}

// split says where a text goes: into a string of JSON, or beside it.
func split(s string) (text string, raw []byte) {
	if utf8.ValidString(s) {
		return s, nil
	}
	return "", []byte(s)
}

func join(text string, raw []byte) string {
	if raw != nil {
		return string(raw)
	}
	return text
}

// EncodeIntent packs an intent into parts of at most size bytes each. No two
// parts are of use without each other.
func EncodeIntent(in *Intent, size int) ([]string, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("pack the journal: %w", err)
	}
	e := json.NewEncoder(z)
	e.SetEscapeHTML(false)
	if err := errors.Join(e.Encode(in.wire()), z.Close()); err != nil {
		return nil, fmt.Errorf("pack the journal: %w", err)
	}
	parts := make([]string, 0, packed.Len()/max(size, 1)+1)
	for part := range slices.Chunk(packed.Bytes(), max(size, 1)) {
		parts = append(parts, string(part))
	}
	return parts, nil
}

func (in *Intent) wire() *wire {
	w := &wire{
		Format: FormatVersion, Apply: in.Apply, Units: in.Units, Grants: in.Grants, Revokes: in.Revokes,
		Ops: make([]wireOp, len(in.Ops)), Guards: make([]wireGuard, len(in.Guards)),
		Needs: make([][2]int, len(in.Needs)), Before: make([]wireEntry, len(in.Before)),
	}
	for i, o := range in.Ops {
		w.Ops[i] = wireOp{Kind: o.Kind, Key: o.Key, End: o.End}
		w.Ops[i].Value, w.Ops[i].Bytes = split(o.Value)
	}
	for i, g := range in.Guards {
		w.Guards[i] = wireGuard{At: g.At, Kind: g.Kind, Key: g.Key, Revision: g.Revision, End: g.End, Form: g.Form, Value: g.Value, Beside: g.Beside, Within: g.Within}
	}
	for i, n := range in.Needs {
		w.Needs[i] = [2]int{n.At, n.Of}
	}
	for i, e := range in.Before {
		w.Before[i] = wireEntry{Created: e.CreateRevision, Modified: e.ModRevision}
		w.Before[i].Key, w.Before[i].KeyBytes = split(e.Key)
		w.Before[i].Value, w.Before[i].Bytes = split(e.Value)
	}
	return w
}

// DecodeIntent reads an intent from all of its parts, in order.
func DecodeIntent(parts []string) (*Intent, error) {
	readers := make([]io.Reader, len(parts))
	for i, p := range parts {
		readers[i] = strings.NewReader(p)
	}
	z, err := gzip.NewReader(io.MultiReader(readers...))
	if err != nil {
		return nil, fmt.Errorf("unpack the journal: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxIntentBytes))
	if err != nil {
		return nil, fmt.Errorf("unpack the journal: %w", err)
	}
	var w wire
	if err := decode(string(text), &w); err != nil {
		return nil, err
	}
	if w.Format > FormatVersion {
		return nil, &TooNew{Format: w.Format}
	}
	out := w.intent()
	return out, out.check()
}

func (w *wire) intent() *Intent {
	in := &Intent{
		Apply: w.Apply, Units: w.Units, Grants: w.Grants, Revokes: w.Revokes, Ops: make([]kv.Op, len(w.Ops)), Guards: make([]IntentGuard, len(w.Guards)),
		Needs: make([]IntentNeed, len(w.Needs)), Before: make([]kv.Entry, len(w.Before)),
	}
	for i, o := range w.Ops {
		in.Ops[i] = kv.Op{Kind: o.Kind, Key: o.Key, End: o.End, Value: join(o.Value, o.Bytes)}
	}
	for i, g := range w.Guards {
		in.Guards[i] = IntentGuard{At: g.At, Guard: kv.Guard{
			Kind: g.Kind, Key: g.Key, Revision: g.Revision, End: g.End, Form: g.Form, Value: g.Value, Beside: g.Beside, Within: g.Within,
		}}
	}
	for i, n := range w.Needs {
		in.Needs[i] = IntentNeed{At: n[0], Of: n[1]}
	}
	for i, e := range w.Before {
		in.Before[i] = kv.Entry{
			Key: join(e.Key, e.KeyBytes), Value: join(e.Value, e.Bytes), CreateRevision: e.Created, ModRevision: e.Modified,
		}
	}
	return in
}

// check refuses what would lead a recovery astray.
func (in *Intent) check() error {
	n := len(in.Ops)
	if len(in.Units) == 0 || in.Units[len(in.Units)-1] != n || !slices.IsSorted(in.Units) || in.Units[0] < 1 {
		return errors.New("the units of the journal do not cover its writes")
	}
	byAt := func(a, b IntentGuard) int { return a.At - b.At }
	strange := func(g IntentGuard) bool { return g.At < 0 || g.At >= n }
	if !slices.IsSortedFunc(in.Guards, byAt) || slices.ContainsFunc(in.Guards, strange) {
		return errors.New("a guard of the journal belongs to no write")
	}
	byNeed := func(a, b IntentNeed) int { return a.At - b.At }
	backward := func(d IntentNeed) bool { return d.Of < 0 || d.Of >= d.At || d.At >= n }
	if !slices.IsSortedFunc(in.Needs, byNeed) || slices.ContainsFunc(in.Needs, backward) {
		return errors.New("a reference of the journal belongs to no write")
	}
	if !slices.IsSortedFunc(in.Before, func(a, b kv.Entry) int { return strings.Compare(a.Key, b.Key) }) {
		return errors.New("the former values of the journal are out of order")
	}
	return nil
}
