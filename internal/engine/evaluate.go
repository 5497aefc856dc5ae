package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Validated is what a check of a configuration found. No cluster is asked.
type Validated struct {
	// Network is its name, empty where not even a part of it could be read, and
	// Objects how many it declares.
	Network string
	Objects int
	// Diagnostics are all findings, sorted.
	Diagnostics diag.List
	// Secrets are values that no output may hold.
	Secrets []string
}

// Validate reads a configuration and checks it. What is wrong with it is not an error.
func (e *Engine) Validate(ctx context.Context, s Source) (*Validated, error) {
	p, err := open(s.Path)
	if err != nil {
		return nil, err
	}
	defer p.close()
	o, err := e.options(ctx, p, s)
	if err != nil {
		return nil, err
	}
	c, found := e.loadWithin(ctx, s.Limits, o)
	if !found.HasErrors() {
		found = append(found, c.Locate(acl.Check(c.Network, keys.NewLayout(c.Network.Catalogue, c.Network.Prefix)))...)
	}
	v := &Validated{Diagnostics: found.Sort()}
	if c != nil && c.Network != nil {
		v.Network, v.Secrets = c.Network.Name, secretsOf(c.Network, &plan.Plan{})
		c.Network.Each(func(addr.Kind, network.Object) { v.Objects++ })
	}
	return v, nil
}

// Graph reads the network of a configuration.
func (e *Engine) Graph(ctx context.Context, s Source) (*network.Network, diag.List, error) {
	c, warnings, err := e.evaluate(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	return c.Network, warnings, nil
}

// Output is an output of a configuration.
type Output = config.Output

// Output evaluates the outputs of a configuration: all, or the named one.
func (e *Engine) Output(ctx context.Context, s Source, name string) ([]config.Output, diag.List, error) {
	c, warnings, err := e.evaluate(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	if name == "" {
		return c.Outputs, warnings, nil
	}
	i := slices.IndexFunc(c.Outputs, func(o config.Output) bool { return o.Name == name })
	if i < 0 {
		return nil, nil, noOutput(c.Outputs, name)
	}
	return c.Outputs[i : i+1], warnings, nil
}

func noOutput(outputs []config.Output, name string) error {
	names := make([]string, 0, len(outputs))
	for _, o := range outputs {
		names = append(names, o.Name)
	}
	detail := "The configuration declares none."
	if len(names) > 0 {
		detail = fmt.Sprintf("The configuration declares %s.", strings.Join(names, ", "))
	}
	return invalid(fmt.Sprintf("There is no output %q", name), detail, "")
}

// Console evaluates expressions over a configuration, until it is closed.
type Console struct {
	config   *config.Config
	place    *place
	limits   Limits
	Warnings diag.List
	// Ended says that an evaluation was left behind: nothing more may be
	// evaluated.
	Ended bool
}

// Console reads a configuration to evaluate expressions over it.
func (e *Engine) Console(ctx context.Context, s Source) (*Console, error) {
	p, err := open(s.Path)
	if err != nil {
		return nil, err
	}
	c, warnings, err := e.load(ctx, p, s)
	if err != nil {
		p.close()
		return nil, err
	}
	return &Console{config: c, place: p, limits: s.Limits, Warnings: warnings}, nil
}

// Eval evaluates one expression, and returns its value as text and for JSON.
func (c *Console) Eval(ctx context.Context, expression string) (text string, value any, err error) {
	type result struct {
		text  string
		value any
		done  bool
	}
	out, found := bounded(ctx, c.limits, c.config.Watch(), func(ctx context.Context) (result, diag.List) {
		text, value, found := c.config.Eval(ctx, expression)
		return result{text, value, true}, found
	})
	c.Ended = !out.done
	return out.text, out.value, found.Err()
}

// Close releases the configuration's folder.
func (c *Console) Close() { c.place.close() }

func (e *Engine) evaluate(ctx context.Context, s Source) (*config.Config, diag.List, error) {
	p, err := open(s.Path)
	if err != nil {
		return nil, nil, err
	}
	defer p.close()
	return e.load(ctx, p, s)
}
