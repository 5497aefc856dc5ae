package engine_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/failure"
)

// receiver is a webhook, and what it was sent.
func receiver(t *testing.T) (url string, sent <-chan string) {
	t.Helper()
	bodies := make(chan string, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		bodies <- string(body)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	return s.URL, bodies
}

// received takes what a channel is sent in time.
func received[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(enough):
		t.Fatalf("waited in vain for: %s", what)
		panic("unreachable") //nolint:forbidigo // Fatalf does not return
	}
}

// TestOneIsToldWhereAnotherCantBe: a file of metrics that can't be written keeps no
// webhook from being told, of one run and in a watch, and is told itself, once.
func TestOneIsToldWhereAnotherCantBe(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	server.Put(t, domain, "evil.example.net")
	watch := follow(o)
	watch.Prometheus = filepath.Join(t.TempDir(), "none", "sigilform.prom")
	untold := make(chan error, 100)
	listening := *e
	listening.Events = func(said engine.Event) error {
		if u, ok := said.(engine.Untold); ok {
			untold <- u.Cause
		}
		return nil
	}
	for name, look := range map[string]func(context.Context, engine.WatchOptions) (*engine.Drifted, error){
		"once": func(ctx context.Context, o engine.WatchOptions) (*engine.Drifted, error) {
			return listening.Drift(ctx, o.DriftOptions)
		},
		"in a watch": listening.Watch,
	} {
		t.Run(name, func(t *testing.T) { //nolint:paralleltest // they share the listener
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := watch
			url, sent := receiver(t)
			o.Webhook = url
			ended := make(chan *engine.Drifted, 1)
			go func() {
				found, err := look(ctx, o)
				if err != nil {
					t.Error(err)
				}
				ended <- found
			}()
			if body := received(t, "the webhook", sent); !strings.Contains(body, "core.a") {
				t.Errorf("it was sent %s", body)
			}
			if name == "in a watch" {
				server.Put(t, domain, "worse.example.net")
				received(t, "the webhook once more", sent)
				cancel()
			}
			found := received(t, "the end", ended)
			if len(untold) != 1 || !strings.Contains((<-untold).Error(), "write the metrics") {
				t.Errorf("%d more were untold", len(untold))
			}
			if !found.Report.Drifted() || (found.Untold != nil) != (name == "once") {
				t.Errorf("got %+v", found)
			}
		})
	}
}

// TestIgnored: what a rule covers is drift neither of one run, nor of a watch, nor
// for a webhook.
func TestIgnored(t *testing.T) {
	t.Parallel()
	server, e, o := setUp(t)
	mustApply(t, e, o)
	server.Put(t, domain, "evil.example.net")
	watch := follow(o)
	watch.Ignore = []string{"core.*.domain"}
	url, sent := receiver(t)
	watch.Webhook = url
	found, err := e.Drift(t.Context(), watch.DriftOptions)
	if err != nil || found.Report.Drifted() || found.Report.IgnoredFields != 1 {
		t.Fatalf("got %+v, %v", found, err)
	}
	w := watching(t, e, watch)
	if u := w.await(t, "the first update", first); len(u.Events) != 0 || u.Report.IgnoredFields != 1 {
		t.Errorf("got %+v", u)
	}
	if w.end() || len(sent) != 0 {
		t.Errorf("drift at the end, or %d messages", len(sent))
	}
}

// TestAlarmIsCheckedFirst: what is wrong with an alarm is told before anything is
// looked at, and with the code of a command line.
func TestAlarmIsCheckedFirst(t *testing.T) {
	t.Parallel()
	e := &engine.Engine{Clock: time.Now}
	for want, o := range map[string]engine.WatchOptions{
		`--ignore can't be "*"`:             {DriftOptions: engine.DriftOptions{Alarm: engine.Alarm{Ignore: []string{"*"}}}},
		"whose name ends in .prom":          {DriftOptions: engine.DriftOptions{Alarm: engine.Alarm{Prometheus: "metrics"}}},
		"No webhook given":                  {DriftOptions: engine.DriftOptions{Alarm: engine.Alarm{WebhookState: "told.json"}}},
		"--webhook needs a URL":             {DriftOptions: engine.DriftOptions{Alarm: engine.Alarm{Webhook: "hooks.example.net"}}},
		"--listen: nobody can listen on":    {Listen: "192.0.2.1:http-of-nobody"},
		"--listen: nobody can listen on \"": {Listen: "192.0.2.1:1"},
	} {
		_, err := e.Watch(t.Context(), o)
		if err == nil || failure.Of(err).Code != failure.Usage || !strings.Contains(failure.Of(err).Summary, want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}
