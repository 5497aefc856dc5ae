package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// heard is the program with a listener, and what it printed.
type heard struct {
	*app
	out, said bytes.Buffer
}

// listening is a program that prints into memory, as text where format is empty.
func listening(format string) *heard {
	h := &heard{app: newApp(schema.Network())}
	h.stdout, h.stderr = &h.out, &h.said
	h.app.out.format = format
	return h
}

// report is the drift of one network.
func report(objects ...plan.Change) *drift.Report {
	return &drift.Report{Catalogue: schema.Network(), Network: "prod", Serial: 3, AppliedBy: "olga", Revision: 9, Objects: objects}
}

// said is an event, and what it prints on the two streams.
type said struct {
	event engine.Event
	// out and aside are printed as text, json on standard output as JSON; where
	// they are empty, nothing is.
	out, aside, json string
	// unsaid counts the warnings that are kept for the result as JSON.
	unsaid int
	// stream says that it is of a watch, fails that it must be printed.
	stream, fails bool
}

// events are one of each type.
func events() map[string]said {
	journal := &state.Journal{Serial: 4, Actor: "olga", Done: 1, Ops: 3}
	return map[string]said{
		"Stage":     {event: engine.Stage{What: "planning"}},
		"Midway":    {event: engine.Midway{Journal: journal}, aside: "olga"},
		"Restored":  {event: engine.Restored{Restored: state.Restored{From: "c1", Serial: 3, Actor: "olga\x1b[31m"}}, aside: "cluster c1 had at serial 3,\napplied by olga\\e[31m"},
		"Listening": {event: engine.Listening{Endpoint: "http://127.0.0.1:1"}, out: "http://127.0.0.1:1\n", json: "http://127.0.0.1:1\n", aside: "etcdctl --endpoints http://127.0.0.1:1 get", fails: true},
		"Untold":    {event: engine.Untold{Cause: errors.New("it said hunter2-marker"), Secrets: []string{"hunter2-marker"}}, aside: "error: ", unsaid: 1},
		"WatchUpdate": {
			event: engine.WatchUpdate{First: true, Report: report(), AllSecrets: func() []string { return nil }},
			out:   "No drift", json: `"drifted":false`, stream: true, fails: true,
		},
	}
}

// TestEveryEventIsShown gives the listener one of each type that the engine has,
// as text, as JSON and where nobody reads any more.
func TestEveryEventIsShown(t *testing.T) {
	t.Parallel()
	rows := events()
	for name := range declaredEvents(t) {
		if _, ok := rows[name]; !ok {
			t.Errorf("%s is not tried", name)
		}
	}
	for name, row := range rows {
		for _, format := range []string{formatText, formatJSON} {
			h := listening(format)
			if row.stream {
				h.stream = &driftStream{app: h.app, flags: &driftFlags{watch: true}}
			}
			err := h.event(row.event)
			out, aside := row.out, row.aside
			if format == formatJSON {
				out, aside = row.json, ""
			}
			if err != nil || !prints(&h.out, out) || !prints(&h.said, aside) {
				t.Errorf("%s as %s: %v\n%s%s", name, format, err, h.out.String(), h.said.String())
			}
			if strings.Contains(h.out.String()+h.said.String(), "hunter2") || format == formatJSON && len(h.unsaid) != row.unsaid {
				t.Errorf("%s as %s: %d are unsaid, and it said\n%s%s", name, format, len(h.unsaid), h.out.String(), h.said.String())
			}
		}
		h := listening(formatText)
		h.stream = &driftStream{app: h.app, flags: &driftFlags{watch: true}}
		h.stdout, h.stderr = closed{}, closed{}
		if err := h.event(row.event); (err != nil) != row.fails {
			t.Errorf("%s where nobody reads: %v", name, err)
		}
	}
}

// prints reports whether a text was printed, nothing where it is empty.
func prints(b *bytes.Buffer, want string) bool {
	return (b.Len() > 0) == (want != "") && strings.Contains(b.String(), want)
}

// closed is a stream that nobody reads.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }

