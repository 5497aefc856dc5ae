package cli

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/telemetry"

	"github.com/sigilgate/sigilform/internal/failure"
)

// logFlags say whether and how the stages of a command are logged.
type logFlags struct{ format, level string }

func (l *logFlags) add(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&l.format, "log-format", "", "log stages to standard error as `FORMAT`: text, json (SIGILFORM_LOG_FORMAT)")
	f.StringVar(&l.level, "log-level", "", "least `LEVEL` that is logged: debug, info, warn, error (SIGILFORM_LOG_LEVEL, default info)")
	none := cobra.ShellCompDirectiveNoFileComp
	_ = root.RegisterFlagCompletionFunc("log-format", cobra.FixedCompletions(toCompletions(logFormats()), none))
	_ = root.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions(toCompletions(logLevels()), none))
}

func logFormats() []string { return []string{telemetry.Text, telemetry.JSON} }

func logLevels() []string { return []string{"debug", "info", "warn", "error"} }

// settle finds the format and the level; without either nothing is logged.
func (l *logFlags) settle(env func(string) string) (format string, level slog.Level, err error) {
	format, from := l.format, "--log-format"
	if format == "" {
		format, from = env("SIGILFORM_LOG_FORMAT"), "SIGILFORM_LOG_FORMAT"
	}
	if format != "" && !slices.Contains(logFormats(), format) {
		return "", 0, usage(fmt.Sprintf("%s can't be %q", from, format), "it is text or json")
	}
	word, from := l.level, "--log-level"
	if word == "" {
		word, from = env("SIGILFORM_LOG_LEVEL"), "SIGILFORM_LOG_LEVEL"
	}
	if word == "" {
		return format, slog.LevelInfo, nil
	}
	if !slices.Contains(logLevels(), word) || level.UnmarshalText([]byte(word)) != nil {
		return "", 0, usage(fmt.Sprintf("%s can't be %q", from, word), "it is one of "+strings.Join(logLevels(), ", "))
	}
	if format == "" {
		format = telemetry.Text
	}
	return format, level, nil
}

// told is a command that is traced and logged while it runs.
type told struct {
	app    *app
	traces *telemetry.Traces
	span   trace.Span
	from   time.Time
}

// tell begins to trace and log a command, as far as anyone asks.
func (a *app) tell(ctx context.Context, command string) (context.Context, *told, error) {
	env := a.engine.Env.Get
	format, level, err := a.logs.settle(env)
	if err != nil {
		return ctx, nil, err
	}
	if format != "" {
		a.mask()
		a.engine.Log = telemetry.Log(a.stderr, format, level, a.engine.Mask).With("command", command)
	}
	t := &told{app: a, from: a.engine.Clock()}
	t.traces, err = telemetry.Start(ctx, telemetry.Options{Env: env, Version: a.engine.Version, Console: a.stderr})
	if err != nil {
		a.mask()
		a.aside(ctx, err)
	}
	if t.traces != nil {
		a.mask()
		a.engine.Traces = t.traces.Provider()
		ctx, t.span = a.engine.Traces.Tracer(engine.Scope, trace.WithInstrumentationVersion(a.engine.Version)).Start(telemetry.Parent(ctx, env), command)
	}
	if a.engine.Log != nil {
		a.engine.Log.DebugContext(ctx, "command begins")
	}
	return ctx, t, nil
}

// mask makes what hides secrets, with those that are known from the beginning.
func (a *app) mask() {
	if a.engine.Mask == nil {
		a.engine.Mask = &render.Mask{Veil: a.engine.Veil}
		a.engine.Mask.Know(telemetry.Credentials(a.engine.Env.Get)...)
	}
}

// aside says in one line what went wrong with the telemetry. The command and
// its exit code have nothing to do with it.
func (a *app) aside(ctx context.Context, err error) {
	text := a.engine.Mask.Text(err.Error())
	if a.engine.Log != nil {
		a.engine.Log.WarnContext(ctx, text)
		return
	}
	a.clear()
	_, _ = fmt.Fprintln(a.stderr, "warning: "+text)
}

// end says what came of the command, and sends what is not sent yet.
func (t *told) end(ctx context.Context, err error) {
	a, outcome := t.app, outcomeOf(err)
	summary, code := "", ""
	if outcome == failed {
		summary, code = a.inBrief(err)
	}
	if t.span != nil {
		t.span.SetAttributes(attribute.Int("sigilform.exit_code", codeOf(err)), attribute.String("sigilform.outcome", outcome))
		if outcome == failed {
			t.span.SetAttributes(attribute.String("error.type", code))
			t.span.SetStatus(codes.Error, summary)
		}
		t.span.End()
	}
	if unsent := t.traces.Close(ctx); unsent != nil {
		a.aside(ctx, unsent)
	}
	if a.engine.Log == nil {
		return
	}
	line := []slog.Attr{
		slog.String("outcome", outcome), slog.Int("exit_code", codeOf(err)),
		slog.Int64("duration_ms", a.engine.Clock().Sub(t.from).Milliseconds()),
	}
	level, message := slog.LevelInfo, "command done"
	if outcome == failed {
		level, message = slog.LevelError, "command failed"
		line = append(line, slog.String("error_code", code), slog.String("error", summary))
	}
	a.engine.Log.LogAttrs(ctx, level, message, line...)
}

// inBrief is an error as it is logged and traced. What is wrong with a command
// line may quote it, and then is not said.
func (a *app) inBrief(err error) (summary, code string) {
	d := a.explain(err)
	switch d.Code { //nolint:exhaustive // all others
	case failure.Usage:
		return "The command line can't be carried out", string(d.Code)
	case failure.NotApproved:
		return d.Summary, string(d.Code)
	}
	return a.engine.Summary(err)
}

// failed is the outcome of a command that could not do its work.
const failed = "failed"

// outcomeOf is done, failed, or what was found: drift, changes.
func outcomeOf(err error) string {
	switch {
	case err == nil:
		return "done"
	case isFound(err):
		return err.Error()
	}
	return failed
}
