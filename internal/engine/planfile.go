package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/seal"
)

// SavePlan writes a plan to a file that is there wholly or not at all, encrypted
// where there are recipients, and returns the digest of the plan file, which is
// that of its plaintext. Where the network has a key for it, the file is known by
// that afterwards.
func (e *Engine) SavePlan(p *Planned, name string, to seal.Recipients) (digest string, err error) {
	if err := p.mayBeSaved(); err != nil {
		return "", err
	}
	if err := mayReplace(name, "saved plan", isSavedPlan); err != nil {
		return "", err
	}
	err = writeWhole(name, "the plan", func(w io.Writer) error {
		return sealing(w, to, func(w io.Writer) (err error) {
			digest, err = planfile.Write(w, p.Plan, p.key.text)
			return err //nolint:wrapcheck // it says what it is
		})
	})
	return digest, err
}

// ReadPlan reads a saved plan and its digest. An encrypted one is decrypted
// with the identities of the given files, or of the environment. Whether it is
// as it was made only its cluster tells.
func (e *Engine) ReadPlan(ctx context.Context, name string, identities []string) (*Planned, string, error) {
	f, err := e.readPlan(ctx, name, identities)
	if err != nil {
		return nil, "", err
	}
	return plannedOf(f), f.Digest, nil
}

func plannedOf(f *planfile.File) *Planned {
	return &Planned{Plan: f.Plan, Secrets: secretsOf(&network.Network{Catalogue: f.Plan.Catalogue}, f.Plan), File: &PlanFile{Coded: f.Keyed()}}
}

func (e *Engine) readPlan(ctx context.Context, name string, identities []string) (*planfile.File, error) {
	f, err := e.unseal(ctx, name, identities)
	if err != nil {
		return nil, err
	}
	defer f.close()
	p, err := planfile.Read(f, e.Catalogue)
	switch {
	case f.sealed && errors.Is(err, planfile.ErrNoPlan):
		return nil, invalid(fmt.Sprintf("%s is encrypted, and what it holds is not a plan", name), "It could be decrypted.",
			"Give a file that `sigilform plan --out FILE --encrypt-to …` made.")
	case err != nil:
		return nil, ofFile(name, err)
	}
	e.learnPlan(p.Plan)
	return p, nil
}

// ApplyFileOptions say which saved plan to apply.
type ApplyFileOptions struct {
	File string
	// Identities are files with what decrypts it, where it is encrypted.
	Identities []string
	// Connection overrides the plan's own where it names a cluster, and so does the
	// configuration of Source where it has a path.
	Connection Connection
	Source     Source
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

// ApplyFile applies exactly a saved plan, once it is known to be as it was made.
// It never plans.
func (e *Engine) ApplyFile(ctx context.Context, o ApplyFileOptions) (out *Applied, err error) {
	file, err := e.readPlan(ctx, o.File, o.Identities)
	if err != nil {
		return nil, err
	}
	p := plannedOf(file)
	t, err := e.choosePlan(ctx, o, p.Plan)
	if err != nil {
		return nil, err
	}
	s, err := e.connect(ctx, t, o.Connection, mustExist)
	if err != nil {
		return nil, err
	}
	defer s.close(&err)
	if err := e.authenticate(ctx, s, file, p.File); err != nil {
		return nil, err
	}
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
	if err := e.confirm(ctx, s, p, o.Expect); err != nil {
		return nil, err
	}
	return e.run(ctx, s, p, e.applicant(ctx, filepath.Dir(o.File), o.Actor), o.LockTimeout)
}
