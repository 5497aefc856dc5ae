package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/sigilgate/sigilform/internal/acl"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
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
	// Passwords are what is known of those of all users, where users are known by
	// certificates.
	Passwords []VerifiedPassword
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
	return v.Enforced && !slices.ContainsFunc(v.Users, func(u VerifiedUser) bool { return len(u.Wrong) > 0 || u.Failed != nil }) &&
		!slices.ContainsFunc(v.Passwords, func(p VerifiedPassword) bool { return p.Proof.Wrong() || p.Failed != nil })
}

// triesPerKind bounds how many ranges of a kind of data are tried, spread over
// all of them; what a user's own grants name is tried wholly.
const triesPerKind = 24

// usersAtOnce bounds how many users are tried at the same time: each is a
// connection, and each login with a password costs the cluster a hash.
const usersAtOnce = 4

// VerifyACL connects as each user that it is given credentials for, and tries
// what must work and what must not. Nothing is written.
func (e *Engine) VerifyACL(ctx context.Context, o VerifyOptions) (out *Verified, err error) {
	w, err := e.reach(ctx, o.ACLOptions)
	if err != nil {
		return nil, err
	}
	defer w.close(&err)
	view, err := w.engine.read(ctx, w.session, w.network.Name, w.network.Prefix)
	if err != nil {
		return nil, err
	}
	a, err := compiled(known(w.network, view.state), w.locate)
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
	if w.target.config.Timeout, err = e.timeout(o.Connection); err != nil {
		return nil, err
	}
	if err := out.tryAll(ctx, w, view.state, o.Credentials); err != nil {
		return nil, err
	}
	return out, ctx.Err()
}

// tryAll tries each user that the folder has credentials of. None at all is an
// error: nothing would have been verified.
func (v *Verified) tryAll(ctx context.Context, w *work, st *state.State, folder string) error {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return invalid(fmt.Sprintf("There is no folder %s", folder), "", "name the one that holds the credentials of the users")
	}
	e, configs, byCertificate, former := w.engine, map[string]etcd.Config{}, w.network.ACL.Auth == network.ByCertificate, 0
	if byCertificate {
		var err error
		if former, err = v.tryPasswords(ctx, w, st, folder); err != nil {
			return err
		}
	}
	for i := range v.ACL.Set.Users {
		name := v.ACL.Set.Users[i].Name
		config, found, err := credentialsOf(ctx, folder, name, w.target, byCertificate)
		if err != nil {
			return err
		}
		if found {
			configs[name] = config
			v.Users = append(v.Users, VerifiedUser{Name: name})
		} else {
			v.Untried = append(v.Untried, name)
		}
	}
	if len(v.Users) == 0 && former == 0 {
		return invalid(fmt.Sprintf("The folder %s holds the credentials of no ACL user", folder), "They are named NAME.pem and NAME-key.pem, or NAME.password.",
			"`sigilform acl show` lists the users")
	}
	kinds := v.ACL.Kinds()
	var wg fault.Group
	free := make(chan struct{}, usersAtOnce)
	for i := range v.Users {
		free <- struct{}{}
		e.progress("trying " + v.Users[i].Name)
		wg.Go(func() {
			defer func() { <-free }()
			v.Users[i] = tryUser(ctx, v.ACL, v.Users[i].Name, configs[v.Users[i].Name], kinds)
		})
	}
	wg.Wait()
	return nil
}

// credentialsOf is how to connect as a user, where the folder says it. A password
// is none where users are known by certificates.
func credentialsOf(ctx context.Context, folder, user string, t target, byCertificate bool) (config etcd.Config, found bool, err error) {
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
	if byCertificate {
		return config, false, nil
	}
	// The certificate may name this connection's own user. It goes along, since
	// members may ask for one, whoever it is of.
	config.Username, config.Beside = user, true
	config.Password, found, err = passwordOf(ctx, folder, user)
	return config, found, err
}

func tryUser(ctx context.Context, a *ACL, name string, config etcd.Config, kinds []acl.Kind) VerifiedUser {
	out := VerifiedUser{Name: name}
	client, err := etcd.Connect(ctx, config)
	if err != nil {
		out.Failed = err
		return out
	}
	defer client.Close() //nolint:errcheck // a connection that only tried
	if is := client.Username(); is != name {
		out.Failed = fmt.Errorf("its certificate is for the user %q", is)
		return out
	}
	for _, r := range tries(a.Auth, name, kinds) {
		for _, try := range []struct {
			access kv.Access
			do     func(context.Context, kv.Range) (bool, error)
		}{{kv.Read, client.TryRead}, {kv.Write, client.TryWrite}} {
			allowed, err := try.do(ctx, r)
			if err != nil {
				out.Failed = err
				return out
			}
			out.count(try.access, r, allowed, acl.Can(a.Auth, name, try.access, r).Allowed)
		}
	}
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
		out = append(out, spread(k.Ranges)...)
	}
	slices.SortFunc(out, kv.Range.Compare)
	return slices.Compact(out)
}

// spread picks some ranges of a kind, in steps that fall on other fields of
// other objects each time.
func spread(all []kv.Range) []kv.Range {
	if len(all) <= triesPerKind {
		return all
	}
	step := len(all)*618/1000 | 1
	out := make([]kv.Range, triesPerKind)
	for i := range out {
		out[i] = all[i*step%len(all)]
	}
	return out
}
