package engine

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
)

// unasked is a stage as use-cases have it.
func unasked(ctx context.Context, e *Engine) {
	_, st := e.stage(ctx, "snapshot")
	st.note(slog.String(attrNetwork, "t"), slog.Int64(attrRevision, 1))
	st.end(nil)
}

// TestStageUnasked holds that stages cost nothing where nobody traces or logs.
func TestStageUnasked(t *testing.T) {
	e := &Engine{Catalogue: schema.Network(), Clock: func() time.Time { t.Error("the clock was asked"); return time.Time{} }}
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() { unasked(ctx, e) }); n != 0 {
		t.Errorf("a stage that nobody asked for makes %v allocations", n)
	}
}

// TestStageMasked: the summary of an error is without the secrets that are
// known by the time it ends.
func TestStageMasked(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := &Engine{Catalogue: schema.Network(), Clock: time.Now, Mask: new(render.Mask), Log: slog.New(slog.NewJSONHandler(&out, nil))}
	_, st := e.stage(t.Context(), "look")
	e.Mask.Know("tops3cret-marker")
	st.end(errors.New("the store said: tops3cret-marker"))
	text := out.String()
	if strings.Contains(text, "tops3cret") || !strings.Contains(text, `"error":"the store said: (sensitive)"`) {
		t.Errorf("the log is %s", text)
	}
}

// BenchmarkStageUnasked measures a stage that nobody asked for.
func BenchmarkStageUnasked(b *testing.B) {
	e, ctx := &Engine{Catalogue: schema.Network()}, b.Context()
	b.ReportAllocs()
	for b.Loop() {
		unasked(ctx, e)
	}
}
