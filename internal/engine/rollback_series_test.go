package engine_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/snapshot"
)

// series is a network that is applied again and again while others write.
type series struct {
	t       *rapid.T
	test    *testing.T
	server  *etcdtest.Server
	engine  *engine.Engine
	options engine.PlanOptions
	name    string
	prefix  string
	file    string
	// after is what the network held after each serial, from 1.
	after []map[string]string
	// lost says that a rollback has said that the Entry of others does not come back.
	lost bool
	// foreign is what others wrote since each serial: their last values, by key.
	foreign []map[string]*string
}

var rollbacks = flag.Int("series.rollbacks", 1, "how many rollbacks a drawn series has at most; with 3, now and then a secret service name is left")

// secretText is in every sensitive value, and nowhere else.
const secretText = "s3cr3t-marker"

// choice draws an attribute: left out, or one of the values; what holds the mark
// is sensitive.
func (s *series) choice(name string, values ...string) string {
	i := rapid.IntRange(-2, len(values)-1).Draw(s.t, name)
	if i < 0 {
		return ""
	}
	if strings.Contains(values[i], secretText) {
		return fmt.Sprintf("  %s = sensitive(%q)\n", name, values[i])
	}
	return fmt.Sprintf("  %s = %q\n", name, values[i])
}

func (s *series) has(what string) bool { return rapid.IntRange(0, 3).Draw(s.t, what) > 0 }

// configuration draws a network of few objects, so that most of them live on
// from one apply to the next.
func (s *series) configuration() string {
	var b strings.Builder
	uuid := func(n int) []string {
		return []string{fmt.Sprintf("6ba7b810-9dad-41d1-80b4-00c04fd43%d00", n), fmt.Sprintf("6ba7b810-9dad-41d1-80b4-00c04fd43%d01", n)}
	}
	status := func() string { return s.choice("status", "active", "inactive") }
	service := func(of string) string { return s.choice("service_name", of+".one", of+"."+secretText) }
	fmt.Fprintf(&b, "network %q {\n  prefix = %q\n}\n", s.name, s.prefix)
	fmt.Fprintf(&b, "core \"a\" {\n  ip = \"192.0.2.1\"\n%s%s%s}\n", s.choice("uuid", uuid(1)...), service("a"), s.choice("region", "nl", secretText+"-region"))
	fmt.Fprintf(&b, "core \"b\" {\n  ip = \"192.0.2.2\"\n%s%s  settings = { %s }\n}\n", s.choice("uuid", uuid(2)...), s.choice("domain", "b.example.net", "bb.example.net"),
		strings.TrimSpace(s.choice("mtu", "1400", "1500")))
	if s.has("core") {
		fmt.Fprintf(&b, "core \"c\" {\n  ip = \"192.0.2.3\"\n%s%s}\n", s.choice("status", "active", "inactive", "archived"), s.choice("uuid", uuid(1)[1], uuid(2)[0]))
	}
	if s.has("entry") {
		fmt.Fprintf(&b, "entry \"e\" {\n  ip = \"198.51.100.1\"\n  bound_to = core.a\n%s%s}\n", status(), service("e"))
		if s.has("route") {
			fmt.Fprintf(&b, "route \"r\" {\n  entry = entry.e\n  core = core.b\n%s%s}\n", status(), service("r"))
		}
	}
	if s.has("adopted entry") {
		fmt.Fprintf(&b, "entry \"f\" {\n  ip = \"198.51.100.2\"\n  bound_to = core.a\n%s%s%s  settings = { %s }\n}\n", status(), service("f"),
			s.choice("region", "nl", "pl"), strings.TrimSpace(s.choice("k", "one", "two")))
	}
	if s.has("user") {
		device := ""
		if s.has("device") {
			device = fmt.Sprintf("  device \"phone\" {\n  uuid = \"7ba7b810-9dad-41d1-80b4-00c04fd43000\"\n  core = core.a\n%s  }\n", s.choice("status", "active", "archived"))
		}
		access := rapid.SampledFrom([]string{"", "  access = []\n", "  access = [\"tcp\"]\n", "  access = [\"tcp\", \"udp\"]\n"}).Draw(s.t, "access")
		fmt.Fprintf(&b, "user \"u\" {\n  id = 7\n  core_nodes = [core.a]\n%s%s%s}\n", status(), access, device)
	}
	return b.String()
}

// put is a write of others.
func (s *series) put(key, value string) {
	s.server.Put(s.test, s.prefix+key, value)
	for _, since := range s.foreign {
		since[s.prefix+key] = &value
	}
}

