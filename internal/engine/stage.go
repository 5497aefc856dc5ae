package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Scope names the program among those that a trace goes through.
const Scope = "github.com/sigilgate/sigilform"

// The attributes that a whole command has, too, once a stage knows them.
const (
	attrNetwork  = "network"
	attrSerial   = "serial"
	attrRevision = "revision"
)

// stage is a part of a use-case: a span for whoever traces, a line for whoever
// logs, and nil where nobody does. Its attributes are names, numbers and counts,
// never a value of the network.
type stage struct {
	engine *Engine
	ctx    context.Context //nolint:containedctx // the log finds the span by it, at the end too
	name   string
	from   time.Time
	attrs  []slog.Attr
	span   trace.Span
	parent trace.Span
}

// stage begins one. Who begins it ends it.
func (e *Engine) stage(ctx context.Context, name string) (context.Context, *stage) {
	if e.Traces == nil && e.Log == nil {
		return ctx, nil
	}
	s := &stage{engine: e, name: name, from: e.Clock(), parent: trace.SpanFromContext(ctx)}
	if e.Traces != nil {
		ctx, s.span = e.Traces.Tracer(Scope, trace.WithInstrumentationVersion(e.Version)).Start(ctx, name)
	}
	s.ctx = ctx
	if e.Log != nil {
		e.Log.LogAttrs(ctx, slog.LevelDebug, "stage begins", slog.String("stage", name))
	}
	return ctx, s
}

// note adds what is known now.
func (s *stage) note(attrs ...slog.Attr) {
	if s == nil {
		return
	}
	s.attrs = append(s.attrs, attrs...)
}

// measure notes how large a snapshot is.
func (s *stage) measure(snapshot *kv.Snapshot) {
	if s == nil {
		return
	}
	bytes := 0
	for i := range snapshot.Entries {
		bytes += len(snapshot.Entries[i].Key) + len(snapshot.Entries[i].Value)
	}
	s.note(slog.Int64(attrRevision, snapshot.Revision), slog.Int("keys", len(snapshot.Entries)), slog.Int("bytes", bytes))
}

// end says how long it took and what came of it.
func (s *stage) end(err error) {
	if s == nil {
		return
	}
	summary, code := s.engine.summary(err)
	if s.span != nil {
		for _, a := range s.attrs {
			s.set(a)
		}
		if err != nil {
			s.span.SetAttributes(attribute.String("error.type", code))
			s.span.SetStatus(codes.Error, summary)
		}
		s.span.End()
	}
	if s.engine.Log == nil {
		return
	}
	line := append([]slog.Attr{slog.String("stage", s.name), slog.Int64("duration_ms", s.engine.Clock().Sub(s.from).Milliseconds())}, s.attrs...)
	level, message := slog.LevelInfo, "stage done"
	if err != nil {
		level, message = slog.LevelWarn, "stage failed"
		line = append(line, slog.String("error_code", code), slog.String("error", summary))
	}
	s.engine.Log.LogAttrs(s.ctx, level, message, line...)
}

// set puts an attribute on the span, and on that of the whole where it is of
// the whole.
func (s *stage) set(a slog.Attr) {
	pair := Attribute(a)
	s.span.SetAttributes(pair)
	switch a.Key {
	case attrNetwork, attrSerial, attrRevision:
		s.parent.SetAttributes(pair)
	}
}

// Attribute is a log's attribute as a span has it.
func Attribute(a slog.Attr) attribute.KeyValue {
	key, v := "sigilform."+a.Key, a.Value.Resolve()
	switch v.Kind() {
	case slog.KindInt64:
		return attribute.Int64(key, v.Int64())
	case slog.KindBool:
		return attribute.Bool(key, v.Bool())
	default:
		return attribute.String(key, v.String())
	}
}

// summary is an error in one line, without any known secret. Findings in a
// configuration may quote it, before it is known what in it is secret: of them
// only the number is said.
func (e *Engine) summary(err error) (summary, code string) {
	if err == nil {
		return "", ""
	}
	d := failure.Of(err)
	if found, ok := errors.AsType[*diag.Failure](err); ok {
		return fmt.Sprintf("%d findings", len(found.Diagnostics)), string(d.Code)
	}
	return e.Mask.Text(failure.OneLine(d.Summary)), string(d.Code)
}

// Summary is how a command's error is logged and traced.
func (e *Engine) Summary(err error) (summary, code string) { return e.summary(err) }