// declaredEvents are the names of the types that the engine declares as events.
func declaredEvents(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "engine", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	marker, names := regexp.MustCompile(`(?m)^func \((\w+)\) event\(\)`), map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range marker.FindAllSubmatch(text, -1) {
			names[string(m[1])] = true
		}
	}
	if len(names) < 6 {
		t.Errorf("found only %v", names)
	}
	return names
}

// TestUnknownEventFails: a new type of event is not passed over.
func TestUnknownEventFails(t *testing.T) {
	t.Parallel()
	if err := listening(formatText).event(nil); err == nil {
		t.Error("no error")
	}
}

// TestUntoldInAWatch: a stream of lines can't hold a warning of somebody who could
// not be told, so it goes to standard error, as JSON too.
func TestUntoldInAWatch(t *testing.T) {
	t.Parallel()
	h := listening(formatJSON)
	h.stream = &driftStream{app: h.app, flags: &driftFlags{watch: true}}
	if err := h.event(engine.Untold{Cause: errors.New("nobody answers")}); err != nil {
		t.Fatal(err)
	}
	if h.out.Len() > 0 || len(h.unsaid) > 0 || !strings.Contains(h.said.String(), "nobody answers") {
		t.Errorf("printed %q, said %q, left %v", h.out.String(), h.said.String(), h.unsaid)
	}
}

// TestStream goes through what a watch says: all of it or only what is new, and
// once that nothing is known and that it is known again.
func TestStream(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	change := plan.Change{Address: "core.ams", Kind: "core", Action: plan.Update, Fields: []plan.FieldChange{{
		Name: "region", Action: plan.Update, Row: plan.RowRestore, Old: &plan.Value{Text: "de"}, Last: &plan.Value{Text: "nl"}, New: &plan.Value{Text: "nl"}, Revision: 8,
	}}}
	none := func() []string { return nil }
	began := []drift.Event{{Kind: drift.Began, Object: change, Fields: []drift.FieldEvent{{Kind: drift.Began, FieldChange: change.Fields[0]}}, Revision: 8, Seen: at, Serial: 3}}
	updates := []engine.WatchUpdate{
		{First: true, Checked: true, Report: report(), AllSecrets: none},
		{Report: report(), AllSecrets: none},
		{Events: began, Report: report(change), AllSecrets: none},
		{Checked: true, Report: report(change), AllSecrets: none},
		{Blind: errors.New("no\n answer"), Report: report(change), AllSecrets: none},
		{Blind: errors.New("no answer"), Report: report(change), AllSecrets: none},
		{Report: report(change), AllSecrets: none},
		{Checked: true, Report: report(change), AllSecrets: none},
	}
	for name, c := range map[string]struct {
		flags driftFlags
		// lines is at which updates something is printed.
		lines []int
	}{
		"a watch":                 {driftFlags{watch: true}, []int{0, 2, 4, 6}},
		"an interval":             {driftFlags{interval: time.Second}, []int{0, 2, 3, 4, 6, 7}},
		"only transitions":        {driftFlags{watch: true, transitions: true}, []int{2, 4, 6}},
		"transitions of interval": {driftFlags{interval: time.Second, transitions: true}, []int{2, 4, 6}},
	} {
		h := listening(formatJSON)
		h.stream = &driftStream{app: h.app, flags: &c.flags}
		var printed []int
		for i, u := range updates {
			u.At = at
			before := h.out.Len()
			if err := h.event(u); err != nil {
				t.Fatal(err)
			}
			if h.out.Len() > before {
				printed = append(printed, i)
			}
		}
		if !slices.Equal(printed, c.lines) {
			t.Errorf("%s: printed at %v, not at %v:\n%s", name, printed, c.lines, h.out.String())
		}
		for line := range strings.Lines(h.out.String()) {
			if !strings.HasPrefix(line, "{") || !strings.HasSuffix(line, "}\n") {
				t.Errorf("%s: not a document on a line: %s", name, line)
			}
		}
		if n := strings.Count(h.out.String(), "no answer"); n != 1 {
			t.Errorf("%s: it says %d times that nothing is known", name, n)
		}
	}
}
