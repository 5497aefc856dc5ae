package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/etcd"
)

// environment is the connection that SIGILFORM_… variables name.
func (e *Engine) environment() Connection {
	get := func(name string) string { return e.Env.Get("SIGILFORM_" + name) }
	return Connection{
		Endpoints: split(get("ENDPOINTS")), CACert: get("CACERT"), Cert: get("CERT"), Key: get("KEY"),
		User: get("USER"), PasswordFile: get("PASSWORD_FILE"),
	}
}

// timeout is that of the command line, of SIGILFORM_TIMEOUT, or the default.
func (e *Engine) timeout(c Connection) (time.Duration, error) {
	if c.Timeout != 0 {
		if c.Timeout < 0 {
			return 0, invalid("The timeout must be positive", "", "Write it as 10s or 1m30s.")
		}
		return c.Timeout, nil
	}
	text := e.Env.Get("SIGILFORM_TIMEOUT")
	if text == "" {
		return etcd.DefaultTimeout, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, invalid(fmt.Sprintf("SIGILFORM_TIMEOUT is %q, which is not a time", text), "", "Write it as 10s or 1m30s.")
	}
	return d, nil
}

// etcdctl is the connection that etcdctl would use; named is false where no
// variable names an endpoint, since etcdctl's own default is not wanted.
func (e *Engine) etcdctl() (c etcd.Config, named bool, err error) {
	get := func(name string) string { return e.Env.Get("ETCDCTL_" + name) }
	c.Endpoints = split(get("ENDPOINTS"))
	if len(c.Endpoints) == 0 {
		return etcd.Config{}, false, nil
	}
	if isTrue(get("INSECURE_SKIP_TLS_VERIFY")) {
		return c, false, invalid("ETCDCTL_INSECURE_SKIP_TLS_VERIFY is set", "sigilform always checks the server's certificate.",
			"Give the CA of the cluster with ETCDCTL_CACERT, and unset the variable.")
	}
	c.CAFile, c.CertFile, c.KeyFile = get("CACERT"), get("CERT"), get("KEY")
	c.Username, c.Password = get("USER"), get("PASSWORD")
	if c.Password == "" {
		c.Username, c.Password, _ = strings.Cut(c.Username, ":")
	}
	if c.Username != "" && c.Password == "" {
		return c, false, invalid("ETCDCTL_USER names a user without a password", "", "Set ETCDCTL_PASSWORD, or write the user as name:password.")
	}
	return c, true, nil
}

func isTrue(s string) bool { return s == "1" || strings.EqualFold(s, "true") }

// split reads a comma-separated list.
func split(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
