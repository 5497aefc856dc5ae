package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/render"
)

// aclFlags are those of the commands that ask who may do what.
type aclFlags struct {
	out        outputFlags
	source     sourceFlags
	connection connectionFlags
	live       bool
}

func (f *aclFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.live, "live", false, "ask the cluster for its own roles and users, as an administrator")
	f.out.add(c)
	f.source.add(c)
	f.connection.add(c)
}

// aclOptions settles the flags.
func (a *app) aclOptions(c *cobra.Command, f *aclFlags, path string) (o engine.ACLOptions, err error) {
	if err := a.output(&f.out, formatText, formatJSON); err != nil {
		return o, err
	}
	a.watch()
	o.Live = f.live
	if o.Source, err = f.source.source(path); err != nil {
		return o, err
	}
	o.Connection, err = f.connection.connection(c)
	return o, err
}

func (a *app) newACL() *cobra.Command {
	c := &cobra.Command{
		Use:   "acl",
		Short: "Ask who may read and write what in etcd",
		Long: `Show the roles and users that the acl blocks mean to etcd, ask what they may do,
and try it as each of them. ` + "`sigilform plan`" + ` shows what an apply would change.` + exits("0  done", "1  error"),
		Example: "  sigilform acl show\n  sigilform acl can-i write users/ --as ams.example.net",
		Args:    unknownCommand,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	for _, sub := range []*cobra.Command{a.newACLShow(), a.newACLCan(), a.newACLMatrix(), a.newACLVerify(), a.newACLPassword()} {
		a.prepare(sub)
		c.AddCommand(sub)
	}
	return c
}

func (a *app) newACLShow() *cobra.Command {
	var f aclFlags
	c := &cobra.Command{
		Use:   "show [NAME] [PATH]",
		Short: "Show roles and users, in words and in ranges of keys",
		Long: `Show what the configuration's acl blocks mean to etcd: each role with what it
allows, in words and as ranges of keys, and each user with its roles. NAME shows
one role or user.

A single argument is a PATH where there is such a file or folder, else a NAME.` + exits("0  shown", "1  error, or no such role or user"),
		Example: "  sigilform acl show\n  sigilform acl show shop.example.net\n  sigilform acl show --live --json",
		Args:    atMost(2),
		RunE: func(c *cobra.Command, args []string) error {
			name, where := nameAndPath(args)
			found, err := a.acl(c, &f, where)
			if err != nil {
				return err
			}
			d := render.NewACL(found.Auth, found.Set, found.Words())
			d.Network, d.Prefix, d.Live = found.Network.Name, found.Network.Prefix, found.Live
			d.Enforced = found.Enforced()
			if name != "" && !d.Only(name, found.Network.Name) {
				return usage(fmt.Sprintf("There is no role and no user %q", name), "`sigilform acl show` lists them")
			}
			return render.ACL(a.stdout, d, a.options())
		},
	}
	f.add(c)
	return c
}

// acl reads the ACL and says what is to be warned of.
func (a *app) acl(c *cobra.Command, f *aclFlags, path string) (*engine.ACL, error) {
	o, err := a.aclOptions(c, f, path)
	if err != nil {
		return nil, err
	}
	found, err := a.engine.ACL(c.Context(), o)
	if err != nil {
		return nil, err
	}
	a.clear()
	return found, a.warn(found.Warnings)
}

func (a *app) newACLCan() *cobra.Command {
	var f aclFlags
	var user string
	c := &cobra.Command{
		Use:   "can-i read|write|readwrite KEY [PATH]",
		Short: "May a user read or write a key?",
		Long: `Say whether a user may read or write a key, and by which grant. A KEY that begins
with a slash is meant as it is, any other below the network's prefix; one that
ends in a slash means all keys below it.` + exits("0  yes", "1  no, or error"),
		Example: "  sigilform acl can-i read nodes/203.0.113.1/status --as shop.example.net\n  sigilform acl can-i write users/ --as ams.example.net --live",
		Args:    between(2, 3),
		RunE: func(c *cobra.Command, args []string) error {
			access, ok := kv.ParseAccess(args[0])
			if !ok || user == "" || args[1] == "" {
				return usage("Can-i asks whether a user may read or write a key", "for example: sigilform acl can-i read users/ --as ams.example.net")
			}
			found, err := a.acl(c, &f, path(args[2:]))
			if err != nil {
				return err
			}
			keys, decision := found.Can(user, access, args[1])
			if err := render.Can(a.stdout, render.NewCan(user, access, keys, found.Live, decision), a.options()); err != nil {
				return err
			}
			if !decision.Allowed {
				return &shown{cause: fmt.Errorf("%s may not %s %s", user, access, keys), silent: true}
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().StringVar(&user, "as", "", "`USER` that is asked about")
	return c
}

func (a *app) newACLMatrix() *cobra.Command {
	var f aclFlags
	c := &cobra.Command{
		Use:   "matrix [PATH]",
		Short: "Show users by kinds of data",
		Long: `Show for each user how much of each kind of data it may read and write: all of
it, some of it, or nothing.` + exits("0  shown", "1  error"),
		Example: "  sigilform acl matrix\n  sigilform acl matrix --live --json",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			found, err := a.acl(c, &f, path(args))
			if err != nil {
				return err
			}
			kinds, rows := found.Matrix()
			d := render.NewMatrix(found.Network.Name, found.Live, kinds, rows)
			d.Enforced = found.Enforced()
			return render.Matrix(a.stdout, d, a.options())
		},
	}
	f.add(c)
	return c
}

func (a *app) newACLVerify() *cobra.Command {
	var f aclFlags
	var credentials string
	c := &cobra.Command{
		Use:   "verify [PATH]",
		Short: "Try as each user what it may do, and what it may not",
		Long: `Connect as each user of the ACL that there are credentials for, and try what must
work and what must not. Nothing is written: etcd checks the rights to a write
that is never carried out.

The folder of --credentials holds NAME.pem and NAME-key.pem of a user, or
NAME.password with mode 0600.

Where users are known by certificates, none of them may have a password: etcd
tells of one that was made without, and the former password of any other is tried,
from NAME.password, or from where the configuration had it.` + exits("0  everything is as it is declared", "1  error", "2  something is not, or authentication is off"),
		Example: "  sigilform acl verify --credentials pki",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			if credentials == "" {
				return usage("Verify needs the credentials of the users", "name their folder with --credentials")
			}
			o, err := a.aclOptions(c, &f, path(args))
			if err != nil {
				return err
			}
			v, err := a.engine.VerifyACL(c.Context(), engine.VerifyOptions{ACLOptions: o, Credentials: credentials})
			if err != nil {
				return err
			}
			a.clear()
			if err := render.Verified(a.stdout, verified(v), a.options()); err != nil {
				return err
			}
			if !v.Passed() {
				return &found{what: "rights that are not as declared"}
			}
			return nil
		},
	}
	f.add(c)
	_ = c.Flags().MarkHidden("live")
	c.Flags().StringVar(&credentials, "credentials", "", "`DIR` with the credentials of the users")
	return c
}

func verified(v *engine.Verified) render.VerifiedDocument {
	d := render.VerifiedDocument{
		Network: v.ACL.Network.Name, Passed: v.Passed(), Enforced: v.Enforced, Untried: v.Untried, Warnings: v.ACL.Warnings,
	}
	for _, u := range v.Users {
		doc := render.VerifiedUserDocument{User: u.Name, Allowed: u.Allowed, Denied: u.Denied, Wrong: []render.WrongTryDocument{}}
		for _, w := range u.Wrong {
			doc.Wrong = append(doc.Wrong, render.WrongTryDocument{Access: w.Access.String(), Key: w.Keys.String(), Allowed: w.Allowed})
		}
		if u.Failed != nil {
			doc.Failed = u.Failed.Error()
		}
		d.Users = append(d.Users, doc)
	}
	for _, p := range v.Passwords {
		doc := render.VerifiedPasswordDocument{User: p.User, State: string(p.Proof), Wrong: p.Proof.Wrong()}
		if p.Failed != nil {
			doc.State, doc.Wrong, doc.Failed = "", true, p.Failed.Error()
		}
		d.Passwords = append(d.Passwords, doc)
	}
	return d
}

func (a *app) newACLPassword() *cobra.Command {
	var f aclFlags
	var typed bool
	c := &cobra.Command{
		Use:   "password USER [PATH]",
		Short: "Give a user of the ACL another password",
		Long: `Change the password of a user in etcd: to the one that password_env or
password_file of its block names, or with --ask to one that is typed, or sent as
one line to standard input. Nothing keeps it: etcd gets its hash.` + exits("0  changed", "1  error, or the network is not applied with passwords",
			"4  an apply holds the lock", "5  an interrupted apply must be recovered first"),
		Example: "  DANA_PASSWORD=… sigilform acl password dana\n  sigilform acl password dana --ask",
		Args:    between(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.aclOptions(c, &f, path(args[1:]))
			if err != nil {
				return err
			}
			var secret []byte
			if typed {
				if secret, err = a.secret(c.Context()); err != nil {
					return err
				}
				if len(strings.TrimSpace(string(secret))) == 0 {
					return usage("The password is empty", "type one, or leave --ask out")
				}
			}
			if err := a.engine.ACLPassword(c.Context(), o, args[0], string(secret)); err != nil {
				return err
			}
			a.clear()
			return render.Password(a.stdout, render.PasswordDocument{User: args[0], Changed: true}, a.options())
		},
	}
	f.add(c)
	_ = c.Flags().MarkHidden("live")
	c.Flags().BoolVar(&typed, "ask", false, "ask for the password, or read it from standard input")
	return c
}
