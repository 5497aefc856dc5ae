package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
)

// planMode is the mode of a plan file: it holds the values that it writes.
const planMode = 0o600

// SavePlan writes a plan to a file that is there wholly or not at all, and
// returns the file's digest.
func (e *Engine) SavePlan(p *plan.Plan, name string) (digest string, err error) {
	if err := checkPlanTarget(name); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".sigilform-plan-*")
	if errors.Is(err, os.ErrNotExist) {
		return "", failure(fmt.Sprintf("There is no folder %s to save the plan in", filepath.Dir(name)), "", "make the folder first, or choose another one")
	}
	if err != nil {
		return "", fmt.Errorf("save the plan: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	digest, err = planfile.Write(f, p)
	err = errors.Join(err, f.Chmod(planMode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return "", fmt.Errorf("save the plan: %w", err)
	}
	return digest, nil
}

// checkPlanTarget refuses to put a plan in the place of anything but a plan: a
// slip of the hand must not cost a configuration.
func checkPlanTarget(name string) error {
	info, err := os.Lstat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	saved, err := IsPlanFile(name)
	if err == nil && info.Mode().IsRegular() && (saved || info.Size() == 0) {
		return nil
	}
	return failure(fmt.Sprintf("%s is there already, and is no saved plan", name), "It would be overwritten.", "Choose another name, or remove it first.")
}

// ReadPlan reads a saved plan and its digest.
func (e *Engine) ReadPlan(name string) (*Planned, string, error) {
	f, err := os.Open(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, "", &NoSuchPath{Path: name, Cause: err}
	}
	defer f.Close() //nolint:errcheck // only read
	p, digest, err := planfile.Read(f)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	return &Planned{Plan: p, Secrets: secretsOf(&network.Network{}, p)}, digest, nil
}

// ApplyFileOptions say which saved plan to apply.
type ApplyFileOptions struct {
	File string
	// Connection overrides the plan's own where it names a cluster.
	Connection Connection
	// Actor is who applies, where that is said. The commit is the plan's: it
	// is of what was planned.
	Actor string
	// Expect is the change that was reviewed; any other is refused.
	Expect Expected
	// LockTimeout is how long to wait for another's lock.
	LockTimeout time.Duration
	// Review is given the plan before it is applied; its error stops the apply.
	Review func(ctx context.Context, p *Planned) error
}

// ApplyFile applies exactly a saved plan. It never plans.
func (e *Engine) ApplyFile(ctx context.Context, o ApplyFileOptions) (out *Applied, err error) {
	p, _, err := e.ReadPlan(o.File)
	if err != nil {
		return nil, err
	}
	t, err := e.choosePlan(o.Connection, p.Plan.Connection)
	if err != nil {
		return nil, err
	}
	s, err := e.connect(ctx, t, o.Connection, mustExist)
	if err != nil {
		return nil, err
	}
	defer s.close(&err)
	if err := refuseRestored(ctx, s, p.Plan); err != nil {
		return nil, err
	}
	if err := e.expect(ctx, s, o.Expect, p); err != nil {
		return nil, err
	}
	if err := o.Review(ctx, p); err != nil {
		return nil, err
	}
	if err := e.awaitTurn(ctx, s, p.Plan.Network, o.LockTimeout); err != nil {
		return nil, err
	}
	return e.run(ctx, s, p, e.applicant(ctx, filepath.Dir(o.File), o.Actor), o.LockTimeout)
}
