package engine_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/snapshot"
)

// TestWhatWasSensitiveIsNotShownAfterItIsLeft: an Entry of others is adopted with
// sensitive values and given back by a rollback: they live on, and nothing that
// is shown of the network holds them.
func TestWhatWasSensitiveIsNotShownAfterItIsLeft(t *testing.T) {
	t.Parallel()
	server, file := etcdtest.Start(t), filepath.Join(t.TempDir(), "n.hcl")
	e := &engine.Engine{Catalogue: schema.Network(), Version: "test", Clock: time.Now, Random: rand.Reader, Env: engine.Environment{"SIGILFORM_ACTOR=tester"}}
	o := engine.PlanOptions{Source: engine.Source{Path: file}, Connection: engine.Connection{Endpoints: []string{server.Endpoint()}}, Adopt: true}
	live := engine.LiveOptions{Source: o.Source, Connection: o.Connection, Network: "left"}
	write := func(entry string) {
		text := "network \"left\" {\n  prefix = \"/left/\"\n}\ncore \"a\" {\n  ip = \"192.0.2.1\"\n}\n" + entry
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	silent := func(_ context.Context, p *engine.Planned) error { //nolint:unparam // a review may refuse
		var b strings.Builder
		if err := render.Plan(&b, p.Plan, render.Options{}); err != nil || p.Plan.Serial > 0 && strings.Contains(b.String(), secretText) {
			t.Errorf("the plan shows it (%v):\n%s", err, b.String())
		}
		return nil
	}
	apply := func() {
		t.Helper()
		if _, err := e.Apply(t.Context(), engine.ApplyOptions{PlanOptions: o, Review: silent}); err != nil {
			t.Fatal(err)
		}
	}
	values := map[string]string{
		"role": "entry", "status": "active", "client_service_name": secretText + "-name", "region": secretText + "-region",
		"domain": secretText + ".example.net", "settings/x": secretText + "-x",
	}
	for name, value := range values {
		server.Put(t, "/left/nodes/198.51.100.1/"+name, value)
	}
	write("")
	apply()
	write(fmt.Sprintf("entry \"e\" {\n  ip = \"198.51.100.1\"\n  bound_to = core.a\n  service_name = sensitive(%q)\n  region = sensitive(%q)\n  domain = sensitive(%q)\n  settings = {\n    x = sensitive(%q)\n  }\n}\n",
		values["client_service_name"], values["region"], values["domain"], values["settings/x"]))
	apply()
	if _, err := e.Rollback(t.Context(), engine.RollbackOptions{LiveOptions: live, Serial: 1, Allow: valves, Review: silent}); err != nil {
		t.Fatal(err)
	}
	for name, value := range values {
		if got, _ := server.Get(t, "/left/nodes/198.51.100.1/"+name); got.Value != value {
			t.Fatalf("%s is %q", name, got.Value)
		}
	}
	write("")
	for what, text := range shownOf(t, e, o, live) {
		if strings.Contains(text, secretText) {
			t.Errorf("the %s shows it:\n%s", what, text)
		}
	}
	write("entry \"e\" {\n  ip = \"198.51.100.1\"\n  bound_to = core.a\n  region = \"nl\"\n  domain = \"e.example.net\"\n  settings = {\n    x = \"1\"\n  }\n}\n")
	for what, text := range shownOf(t, e, o, live) {
		if strings.Contains(text, secretText) {
			t.Errorf("where it is wanted again, the %s shows it:\n%s", what, text)
		}
	}
}

// shownOf is what is shown of a network, in both formats, and what a snapshot
// holds.
func shownOf(t *testing.T, e *engine.Engine, o engine.PlanOptions, live engine.LiveOptions) map[string]string {
	t.Helper()
	out := map[string]string{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, format := range []render.Format{render.Text, render.JSON} {
		show := render.Options{Format: format}
		var b bytes.Buffer
		for _, adopt := range []bool{true, false} {
			o.Adopt = adopt
			planned, err := e.Plan(t.Context(), o)
			must(err)
			must(render.Plan(&b, planned.Plan, show))
		}
		out["plan "+string(format)] = b.String()
		b = bytes.Buffer{}
		status, err := e.Status(t.Context(), live)
		must(err)
		must(render.Status(&b, *status, show))
		out["status "+string(format)] = b.String()
		b = bytes.Buffer{}
		found, err := e.Drift(t.Context(), engine.DriftOptions{LiveOptions: live})
		must(err)
		must(render.Drift(&b, found.Report, show))
		out["drift "+string(format)] = b.String()
	}
	file := o.Source.Path + ".snapshot"
	_, err := e.Take(t.Context(), engine.TakeOptions{Source: o.Source, Connection: o.Connection, File: file})
	must(err)
	text, err := os.ReadFile(file)
	must(err)
	must(os.Remove(file))
	saved, err := snapshot.Read(bytes.NewReader(text))
	must(err)
	out["snapshot"] = fmt.Sprint(saved.Store.Entries)
	return out
}
