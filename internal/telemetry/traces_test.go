package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/goleak"

	"github.com/sigilgate/sigilform/internal/render"
)

func env(pairs map[string]string) Lookup { return func(name string) string { return pairs[name] } }

// TestUnasked: without a word of the environment there is nothing, not even a
// goroutine.
func TestUnasked(t *testing.T) {
	before := goleak.IgnoreCurrent()
	for name, given := range map[string]map[string]string{
		"empty":    {},
		"service":  {"OTEL_SERVICE_NAME": "x", "OTEL_BSP_EXPORT_TIMEOUT": "5"},
		"none":     {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
		"disabled": {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"},
	} {
		traces, err := Start(t.Context(), Options{Env: env(given)})
		if traces != nil || err != nil || traces.Provider() != nil || traces.Close(t.Context()) != nil {
			t.Errorf("%s: there are traces: %v, %v", name, traces, err)
		}
	}
	goleak.VerifyNone(t, before)
}

// TestClosed: nothing is left of traces that were asked for and are over.
func TestClosed(t *testing.T) {
	before := goleak.IgnoreCurrent()
	for _, protocol := range []string{protocolGRPC, protocolHTTP} {
		traces, err := Start(t.Context(), Options{Env: env(map[string]string{
			"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": protocol, "OTEL_BSP_EXPORT_TIMEOUT": "500",
		})})
		if err != nil {
			t.Fatal(err)
		}
		if err := traces.Close(t.Context()); err != nil {
			t.Errorf("%s: without a span there is nothing to send: %v", protocol, err)
		}
	}
	goleak.VerifyNone(t, before)
}

// TestUnusable: what can't be understood is named, and not repeated.
func TestUnusable(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"OTEL_TRACES_EXPORTER": "tops3cret", "OTEL_EXPORTER_OTLP_PROTOCOL": "tops3cret", "OTEL_BSP_EXPORT_TIMEOUT": "tops3cret",
		"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "-1", "OTEL_EXPORTER_OTLP_ENDPOINT": "tops3cret:4318", "OTEL_EXPORTER_OTLP_HEADERS": "tops3cret",
		"OTEL_EXPORTER_OTLP_TRACES_HEADERS": "a b=tops3cret", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://tops3cret:x@127.0.0.1",
	} {
		given := map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}
		given[name] = value
		traces, err := Start(t.Context(), Options{Env: env(given)})
		if traces != nil || err == nil || !strings.HasPrefix(err.Error(), name) || strings.Contains(err.Error(), "tops3cret") {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}

// TestPatience: a command waits 2 s, or what is asked for, never for ever.
func TestPatience(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"": 2 * time.Second, "250": 250 * time.Millisecond, "99999999": time.Minute} {
		got, err := patience(env(map[string]string{"OTEL_BSP_EXPORT_TIMEOUT": text}))
		if got != want || err != nil {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
}

// waiting answers as an exporter does that was stopped while it waited: with why
// it was stopped, which need not be the context's own error.
type waiting struct{ sdk.SpanExporter }

func (waiting) ExportSpans(ctx context.Context, _ []sdk.ReadOnlySpan) error {
	<-ctx.Done()
	return fmt.Errorf("traces export: %w", context.Cause(ctx))
}

// TestWhosePatience: that the SDK stopped waiting before the exporter did is no
// other failure.
func TestWhosePatience(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, errors.New("processor export timeout"))
	defer cancel()
	c := &calm{SpanExporter: waiting{}}
	if err := c.ExportSpans(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(c.failed(), context.DeadlineExceeded) {
		t.Errorf("%v is not told to be a collector that did not answer", c.failed())
	}
}

// TestLogMasked: no form of a secret comes through, in no kind of attribute.
func TestLogMasked(t *testing.T) {
	t.Parallel()
	const secret = `tops3cret "marker"`
	for _, format := range []string{JSON, Text} {
		var out bytes.Buffer
		mask := new(render.Mask)
		log := Log(&out, format, slog.LevelInfo, mask)
		mask.Know(secret)
		log.With("with", secret).WithGroup("group").Info("message "+secret, "text", secret, "error", &unusable{name: "x", why: secret},
			"list", []string{secret}, slog.Group("inner", "text", secret))
		log.Debug("not told")
		text := out.String()
		if strings.Contains(text, "tops3cret") || strings.Count(text, render.Sensitive) != 6 || strings.Count(text, "\n") != 1 {
			t.Errorf("the log is %s", text)
		}
	}
}
