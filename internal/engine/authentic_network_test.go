package engine_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/seal"
	"github.com/sigilgate/sigilform/internal/state"
)

// forged is a plan file that somebody without a key makes of another one, by
// changing what it says.
func forged(t *testing.T, file string, change func(p *plan.Plan)) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	read, err := planfile.Read(bytes.NewReader(text), schema.Network())
	if err != nil {
		t.Fatal(err)
	}
	change(read.Plan)
	out := filepath.Join(t.TempDir(), "forged")
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := planfile.Write(f, read.Plan, ""); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// asFirst makes a plan one of a network of another name, which has no key.
func asFirst(p *plan.Plan, name string) {
	was, is := state.NewLayout(p.Network), state.NewLayout(name)
	for i := range p.State {
		p.State[i].Key = strings.Replace(p.State[i].Key, was.Base(), is.Base(), 1)
	}
	p.Network, p.Serial, p.HeadRevision, p.HeadApply, p.Before = name, 0, 0, "", nil
}

// TestPlanFileOfANetworkWithoutAKey: whoever changes a plan file can't get round
// the network's key by making it a plan of a network that has none, whatever mode
// it has.
func TestPlanFileOfANetworkWithoutAKey(t *testing.T) {
	t.Parallel()
	_, _, e, o := changed(t)
	file := saved(t, e, o)
	for _, mode := range []plan.Mode{plan.ModeApply, plan.ModeDestroy, plan.ModeRollback} {
		out := forged(t, file, func(p *plan.Plan) { asFirst(p, "other"); p.Mode = mode })
		refusedFile(t, e, out)
		expecting(t, e, out, "")
	}
	// Below a prefix of its own it needs the digest that was reviewed.
	o.Source.Path = filepath.Join(t.TempDir(), "other.hcl")
	if err := os.WriteFile(o.Source.Path, []byte("network \"other\" {\n  prefix = \"/other/\"\n}\n\ncore \"x\" {\n  ip = \"192.0.2.99\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	refusedFile(t, e, file)
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Expect: engine.Expected(p.Plan.Intent), Review: reviewed}); err != nil {
		t.Errorf("with the digest that was reviewed it is not applied: %v", err)
	}
}

// expecting applies a file by the digest that it says it has, or by another: it is
// refused.
func expecting(t *testing.T, e *engine.Engine, file string, digest engine.Expected) {
	t.Helper()
	if digest == "" {
		p, _, err := e.ReadPlan(t.Context(), file, nil)
		if err != nil {
			t.Fatal(err)
		}
		digest = engine.Expected(p.Plan.Intent)
	}
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Expect: digest, Review: reviewed}); err == nil {
		t.Errorf("%s is applied with its own digest", file)
	}
}

// TestReviewedDigestIsOfTheChanges: the digest of what was reviewed is compared
// with what the plan does, not with what the file says of it.
func TestReviewedDigestIsOfTheChanges(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	p, err := e.Plan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "plan")
	if _, err := e.SavePlan(p, file, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	bent := forged(t, file, func(p *plan.Plan) {
		for i := range p.Data {
			p.Data[i].Value = strings.Replace(p.Data[i].Value, "alice", "mallory", 1)
		}
		for i := range p.State {
			p.State[i].Value = strings.Replace(p.State[i].Value, `"username":"alice"`, `"username":"mallory"`, 1)
		}
		for _, c := range p.Changes {
			for _, f := range c.Fields {
				if f.New != nil {
					f.New.Text = strings.Replace(f.New.Text, "alice", "mallory", 1)
				}
			}
		}
	})
	expecting(t, e, bent, engine.Expected(p.Plan.Intent))
	if left := server.Keys(t, "/sigilgate/"); len(left) > 0 {
		t.Errorf("it wrote %q", left)
	}
	if _, err := e.ApplyFile(t.Context(), engine.ApplyFileOptions{File: file, Expect: engine.Expected(p.Plan.Intent), Review: reviewed}); err != nil {
		t.Errorf("as it was made it is not applied: %v", err)
	}
}
