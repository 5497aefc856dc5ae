package cli

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/schema"
)

// TestNameAndPath: a single word is a path where it is or looks like one.
func TestNameAndPath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("there", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args       []string
		name, path string
	}{
		{nil, "", ""},
		{[]string{"ips"}, "ips", ""},
		{[]string{"there"}, "", "there"},
		{[]string{"a/b"}, "", "a/b"},
		{[]string{"network.hcl"}, "", "network.hcl"},
		{[]string{"there", "b"}, "there", "b"},
	} {
		if name, path := nameAndPath(c.args); name != c.name || path != c.path {
			t.Errorf("%q: name %q, path %q", c.args, name, path)
		}
	}
}

// TestSerialOf: a file whose name is a number is a file.
func TestSerialOf(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"7", "8"} {
		if err := os.WriteFile(name, []byte("no plan"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for word, want := range map[string]int64{"": 0, "3": 3, "7": 7, "0": -1, "-1": -1, "x": -1, "3x": -1} {
		var args []string
		if word != "" {
			args = []string{word}
		}
		serial, ok := serialOf(args)
		if !ok {
			serial = -1
		}
		if serial != want && (want != -1 || ok) {
			t.Errorf("%q: %d, %v", word, serial, ok)
		}
	}
}

// TestSize reads and writes numbers of bytes.
func TestSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]size{"1": 1, "512MiB": 512 << 20, "2GiB": 2 << 30, "1kB": 1000, "0": -1, "": -1, "-1": -1, "much": -1, "99999999TiB": -1} {
		got := size(-1)
		if err := got.Set(text); (err != nil) != (want == -1) || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	if s := size(512 << 20); s.String() != "512 MiB" && s.String() != "512MiB" {
		t.Errorf("it is written %s", s.String())
	}
}

// TestLogFlags: a flag counts before the environment, and a level alone asks for text.
func TestLogFlags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags        logFlags
		format, word string
		want         string
		level        slog.Level
		fails        bool
	}{
		"nobody asks":               {want: "", level: slog.LevelInfo},
		"a flag":                    {flags: logFlags{format: "json"}, want: "json"},
		"the environment":           {format: "json", want: "json"},
		"a flag before it":          {flags: logFlags{format: "text"}, format: "json", want: "text"},
		"a level alone":             {flags: logFlags{level: "debug"}, want: "text", level: slog.LevelDebug},
		"a level from there":        {word: "warn", want: "text", level: slog.LevelWarn},
		"both":                      {flags: logFlags{format: "json", level: "error"}, word: "debug", want: "json", level: slog.LevelError},
		"no format":                 {format: "xml", fails: true},
		"no level":                  {flags: logFlags{level: "loud"}, fails: true},
		"one that slog would take":  {flags: logFlags{level: "info+2"}, fails: true},
		"one that slog takes, also": {flags: logFlags{level: "INFO"}, fails: true},
	} {
		env := engine.Environment{"SIGILFORM_LOG_FORMAT=" + c.format, "SIGILFORM_LOG_LEVEL=" + c.word}
		format, level, err := c.flags.settle(env.Get)
		if (err != nil) != c.fails || !c.fails && (format != c.want || level != c.level) {
			t.Errorf("%s: %q, %v, %v", name, format, level, err)
		}
	}
}

// parsed is a command's flags as a command line sets them.
func parsed(t *testing.T, add func(*cobra.Command), args ...string) *cobra.Command {
	t.Helper()
	c := &cobra.Command{Use: "x"}
	add(c)
	if err := c.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestFlagsBecomeOptions: what a command line says is what the engine is given.
func TestFlagsBecomeOptions(t *testing.T) {
	t.Parallel()
	a := newApp(schema.Network())
	var p planFlags
	c := parsed(t, p.add, "--adopt", "--cascade", "--accept-restored", "--disable-auth", "--allow", "a", "--allow", "b", "--var", " x = 1=2 ", "--var-file", "f",
		"--commit", "0123ABC-dirty", "--endpoints", "http://a:1,http://b:1", "--user", "olga", "--timeout", "3s", "--eval-memory", "1MiB")
	o, err := a.planOptions(c, &p, []string{"here"})
	if err != nil {
		t.Fatal(err)
	}
	want := engine.PlanOptions{
		Source: engine.Source{
			Path: "here", VarFiles: []string{"f"}, Vars: []engine.Assignment{{Name: "x", Value: " 1=2 "}},
			Limits: engine.Limits{Timeout: engine.DefaultEvalTimeout, Memory: 1 << 20},
		},
		Connection: engine.Connection{Endpoints: []string{"http://a:1", "http://b:1"}, User: "olga", Timeout: 3 * time.Second},
		Adopt:      true, Cascade: true, AcceptRestored: true, DisableAuth: true, Allow: []string{"a", "b"},
		Provenance: engine.Provenance{Commit: "0123abc-dirty"},
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Error(diff)
	}
}

// TestFlagsOfRecover: a recovery waits out the lock of a killed process.
func TestFlagsOfRecover(t *testing.T) {
	t.Parallel()
	a := newApp(schema.Network())
	var r recoverFlags
	c := parsed(t, func(c *cobra.Command) { r.add(c); r.lock.add(c, outlastsLease) }, "--network", "prod")
	recovery, err := a.recoverOptions(c, &r, "")
	if err != nil || recovery.Network != "prod" || recovery.LockTimeout != outlastsLease || recovery.Abandon || recovery.Places {
		t.Errorf("got %+v, %v", recovery, err)
	}
}

// TestExpectFlag: a digest may be shortened, and is in lower case from then on.
func TestExpectFlag(t *testing.T) {
	t.Parallel()
	var x expectFlag
	if got, err := x.digest(parsed(t, x.add)); err != nil || got != "" {
		t.Errorf("without a flag: %s, %v", got, err)
	}
	if got, err := x.digest(parsed(t, x.add, "--expect-digest", "0123456789AB")); err != nil || got != "0123456789ab" {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestTop: the way from the folder of the repository to the current one, as far as
// a CI service says which that is.
func TestTop(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(top, "a", "b")
	if err := os.MkdirAll(below, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	for name, c := range map[string]struct {
		env       engine.Environment
		top, base string
	}{
		"nobody says":   {nil, "", ""},
		"one above":     {engine.Environment{"GITHUB_WORKSPACE=" + top}, top, "a/b/"},
		"the other":     {engine.Environment{"CI_PROJECT_DIR=" + below}, below, ""},
		"not above":     {engine.Environment{"GITHUB_WORKSPACE=" + filepath.Join(top, "c"), "CI_PROJECT_DIR=" + top}, top, "a/b/"},
		"not absolute":  {engine.Environment{"GITHUB_WORKSPACE=a"}, "", ""},
		"named like it": {engine.Environment{"GITHUB_WORKSPACE=" + filepath.Join(top, "a", "b", "..c")}, "", ""},
	} {
		a := newApp(schema.Network())
		a.engine.Env = c.env
		if gotTop, gotBase := a.top(); gotTop != c.top || gotBase != c.base {
			t.Errorf("%s: %q, %q", name, gotTop, gotBase)
		}
	}
}
