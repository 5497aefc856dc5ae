package engine_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/seal"
	"github.com/sigilgate/sigilform/internal/state"

	"github.com/sigilgate/sigilform/internal/failure"
)

// saved plans a change of what was applied, and saves it.
func saved(t *testing.T, e *engine.Engine, o engine.PlanOptions) (file string) {
	t.Helper()
	p, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Plan.HasChanges() {
		t.Fatal("there is nothing to do")
	}
	file = filepath.Join(t.TempDir(), "plan")
	if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	return file
}

func refusedFile(t *testing.T, e *engine.Engine, file string) {
	t.Helper()
	_, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Review: reviewed})
	var refused *apply.Refused
	if !errors.As(err, &refused) || refused.Reason != failure.NotAuthentic {
		t.Errorf("it is not refused for what it is: %v", err)
	}
}

// changed applies the network and then changes its files.
func changed(t *testing.T) (put func(key, value string), remove func(key string), e *engine.Engine, o engine.PlanOptions) {
	t.Helper()
	server, e, o := setUp(t)
	if _, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: reviewed}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.Source.Path)
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(text), "core \"", "core \"more\" {\n  ip = \"192.0.2.77\"\n}\n\ncore \"", 1)
	if err := os.WriteFile(o.Source.Path, []byte(more), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(key, value string) { server.Put(t, key, value) }, func(key string) { server.Delete(t, key) }, e, o
}

// digested is a plan file with another body, and the digest of that.
func digested(first string, body []byte) []byte {
	_, code, _ := strings.Cut(first, " hmac:")
	sum := sha256.Sum256(body)
	return append(fmt.Appendf(nil, "sigilform-plan 2 %d sha256:%x hmac:%s\n", len(body), sum, code), body...)
}

// TestEveryFieldOfAPlanFileIsAuthentic changes each value of a saved plan, one at
// a time, and makes the digest anew: none of them is applied.
func TestEveryFieldOfAPlanFileIsAuthentic(t *testing.T) {
	t.Parallel()
	_, _, e, o := changed(t)
	file := saved(t, e, o)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line, body, _ := bytes.Cut(text, []byte("\n"))
	var whole any
	if err := json.Unmarshal(body, &whole); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, value := range leaves(whole) {
		at := bytes.Index(body, []byte(value))
		if at < 0 {
			continue
		}
		other := strconv.Quote("other")
		if value[0] != '"' {
			other = "7" + value
		}
		bent := append(append(bytes.Clone(body[:at]), other...), body[at+len(value):]...)
		name := filepath.Join(t.TempDir(), "bent")
		if err := os.WriteFile(name, digested(string(line), bent), 0o600); err != nil {
			t.Fatal(err)
		}
		tried++
		if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: name, Connection: o.Connection, Review: reviewed}); err == nil {
			t.Errorf("%s was changed to %s and applied", value, other)
		}
	}
	if tried < 20 {
		t.Errorf("only %d values were changed", tried)
	}
	// The one that was attacked with: no guards.
	var without map[string]map[string]json.RawMessage
	_ = json.Unmarshal(body, &without)
	bent := bytes.Replace(body, without["plan"]["guards"], []byte("[]"), 1)
	if err := os.WriteFile(file, digested(string(line), bent), 0o600); err != nil {
		t.Fatal(err)
	}
	refusedFile(t, e, file)
	if err := os.WriteFile(file, digested("x hmac:none", bent), 0o600); err != nil {
		t.Fatal(err)
	}
	refusedFile(t, e, file)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Review: reviewed}); err != nil {
		t.Errorf("as it was made it is not applied: %v", err)
	}
}

// leaves are the values of a document as JSON spells them.
func leaves(v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		for _, one := range v {
			out = append(out, leaves(one)...)
		}
	case []any:
		for _, one := range v {
			out = append(out, leaves(one)...)
		}
	case string:
		if text, err := json.Marshal(v); err == nil && v != "" {
			out = append(out, string(text))
		}
	case float64:
		out = append(out, strconv.FormatFloat(v, 'f', -1, 64))
	}
	return out
}

// TestPlanKeyIsGone, and made anew: what was saved before is refused.
func TestPlanKeyIsGone(t *testing.T) {
	t.Parallel()
	put, remove, e, o := changed(t)
	key := state.NewLayout("t").PlanKey()
	file := saved(t, e, o)
	put(key, "another")
	refusedFile(t, e, file)
	remove(key)
	refusedFile(t, e, file)
	// Without a key nothing is known of the file, and its plan is compared all the same.
	unkeyed := saved(t, e, o)
	put(key, "another")
	refusedFile(t, e, unkeyed)
	remove(key)
	applied, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: unkeyed, Review: reviewed})
	if err != nil {
		t.Fatal(err)
	}
	if len(applied.Plan.Warnings) == 0 {
		t.Error("nothing says that nobody knows who wrote the file")
	}
}

// TestUnkeyedPlanIsComparedWithASnapshot: before the network's first apply there
// is no key; then the guards of the file are worth what the snapshot shows.
func TestUnkeyedPlanIsComparedWithASnapshot(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	p, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "plan")
	guards := p.Plan.Guards
	p.Plan.Guards = nil
	if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	refusedFile(t, e, file)
	if left := server.Keys(t, "/sigilgate/"); len(left) > 0 {
		t.Errorf("it wrote %q", left)
	}
	p.Plan.Guards = guards
	if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Review: reviewed}); err != nil {
		t.Fatal(err)
	}
	if _, ok := server.Get(t, state.NewLayout(p.Plan.Network).PlanKey()); !ok {
		t.Error("the first apply made no key")
	}
}
