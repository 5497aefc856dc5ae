package render_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
)

// driftEvents are one of each kind, with the report of that moment.
func driftEvents() []render.DriftEventDocument {
	at := time.Date(2026, 11, 23, 18, 42, 56, 0, time.UTC)
	r := &drift.Report{
		Catalogue: schema.Network(),
		Network:   "example", Prefix: "/sigilgate/", ClusterID: "8e9e05c52164694d", Revision: 9, Serial: 2, AppliedAt: at.Add(-time.Hour), AppliedBy: "olga",
		Objects: make([]plan.Change, 2), Names: map[string]string{"192.0.2.3": "core.c"},
	}
	value := func(text string) *plan.Value { return &plan.Value{Text: text} }
	hidden := func(text string) *plan.Value { return &plan.Value{Sensitive: true, Fingerprint: text} }
	event := func(kind drift.EventKind, address string, action plan.Action, fields ...drift.FieldEvent) drift.Event {
		return drift.Event{
			Kind: kind, Object: plan.Change{Address: address, Kind: addr.Core, ID: "192.0.2.1", Action: action}, Fields: fields,
			Revision: 8, Seen: at, Serial: 2, AppliedAt: r.AppliedAt, AppliedBy: "olga", Commit: "0123456789abcdef",
		}
	}
	field := func(kind drift.EventKind, f plan.FieldChange) drift.FieldEvent {
		return drift.FieldEvent{Kind: kind, FieldChange: f}
	}
	ended := event(drift.Ended, "core.a", plan.Update, field(drift.Ended, plan.FieldChange{Name: "domain", Last: value("a"), Old: value("b")}))
	ended.ByApply = true
	events := []drift.Event{
		event(drift.Began, "core.a", plan.Update, field(drift.Began, plan.FieldChange{Name: "domain", Last: value("a.example.net"), Old: value("secret-word\x1b[31m")}),
			field(drift.Moved, plan.FieldChange{Name: "links.192.0.2.3", Member: true, Action: plan.Delete, Old: value("")})),
		event(drift.Moved, "user.x", plan.Update, field(drift.Moved, plan.FieldChange{Name: "credential", Last: hidden("aaaa"), Old: hidden("bbbb")})),
		event(drift.Began, "core.c", plan.Create, field(drift.Began, plan.FieldChange{Name: "domain", Last: value("c")})),
		ended,
		event(drift.Ended, "core.c", plan.Create, field(drift.Ended, plan.FieldChange{Name: "domain", Last: value("c")})),
		event(drift.Began, "acl_role.gone", plan.Create),
	}
	docs := []render.DriftEventDocument{render.NewDriftUnknown(r, at, "nobody answers secret-word"), render.NewDriftKnown(r, at)}
	for i := range events {
		docs = append(docs, render.NewDriftEvent(&events[i], r))
	}
	return docs
}

func TestDriftEventsAsText(t *testing.T) {
	t.Parallel()
	docs := driftEvents()
	var out bytes.Buffer
	if err := render.DriftEvents(&out, docs, render.Options{Secrets: []string{"secret-word"}}); err != nil {
		t.Fatal(err)
	}
	const note = " (revision 8; since serial 2 by olga, commit 0123456789ab…)\n"
	want := "unknown   nothing is known of example since then: nobody answers (sensitive)\n" +
		"known     example was read again at revision 9; 2 objects differ\n" +
		`drifted   core.a domain: a.example.net → "(sensitive)\e[31m"` + note +
		"moved     core.a links core.c: added outside" + note +
		"moved     user.x credential: (sensitive) aaaa → bbbb" + note +
		"drifted   core.c: deleted outside" + note +
		"resolved  core.a domain: as applied again (revision 8; by the apply with serial 2 by olga, commit 0123456789ab…)\n" +
		"resolved  core.c: there again" + note +
		"drifted   acl_role.gone: deleted outside" + note
	got := strings.ReplaceAll(out.String(), "2026-11-23 18:42:56 UTC  ", "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDriftEventsAsLines(t *testing.T) {
	t.Parallel()
	docs := driftEvents()
	var out bytes.Buffer
	if err := render.DriftEvents(&out, docs, render.Options{Format: render.JSON, Secrets: []string{"secret-word"}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != len(docs) || strings.Contains(out.String(), "secret-word") {
		t.Fatalf("got\n%s", out.String())
	}
	for i, line := range lines {
		start := `{"format_version":"1.0","document":"drift_event","event":"` + docs[i].Event + `","network":"example","prefix":"/sigilgate/",`
		if !strings.HasPrefix(line, start) || !strings.HasSuffix(line, "}") {
			t.Errorf("got %s", line)
		}
	}
}
