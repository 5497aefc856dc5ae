package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"github.com/sigilgate/sigilform/internal/render"
)

// The formats of a log.
const (
	Text = "text"
	JSON = "json"
)

// Log writes one line for each record, of at least the level, without what the
// mask knows by then. The lines of a span name it.
func Log(w io.Writer, format string, level slog.Level, mask *render.Mask) *slog.Logger {
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return hide(mask, a) }}
	if format == JSON {
		return slog.New(placed{slog.NewJSONHandler(w, o)})
	}
	return slog.New(placed{slog.NewTextHandler(w, o)})
}

// hide masks whatever may be text. Numbers, times and levels are none.
func hide(mask *render.Mask, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(mask.Text(a.Value.String()))
	case slog.KindAny:
		if _, isLevel := a.Value.Any().(slog.Level); !isLevel {
			a.Value = slog.StringValue(mask.Text(fmt.Sprint(a.Value.Any())))
		}
	default:
	}
	return a
}

// placed adds where in a trace a record is.
type placed struct{ slog.Handler }

// Handle writes a record.
func (p placed) Handle(ctx context.Context, r slog.Record) error {
	if at := trace.SpanContextFromContext(ctx); at.IsValid() {
		r = r.Clone()
		r.AddAttrs(slog.String("trace_id", at.TraceID().String()), slog.String("span_id", at.SpanID().String()))
	}
	return p.Handler.Handle(ctx, r)
}

// WithAttrs keeps the place.
func (p placed) WithAttrs(attrs []slog.Attr) slog.Handler { return placed{p.Handler.WithAttrs(attrs)} }

// WithGroup keeps the place.
func (p placed) WithGroup(name string) slog.Handler { return placed{p.Handler.WithGroup(name)} }
