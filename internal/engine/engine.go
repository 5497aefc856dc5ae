package engine

import (
	"io"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/veil"
)

// Engine carries out the use-cases. Its fields are set once, before the first
// use; it may then be used by several goroutines.
type Engine struct {
	// Version is the program's own, written into plans and the history.
	Version string
	// Catalogue says which kinds and fields there are.
	Catalogue *schema.Catalogue
	// Command names the use-case to whoever waits for the embedded server's
	// folder: "sigilform apply". It holds no argument.
	Command string
	// Clock is the time, Random the source of everything that is generated.
	Clock  func() time.Time
	Random io.Reader
	// Env is the environment.
	Env Environment
	// Abort is closed at the second interrupt: whatever is under way stops at
	// once. May be nil.
	Abort <-chan struct{}
	// Traces makes the spans of stages, Log is told of them; both may be nil.
	Traces trace.TracerProvider
	Log    *slog.Logger
	// Mask learns what neither of them may hold; may be nil.
	Mask *render.Mask
	// Veil learns what is private, and shortens it in what is shown; may be nil.
	Veil *veil.Veil
	// Events is told what happens, in order and one event at a time; may be nil.
	// Its error ends what would go on for ever, a watch or an embedded server;
	// nothing else stops for it. Who serves several callers gives each of them a
	// copy of the engine with a listener of its own.
	Events func(Event) error
}

// Environment is a list of NAME=value as os.Environ returns it.
type Environment []string

// Get returns the value of a variable; one that is empty is not set.
func (e Environment) Get(name string) string {
	value := ""
	for _, line := range e {
		if n, v, ok := strings.Cut(line, "="); ok && n == name {
			value = v
		}
	}
	return value
}

// Empty reports whether a variable is there and holds nothing: it comes from
// another one that is not set.
func (e Environment) Empty(name string) bool {
	empty := false
	for _, line := range e {
		if n, v, ok := strings.Cut(line, "="); ok && n == name {
			empty = strings.TrimSpace(v) == ""
		}
	}
	return empty
}

func (e *Engine) now() time.Time { return e.Clock().UTC() }
