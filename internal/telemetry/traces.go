package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// serviceName is the program's in a trace, where OTEL_SERVICE_NAME says no other.
const serviceName = "sigilform"

// Traces sends the spans of one command. A nil Traces makes none.
type Traces struct {
	provider *sdk.TracerProvider
	exporter *calm
	patience time.Duration
}

// Options say what traces are of.
type Options struct {
	Env Lookup
	// Version is the program's own.
	Version string
	// Console is where the exporter of that name writes.
	Console io.Writer
}

// Start makes traces where the environment asks for them, nil where it does
// not. Nothing is sent yet. The error is of the environment; a command goes on
// without traces then.
func Start(ctx context.Context, o Options) (*Traces, error) {
	asked, err := ask(o.Env)
	if err != nil || asked.exporter == exporterNone {
		return nil, err
	}
	exporter, err := asked.open(ctx, o.Console)
	if err != nil {
		return nil, fmt.Errorf("traces can't be sent: %w", err)
	}
	// No detector of the process or the host: a command line may hold secrets.
	about, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", serviceName), attribute.String("service.version", o.Version)), resource.WithFromEnv())
	if err != nil {
		_ = exporter.Shutdown(ctx)
		return nil, &unusable{name: "OTEL_RESOURCE_ATTRIBUTES", why: "it is a list of NAME=VALUE, comma-separated"}
	}
	c := &calm{SpanExporter: exporter}
	return &Traces{
		exporter: c, patience: asked.patience,
		provider: sdk.NewTracerProvider(sdk.WithResource(about), sdk.WithBatcher(c, sdk.WithExportTimeout(asked.patience))),
	}, nil
}

// open makes the exporter. It does not wait for the collector, and does not try
// again: a command is over before that is of use.
func (s settings) open(ctx context.Context, console io.Writer) (sdk.SpanExporter, error) {
	switch {
	case s.exporter == exporterConsole:
		return stdouttrace.New(stdouttrace.WithWriter(console))
	case s.protocol == protocolGRPC:
		return otlptracegrpc.New(ctx, otlptracegrpc.WithTimeout(s.patience), otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{}))
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithTimeout(s.patience), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{}))
}

// Provider makes the spans, nil where there are none to make.
func (t *Traces) Provider() trace.TracerProvider {
	if t == nil {
		return nil
	}
	return t.provider
}

// Close sends what is not sent yet, within the patience. The error is the first
// of all that happened; it is worth a line, and no exit code.
func (t *Traces) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.patience)
	defer cancel()
	err := t.provider.Shutdown(ctx)
	if failed := t.exporter.failed(); failed != nil {
		err = failed
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("traces were not sent: the collector did not answer within %s", t.patience)
	}
	return fmt.Errorf("traces were not sent: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
}

// Parent is a context with the span that the environment names as the parent of
// all that the program does.
func Parent(ctx context.Context, env Lookup) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{
		"traceparent": env("TRACEPARENT"), "tracestate": env("TRACESTATE"),
	})
}

// calm keeps the first error of an exporter to itself. The SDK would give it to
// its global handler, which prints each.
type calm struct {
	sdk.SpanExporter
	mu  sync.Mutex
	err error
}

// ExportSpans sends spans. Whose patience ended first, the SDK's or an
// exporter's own, is one failure: what an exporter makes of the SDK's depends on
// where it waited.
func (c *calm) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := c.SpanExporter.ExportSpans(ctx, spans); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = ctx.Err()
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.err == nil {
			c.err = err
		}
	}
	return nil
}

func (c *calm) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
