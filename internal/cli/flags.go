package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
)

// The formats of a result.
const (
	formatText    = "text"
	formatJSON    = "json"
	formatDOT     = "dot"
	formatMermaid = "mermaid"
)

// outputFlags say how a result is printed.
type outputFlags struct {
	format  string
	json    bool
	noColor bool
	quiet   bool
	reveal  string
	// outputs are written beside what is printed: FORMAT=FILE.
	outputs []string
}

// add defines the flags on a command whose result has the given formats, text
// and JSON where none are given.
func (o *outputFlags) add(c *cobra.Command, formats ...string) {
	if len(formats) == 0 {
		formats = []string{formatText, formatJSON}
	}
	f := c.Flags()
	f.StringVar(&o.format, "format", "", "form of the result: "+strings.Join(formats, ", ")+" (default "+formats[0]+")")
	f.BoolVar(&o.json, "json", false, "short for --format json")
	f.BoolVar(&o.noColor, "no-color", false, "no colour, also on a terminal (like NO_COLOR)")
	f.BoolVar(&o.quiet, "quiet", false, "print the result and errors only")
	addReveal(c, &o.reveal)
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(toCompletions(formats), cobra.ShellCompDirectiveNoFileComp))
}

func toCompletions(words []string) []cobra.Completion { return slices.Clone(words) }

// output settles how the running command prints.
func (a *app) output(o *outputFlags, formats ...string) error {
	switch {
	case o.format == "" && o.json:
		o.format = formatJSON
	case o.format == "":
		o.format = formats[0]
	case !slices.Contains(formats, o.format):
		return usage(fmt.Sprintf("--format can't be %q", o.format), "it is one of "+strings.Join(formats, ", "))
	case o.json && o.format != formatJSON:
		return usage("--json and --format "+o.format+" contradict each other", "give one of them")
	}
	o.json = o.format == formatJSON
	a.out = *o
	if err := a.reveal(o.reveal); err != nil {
		return err
	}
	return a.openReports(o)
}

// sourceFlags say which values a configuration is read with.
type sourceFlags struct {
	vars     []string
	varFiles []string
	timeout  time.Duration
	memory   size
}

func (s *sourceFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&s.vars, "var", nil, "value of a variable, `NAME=VALUE`; may be repeated")
	f.StringArrayVar(&s.varFiles, "var-file", nil, "`FILE` of values of variables; may be repeated")
	f.DurationVar(&s.timeout, "eval-timeout", engine.DefaultEvalTimeout, "`TIME` that reading and evaluating the configuration may take")
	s.memory = engine.DefaultEvalMemory
	f.Var(&s.memory, "eval-memory", "`SIZE` that the values of an evaluation may take")
	_ = c.MarkFlagFilename("var-file", "hcl")
}

func (s *sourceFlags) source(path string) (engine.Source, error) {
	out := engine.Source{Path: path, VarFiles: s.varFiles, Limits: engine.Limits{Timeout: s.timeout, Memory: int64(s.memory)}}
	if s.timeout <= 0 {
		return out, usage("--eval-timeout must be positive", "write it as 30s or 5m")
	}
	for _, v := range s.vars {
		name, value, ok := strings.Cut(v, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			// The text is not repeated: it may be a secret without its name.
			return out, usage("--var needs a name and a value", "write it as --var NAME=VALUE")
		}
		out.Vars = append(out.Vars, engine.Assignment{Name: name, Value: value})
	}
	return out, nil
}

func (s *sourceFlags) given() bool { return len(s.vars)+len(s.varFiles) > 0 }

// connectionFlags say where the cluster is.
type connectionFlags struct {
	engine.Connection
}

func (k *connectionFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringSliceVar(&k.Endpoints, "endpoints", nil, "etcd `URLS`, comma-separated (SIGILFORM_ENDPOINTS)")
	f.StringVar(&k.CACert, "cacert", "", "`FILE` with the CA of the servers (SIGILFORM_CACERT)")
	f.StringVar(&k.Cert, "cert", "", "`FILE` with the client certificate (SIGILFORM_CERT)")
	f.StringVar(&k.Key, "key", "", "`FILE` with the client key (SIGILFORM_KEY)")
	f.StringVar(&k.User, "user", "", "`NAME` of the etcd user (SIGILFORM_USER)")
	f.StringVar(&k.PasswordFile, "password-file", "", "`FILE` with the user's password (SIGILFORM_PASSWORD_FILE)")
	f.DurationVar(&k.Timeout, "timeout", 0, "`TIME` for connecting, and for each request (SIGILFORM_TIMEOUT, default 10s)")
	for _, name := range []string{"cacert", "cert", "key", "password-file"} {
		_ = c.MarkFlagFilename(name)
	}
}

// connection checks what pflag lets through.
func (k *connectionFlags) connection(c *cobra.Command) (engine.Connection, error) {
	if c.Flags().Changed("timeout") && k.Timeout <= time.Duration(0) {
		return k.Connection, usage("--timeout must be positive", "write it as 10s or 1m30s")
	}
	return k.Connection, nil
}

// lockFlag says how long to wait for another's lock.
type lockFlag struct{ wait time.Duration }

func (l *lockFlag) add(c *cobra.Command, otherwise time.Duration) {
	c.Flags().DurationVar(&l.wait, "lock-timeout", otherwise, "`TIME` to wait for another apply that holds the lock")
}

func (l *lockFlag) timeout() (time.Duration, error) {
	if l.wait < 0 {
		return 0, usage("--lock-timeout can't be negative", "write it as 30s or 5m; 0 does not wait")
	}
	return l.wait, nil
}

// path is the PATH of a command that takes one, empty where none is given.
func path(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