// others do what nodes do all day, or what was there before anybody declared it.
func (s *series) others() {
	for range rapid.IntRange(0, 3).Draw(s.t, "writes of others") {
		_, entry := s.server.Get(s.test, s.prefix+"nodes/198.51.100.1/role")
		_, other := s.server.Get(s.test, s.prefix+"nodes/198.51.100.2/role")
		_, user := s.server.Get(s.test, s.prefix+"users/7/username")
		switch rapid.IntRange(0, 6).Draw(s.t, "which") {
		case 0:
			s.put("nodes/192.0.2.1/health", "healthy")
		case 1:
			s.put("nodes/192.0.2.1/core_service_name", rapid.SampledFrom([]string{"rotated.one", "rotated.two"}).Draw(s.t, "rotated"))
		case 2:
			if entry {
				s.put("nodes/198.51.100.1/status", rapid.SampledFrom([]string{"active", "inactive", "archived"}).Draw(s.t, "status"))
			}
		case 3:
			s.put("nodes/192.0.2.2/settings/mtu", rapid.SampledFrom([]string{"1400", "9000"}).Draw(s.t, "mtu"))
		case 4:
			if user {
				s.put("users/7/access/tcp", "")
			}
		default:
			if !other {
				s.foreignEntry()
			}
		}
	}
}

// foreignEntry is an Entry that somebody else makes.
func (s *series) foreignEntry() {
	for key, value := range map[string]string{
		"nodes/198.51.100.2/role": "entry", "nodes/198.51.100.2/status": "active", "nodes/198.51.100.2/client_service_name": "f.one",
		"nodes/198.51.100.2/region": "nl", "nodes/198.51.100.2/settings/k": "one", "nodes/198.51.100.2/settings/mine": "others",
		"topology/bindings/198.51.100.2/core": "192.0.2.1",
	} {
		s.put(key, value)
	}
}

// values are the network's keys, without what is never compared.
func (s *series) values() map[string]string {
	out := map[string]string{}
	for _, key := range s.server.Keys(s.test, s.prefix) {
		if strings.HasSuffix(key, "_at") || strings.HasSuffix(key, "/created") || strings.Contains(key, "/counters/") {
			continue
		}
		e, _ := s.server.Get(s.test, key)
		out[key] = e.Value
	}
	return out
}

