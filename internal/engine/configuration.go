package engine

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/intake"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Source says which configuration, and with which values.
type Source struct {
	// Path is a file or a folder, the working directory where empty.
	Path string
	// VarFiles are files of values, Vars are NAME=value, both in order.
	VarFiles []string
	Vars     []Assignment
	// Limits bound the evaluation.
	Limits Limits
}

// Assignment is a value given to a variable by name.
type Assignment struct{ Name, Value string }

// options are what config loads.
func (e *Engine) options(ctx context.Context, p *place, s Source) (config.Options, error) {
	o := config.Options{
		Catalogue: e.Catalogue, FS: p.files(), File: p.file, Dir: p.shown, Env: e.Env, Budget: s.Limits.Memory, Watch: &config.Watch{}, Veil: e.Veil,
	}
	if strings.HasSuffix(p.file, ".vars.hcl") {
		return o, invalid(fmt.Sprintf("%s holds values, not a configuration", s.Path), "", "name the configuration, and give the values with --var-file")
	}
	for _, name := range s.VarFiles {
		text, err := intake.Read(ctx, name, config.MaxFile)
		if err != nil {
			return o, unreadable("The file of values", name, "a file of values for --var-file, such as prod.vars.hcl", err)
		}
		o.VarFiles = append(o.VarFiles, config.VarFile{Name: filepath.ToSlash(name), Source: text})
	}
	for _, v := range s.Vars {
		o.Vars = append(o.Vars, config.Assignment{Name: v.Name, Value: v.Value})
	}
	return o, nil
}

// load reads a whole configuration. The diagnostics without errors are the
// warnings; with errors they are the error.
func (e *Engine) load(ctx context.Context, p *place, s Source) (_ *config.Config, _ diag.List, err error) {
	ctx, st := e.stage(ctx, "read configuration")
	defer func() { st.end(err) }()
	o, err := e.options(ctx, p, s)
	if err != nil {
		return nil, nil, err
	}
	c, found := e.loadWithin(ctx, s.Limits, o)
	if c != nil && c.Network != nil {
		e.Mask.Know(secretsOf(c.Network, &plan.Plan{})...)
		st.note(slog.String(attrNetwork, c.Network.Name))
	}
	if found.HasErrors() {
		return c, found, found.Sort().Err()
	}
	return c, found.Sort(), nil
}

// loadConnection reads only what says where the cluster is, and which network.
func (e *Engine) loadConnection(ctx context.Context, p *place, s Source) (*config.Connection, error) {
	o, err := e.options(ctx, p, s)
	if err != nil {
		return nil, err
	}
	c, found := bounded(ctx, s.Limits, o.Watch, func(ctx context.Context) (*config.Connection, diag.List) {
		return config.LoadConnection(ctx, o)
	})
	if found.HasErrors() {
		return nil, found.Sort().Err()
	}
	return c, nil
}

// choose finds the cluster of a configuration.
func (e *Engine) choose(ctx context.Context, p *place, c Connection, block *config.Etcd) (target, error) {
	if t, ok, err := e.chooseOutside(ctx, c); ok || err != nil {
		return t, err
	}
	if block == nil {
		return e.chooseInside(p.folder)
	}
	// Its files lie where the configuration does, wherever the command runs.
	settings := etcd.Config{Endpoints: block.Endpoints, Username: block.Username}
	if block.TLS != nil {
		settings.CAFile = p.path(block.TLS.CAFile)
		settings.CertFile = p.path(block.TLS.CertFile)
		settings.KeyFile = p.path(block.TLS.KeyFile)
		settings.ServerName = block.TLS.ServerName
	}
	return e.complete(ctx, fromConfig, settings, first(c.PasswordFile, e.Env.Get("SIGILFORM_PASSWORD_FILE")))
}

// path is a path of the configuration, relative to its folder.
func (p *place) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.folder, name)
}
