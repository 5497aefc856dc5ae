package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// PasswordProof is what is known of the password of a user that is to be known
// by its certificate only.
type PasswordProof string

// The proofs. A password that is accepted, or that may be, is wrong.
const (
	// NoPassword: etcd says that the user was made without one.
	NoPassword PasswordProof = "none"
	// OldRefused: the one that it had was tried, and is refused.
	OldRefused PasswordProof = "refused"
	// Cleared: an apply has cleared it, and what it was is not known here: so it
	// could not be tried.
	Cleared PasswordProof = "cleared"
	// StillAccepted: the one that it had logs in.
	StillAccepted PasswordProof = "accepted"
	// MayHaveOne: the user was made with a password, and nobody has cleared it.
	MayHaveOne PasswordProof = "unknown"
)

// Wrong reports whether somebody can, or perhaps can, log in by a password.
func (p PasswordProof) Wrong() bool { return p == StillAccepted || p == MayHaveOne }

// VerifiedPassword is the proof of one user.
type VerifiedPassword struct {
	User  string
	Proof PasswordProof
	// Failed is why nothing could be proven.
	Failed error
}

// tryPasswords proves that users who are known by certificates have no password:
// etcd tells of one that was made without, and of any other its former one is
// tried wherever it is known. It returns how many former ones the folder holds.
func (v *Verified) tryPasswords(ctx context.Context, w *work, st *state.State, folder string) (found int, err error) {
	users := v.ACL.Set.Users
	former := make([][]string, len(users))
	for i := range users {
		name := users[i].Name
		of, inFolder, err := w.formerPasswords(ctx, st, name, folder)
		if err != nil {
			return 0, err
		}
		former[i], found = of, found+inFolder
	}
	v.Passwords = make([]VerifiedPassword, len(users))
	free := make(chan struct{}, usersAtOnce)
	var wg fault.Group
	for i := range users {
		free <- struct{}{}
		w.engine.progress("trying passwords of " + users[i].Name)
		wg.Go(func() {
			defer func() { <-free }()
			_, cleared := plan.FormerPassword(st.ACL[state.ID{Kind: addr.ACLUser, ID: users[i].Name}])
			v.Passwords[i] = prove(ctx, w.session.Client, users[i].Name, former[i], cleared)
		})
	}
	wg.Wait()
	return found, nil
}

func prove(ctx context.Context, c *etcd.Client, user string, former []string, cleared bool) VerifiedPassword {
	out := VerifiedPassword{User: user}
	var login etcd.Login
	if login, out.Failed = c.TryPassword(ctx, user, ""); out.Failed != nil {
		return out
	}
	if login == etcd.LoginNone {
		out.Proof = NoPassword
		return out
	}
	out.Proof = MayHaveOne
	if cleared {
		out.Proof = Cleared
	}
	for _, password := range former {
		if login, out.Failed = c.TryPassword(ctx, user, password); out.Failed != nil {
			return out
		}
		if login == etcd.LoginAccepted {
			out.Proof = StillAccepted
			return out
		}
		if cleared {
			out.Proof = OldRefused
		}
	}
	return out
}

// formerPasswords are those that a user may have had: in the folder of
// credentials, and where the record or the language looks for one.
func (w *work) formerPasswords(ctx context.Context, st *state.State, user, folder string) (all []string, inFolder int, err error) {
	password, found, err := passwordOf(ctx, folder, user)
	if err != nil {
		return nil, 0, err
	}
	if found {
		all, inFolder = append(all, password), 1
	}
	find := w.engine.passwords(ctx, w.folder.folder)
	was, _ := plan.FormerPassword(st.ACL[state.ID{Kind: addr.ACLUser, ID: user}])
	if was != nil {
		// One that is not there any more can't be tried.
		if password, err := find(*was); err == nil {
			all = append(all, password)
		}
	}
	if password := w.engine.Env.Get(network.PasswordVariable(user)); password != "" {
		all = append(all, password)
	}
	w.engine.Mask.Know(all...)
	return all, inFolder, nil
}

// passwordOf reads NAME.password of a folder, which only its owner may read.
func passwordOf(ctx context.Context, folder, user string) (password string, found bool, err error) {
	if filepath.Base(user) != user {
		return "", false, nil // no file can have that name
	}
	name := filepath.Join(folder, user+".password")
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("look for the password of %s: %w", user, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", false, invalid(fmt.Sprintf("Others may read the password file %s", name), fmt.Sprintf("Its mode is %04o.", info.Mode().Perm()), "make it 0600")
	}
	password, err = readPassword(ctx, name)
	return password, err == nil, err
}