func (s *series) apply() {
	o := s.options
	o.Adopt, o.Cascade, o.Allow = true, true, valves
	applied, err := s.engine.Apply(s.test.Context(), engine.ApplyOptions{PlanOptions: o, Review: func(_ context.Context, p *engine.Planned) error {
		s.requireSilence(p)
		if len(p.Plan.Conflicts) > 0 {
			return errRefused
		}
		return nil
	}})
	var invalid *diag.Failure // what is drawn need not be valid
	if errors.Is(err, errRefused) || errors.As(err, &invalid) {
		return
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.noted(applied)
}

// noted keeps what the network holds after a serial.
func (s *series) noted(a *engine.Applied) {
	if a.Result != nil && a.Result.Serial > int64(len(s.after)) {
		s.after, s.foreign = append(s.after, s.values()), append(s.foreign, map[string]*string{})
	}
}

// back rolls back to a serial, and compares.
func (s *series) back(serial int64) {
	before, want := s.values(), len(s.after)
	if s.rollback(serial, plan.MovedAsk) {
		if diff := cmp.Diff(before, s.values()); diff != "" || len(s.after) > want {
			s.t.Fatalf("a rollback that is refused wrote:\n%s", diff)
		}
		s.rollback(serial, rapid.SampledFrom([]plan.Moved{plan.MovedKeep, plan.MovedRestore}).Draw(s.t, "moved"))
	}
	s.requireBack(serial, before)
	s.requireInSync()
}

// valves may all be broken: what is drawn changes much at once.
var valves = []string{"max-deletes", "max-updates", "vanishing-kind", "last-core"}

var errRefused = errors.New("the plan has conflicts")

// rollback brings a serial back, and returns whether it was refused because the
// network has moved on.
func (s *series) rollback(serial int64, moved plan.Moved) (refused bool) {
	o := engine.RollbackOptions{
		LiveOptions: engine.LiveOptions{Source: s.options.Source, Connection: s.options.Connection, Network: s.name},
		Serial:      serial, Moved: moved, Adopt: true, Cascade: true, Allow: valves,
		Review: func(_ context.Context, p *engine.Planned) error {
			s.requireSilence(p)
			s.lost = slices.ContainsFunc(p.Plan.Warnings, func(w diag.Diagnostic) bool {
				return w.Address == "entry.f" && strings.Contains(w.Summary, "does not come back")
			})
			for i := range p.Plan.Conflicts {
				refused = refused || strings.Contains(p.Plan.Conflicts[i].Summary, "The network has changed")
			}
			if len(p.Plan.Conflicts) > 0 {
				return errRefused
			}
			return nil
		},
	}
	back, err := s.engine.Rollback(s.test.Context(), o)
	if errors.Is(err, errRefused) && refused {
		return true
	}
	if err != nil {
		s.t.Fatalf("rollback to %d: %v", serial, err)
	}
	s.noted(back)
	return false
}

// requireSilence: no sensitive value is in what is shown of a plan.
func (s *series) requireSilence(p *engine.Planned) {
	var b strings.Builder
	if err := render.Plan(&b, p.Plan, render.Options{Format: render.Text}); err != nil {
		s.t.Fatal(err)
	}
	if strings.Contains(b.String(), secretText) {
		s.t.Fatalf("a sensitive value is shown:\n%s", b.String())
	}
}

// requireMasked: a snapshot that knows the network's name only holds no
// sensitive value.
func (s *series) requireMasked() {
	file := s.file + ".snapshot"
	if err := os.WriteFile(s.file, []byte(fmt.Sprintf("network %q {\n  prefix = %q\n}\n", s.name, s.prefix)), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.engine.Take(s.test.Context(), engine.TakeOptions{Source: s.options.Source, Connection: s.options.Connection, File: file}); err != nil {
		s.t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	saved, err := snapshot.Read(bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range saved.Store.Entries {
		if strings.Contains(e.Value, secretText) {
			s.t.Fatalf("the snapshot holds %s in plain: %s", e.Key, e.Value)
		}
	}
}

// requireBack: what the serial had is there, but for what others wrote since;
// of that what they made is theirs again.
func (s *series) requireBack(serial int64, before map[string]string) {
	want, got, foreign := maps.Clone(s.after[serial-1]), s.values(), s.foreign[serial-1]
	role := s.prefix + "nodes/198.51.100.2/role"
	if _, then := want[role]; !then && before[role] != "" {
		for key, value := range foreign {
			if strings.Contains(key, "198.51.100.2") && got[key] != *value {
				s.t.Fatalf("%s is others', and %q instead of %q", key, got[key], *value)
			}
		}
	}
	if s.lost {
		maps.DeleteFunc(want, func(key, _ string) bool { return strings.Contains(key, "198.51.100.2") })
	}
	for key := range foreign {
		if !strings.Contains(key, "198.51.100.2") {
			delete(want, key)
			delete(got, key)
		}
	}
	maps.DeleteFunc(got, func(key, _ string) bool { return strings.Contains(key, "198.51.100.2") && foreign[key] != nil })
	maps.DeleteFunc(want, func(key, _ string) bool { return strings.Contains(key, "198.51.100.2") && foreign[key] != nil })
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Fatalf("rolled back to %d:\n%s", serial, diff)
	}
}

func (s *series) requireInSync() {
	d, err := s.engine.Drift(s.test.Context(), engine.DriftOptions{LiveOptions: engine.LiveOptions{Source: s.options.Source, Connection: s.options.Connection, Network: s.name}})
	if err != nil {
		s.t.Fatal(err)
	}
	if d.Report.Drifted() {
		s.t.Fatalf("drift after a rollback: %+v", d.Report)
	}
}

// TestRollbackOfARandomSeries: after any row of applies on a real server, in
// which attributes are named and not named, others write, and what others made
// is adopted, any serial comes back; the next rollback to it and drift find
// nothing.
func TestRollbackOfARandomSeries(t *testing.T) {
	t.Parallel()
	server, folder, n := etcdtest.Start(t), t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		s := &series{
			t: rt, test: t, server: server, name: fmt.Sprintf("n%d", n), prefix: fmt.Sprintf("/n%d/", n), file: filepath.Join(folder, fmt.Sprintf("n%d.hcl", n)),
			engine: &engine.Engine{Catalogue: schema.Network(), Version: "test", Clock: time.Now, Random: rand.Reader, Env: engine.Environment{"SIGILFORM_ACTOR=tester"}},
		}
		s.options = engine.PlanOptions{Source: engine.Source{Path: s.file}, Connection: engine.Connection{Endpoints: []string{server.Endpoint()}}}
		for range rapid.IntRange(1, *rollbacks).Draw(rt, "rollbacks") {
			for range rapid.IntRange(1, 4).Draw(rt, "applies") {
				if err := os.WriteFile(s.file, []byte(s.configuration()), 0o600); err != nil {
					rt.Fatal(err)
				}
				s.apply()
				s.others()
			}
			if len(s.after) > 0 {
				s.back(int64(rapid.IntRange(1, len(s.after)).Draw(rt, "serial")))
			}
		}
		s.requireMasked()
	})
}
