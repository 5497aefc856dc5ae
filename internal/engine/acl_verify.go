package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
)

// VerifyOptions say whose credentials to try.
type VerifyOptions struct {
	ACLOptions
	// Credentials is a folder with NAME.pem and NAME-key.pem, or NAME.password,
	// of the users that are to be tried.
	Credentials string
}

// Verified is what every user could and could not do.
type Verified struct {
	ACL *ACL
	// Enforced says whether authentication is on.
	Enforced bool
	Users    []VerifiedUser
	// Untried are the users without credentials.
	Untried []string
}

// VerifiedUser is what was tried as one user.
type VerifiedUser struct {
	Name string
	// Allowed and Denied count the tries that were to be, and were.
	Allowed, Denied int
	// Wrong are those that went otherwise.
	Wrong []WrongTry
	// Failed is why the user could not be tried.
	Failed error
}

// WrongTry is something that a user may do and should not, or the other way
// round.
type WrongTry struct {
	Access  kv.Access
	Keys    kv.Range
	Allowed bool
}

// Passed reports whether everything is as it is declared.
func (v *Verified) Passed() bool {
	return v.Enforced && !slices.ContainsFunc(v.Users, func(u VerifiedUser) bool { return len(u.Wrong) > 0 || u.Failed != nil })
}

// triesPerKind bounds how many ranges of a kind of data are tried, spread over
// all of them; what a user's own grants name is tried wholly.
const triesPerKind = 24

// VerifyACL connects as each user that it is given credentials for, and tries
// what must work and what must not. Nothing is written.
func (e *Engine) VerifyACL(ctx context.Context, o VerifyOptions) (out *Verified, err error) {
	w, err := e.prepare(ctx, PlanOptions{Source: o.Source, Connection: o.Connection})
	if err != nil {
		return nil, err
	}
	defer w.close(&err)
	a, err := compiled(w.network, w.locate)
	if err != nil {
		return nil, err
	}
	out = &Verified{ACL: a}
	if out.Enforced, _, err = w.session.AuthStatus(ctx); err != nil {
		return nil, err
	}
	cluster, err := w.session.Cluster(ctx)
	if err != nil {
		return nil, err
	}
	a.Warnings = slices.Concat(w.warnings, advise(cluster.Versions()))
	if !out.Enforced {
		return out, nil
	}
	kinds := a.Kinds()
	for i := range a.Set.Users {
		name := a.Set.Users[i].Name
		config, found, err := credentialsOf(o.Credentials, name, w.target)
		switch {
		case err != nil:
			return nil, err
		case !found:
			out.Untried = append(out.Untried, name)
			continue
		}
		e.progress("trying " + name)
		out.Users = append(out.Users, tryUser(ctx, a, name, config, kinds))
	}
	return out, ctx.Err()
}

// credentialsOf is how to connect as a user, where the folder says it.
func credentialsOf(folder, user string, t target) (config etcd.Config, found bool, err error) {
	config = t.config
	config.Any, config.Username, config.Password = true, "", ""
	if filepath.Base(user) != user {
		return config, false, nil // no file can have that name
	}
	cert, key := filepath.Join(folder, user+".pem"), filepath.Join(folder, user+"-key.pem")
	if _, err := os.Stat(cert); err == nil {
		config.CertFile, config.KeyFile = cert, key
		return config, true, nil
	}
	name := filepath.Join(folder, user+".password")
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return config, false, nil
	}
	if err != nil {
		return config, false, fmt.Errorf("look for the password of %s: %w", user, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return config, false, failure(fmt.Sprintf("Others may read the password file %s", name), fmt.Sprintf("Its mode is %04o.", info.Mode().Perm()), "make it 0600")
	}
	config.Username = user
	config.Password, err = readPassword(name)
	return config, true, err
}

func tryUser(ctx context.Context, a *ACL, name string, config etcd.Config, kinds []acl.Kind) VerifiedUser {
	out := VerifiedUser{Name: name}
	client, err := etcd.Connect(ctx, config)
	if err != nil {
		out.Failed = err
		return out
	}
	defer client.Close() //nolint:errcheck // a connection that only tried
	for _, r := range tries(a.Auth, name, kinds) {
		for access, try := range map[kv.Access]func(context.Context, kv.Range) (bool, error){kv.Read: client.TryRead, kv.Write: client.TryWrite} {
			allowed, err := try(ctx, r)
			if err != nil {
				out.Failed = err
				return out
			}
			out.count(access, r, allowed, acl.Can(a.Auth, name, access, r).Allowed)
		}
	}
	slices.SortFunc(out.Wrong, func(x, y WrongTry) int { return x.Keys.Compare(y.Keys) })
	return out
}

func (u *VerifiedUser) count(access kv.Access, r kv.Range, allowed, should bool) {
	switch {
	case allowed != should:
		u.Wrong = append(u.Wrong, WrongTry{Access: access, Keys: r, Allowed: allowed})
	case allowed:
		u.Allowed++
	default:
		u.Denied++
	}
}

// tries are the ranges of a user's own grants, and some of every kind of data.
func tries(a *kv.Auth, user string, kinds []acl.Kind) []kv.Range {
	var out []kv.Range
	for _, role := range a.Users[user] {
		for r := range a.Roles[role] {
			out = append(out, r)
		}
	}
	for _, k := range kinds {
		step := max(len(k.Ranges)/triesPerKind, 1)
		for i := 0; i < len(k.Ranges); i += step {
			out = append(out, k.Ranges[i])
		}
	}
	slices.SortFunc(out, kv.Range.Compare)
	return slices.Compact(out)
}
