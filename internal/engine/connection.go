package engine

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/intake"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Connection is what the command line says about the cluster. Where it names
// no cluster, the environment, the configuration, etcdctl's environment and
// the embedded server are asked, in this order; the first that names one is
// taken whole.
type Connection struct {
	Endpoints    []string
	CACert       string
	Cert         string
	Key          string
	User         string
	PasswordFile string
	// Timeout and PasswordFile complete every source: a timeout is nothing of
	// the cluster's, and no configuration or plan holds a password.
	Timeout time.Duration
}

// origin names a source of connection settings, for messages.
type origin string

const (
	fromFlags    origin = "the command line"
	fromEnv      origin = "the environment (SIGILFORM_…)"
	fromConfig   origin = "the etcd block"
	fromPlan     origin = "the saved plan"
	fromEtcdctl  origin = "the environment (ETCDCTL_…)"
	fromEmbedded origin = "the embedded server"
)

// target is one cluster, and how to reach it.
type target struct {
	from origin
	// embedded is the absolute folder of the embedded server's configuration;
	// config is for anything else.
	embedded string
	config   etcd.Config
}

// names reports whether the settings name a cluster, or a part of one.
func (c Connection) names() bool {
	return len(c.Endpoints) > 0 || c.CACert != "" || c.Cert != "" || c.Key != "" || c.User != ""
}

// chooseOutside asks the sources that need no configuration and come before
// it; ok is false where they name nothing.
func (e *Engine) chooseOutside(ctx context.Context, c Connection) (t target, ok bool, err error) {
	if c.names() {
		if len(c.Endpoints) == 0 {
			return t, false, partial(fromFlags, "--endpoints")
		}
		t, err = e.complete(ctx, fromFlags, c.etcd(), c.PasswordFile)
		return t, true, err
	}
	env := e.environment()
	if !env.names() {
		return t, false, nil
	}
	if len(env.Endpoints) == 0 {
		return t, false, partial(fromEnv, "SIGILFORM_ENDPOINTS")
	}
	t, err = e.complete(ctx, fromEnv, env.etcd(), first(c.PasswordFile, env.PasswordFile))
	return t, true, err
}

// chooseInside asks the sources that come after the configuration's block.
func (e *Engine) chooseInside(folder string) (target, error) {
	c, named, err := e.etcdctl()
	if err != nil || named {
		return target{from: fromEtcdctl, config: c}, err
	}
	return target{from: fromEmbedded, embedded: folder}, nil
}

func partial(from origin, missing string) error {
	return invalid(fmt.Sprintf("The connection given by %s names no endpoint", from),
		"One source of connection settings is taken whole: what it leaves out is not taken from another one.",
		fmt.Sprintf("Give %s as well, or leave the others out.", missing))
}

// passwordVariable holds the password of the environment's user, or of the one
// that a configuration or a plan names.
//
//nolint:gosec // the name of a variable, no password
const passwordVariable = "SIGILFORM_PASSWORD"

// complete reads the password and refuses a user without one.
func (e *Engine) complete(ctx context.Context, from origin, c etcd.Config, passwordFile string) (target, error) {
	t := target{from: from, config: c}
	if strings.Contains(c.Username, ":") {
		return t, invalid("A password is given with the user", "What stands on a command line or in a variable is seen by others.",
			"Give the name alone with --user, and the file that holds the password with --password-file.")
	}
	said := ""
	if from != fromFlags {
		said = e.Env.Get(passwordVariable)
	}
	switch {
	case said != "" && passwordFile != "":
		return t, invalid("A password is given twice", fmt.Sprintf("There are a password file and the variable %s.", passwordVariable), "Keep one of them.")
	case c.Username == "" && passwordFile != "" && (from == fromFlags || from == fromEnv):
		return t, invalid(fmt.Sprintf("A password file is given without a user by %s", from), "", "Name the user with --user or SIGILFORM_USER.")
	case c.Username == "":
		return t, nil
	case said != "":
		t.config.Password = said
		return t, nil
	case passwordFile == "":
		return t, invalid(fmt.Sprintf("The user %q has no password", c.Username), fmt.Sprintf("The user is named by %s.", from),
			"Give --password-file, or SIGILFORM_PASSWORD or SIGILFORM_PASSWORD_FILE together with the user. With a client certificate whose common name is the user, leave the user out.")
	}
	password, err := readPassword(ctx, passwordFile)
	t.config.Password = password
	return t, err
}

// maxPassword is more than any password has; a larger file is not a password.
const maxPassword = 4096

func readPassword(ctx context.Context, name string) (string, error) {
	text, err := intake.Read(ctx, name, maxPassword)
	if err != nil {
		return "", unreadable("The password file", name, "a file for --password-file that holds the password as its only line", err)
	}
	password := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if password == "" || len(password) > maxPassword || strings.ContainsAny(password, "\n\x00") {
		return "", invalid(fmt.Sprintf("The password file %s does not hold one line", name), "", "Write the password into it as its only line.")
	}
	return password, nil
}

func (c Connection) etcd() etcd.Config {
	return etcd.Config{Endpoints: c.Endpoints, Username: c.User, CAFile: c.CACert, CertFile: c.Cert, KeyFile: c.Key}
}

// plan is the connection as a plan keeps it: without secrets, with absolute
// paths, since it may be applied from another folder.
func (t target) plan() plan.Connection {
	c := t.config
	return plan.Connection{
		Embedded: t.embedded, Endpoints: c.Endpoints, Username: c.Username,
		CAFile: absolute(c.CAFile), CertFile: absolute(c.CertFile), KeyFile: absolute(c.KeyFile), ServerName: c.ServerName,
	}
}

func absolute(name string) string {
	if name == "" {
		return ""
	}
	if full, err := filepath.Abs(name); err == nil {
		return full
	}
	return name
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
