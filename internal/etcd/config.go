package etcd

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

// DefaultTimeout bounds connecting, and each request, where a Config says nothing.
const DefaultTimeout = 10 * time.Second

// DefaultPort is the client port of an endpoint that names none.
const DefaultPort = "2379"

// Config says how to reach a cluster.
type Config struct {
	// Endpoints are "https://host:port", "http://host:port", "host:port" or
	// "unix:///path". One without a scheme is TLS where a TLS file is given.
	Endpoints []string
	Username  string
	Password  string
	// CAFile holds the certificates that the server's is checked against; the
	// system's where empty. CertFile and KeyFile are the client's own.
	CAFile   string
	CertFile string
	KeyFile  string
	// ServerName is the name that the server's certificate must have, where it
	// is not the endpoint's host.
	ServerName string
	// Beside accepts the certificate of another user beside one with a password: etcd
	// takes who logs in.
	Beside bool
	// Any accepts a user that may not read sigilform's own keys, such as a node.
	Any bool
	// Timeout bounds Connect as a whole, and later each request.
	Timeout time.Duration
	// Traces makes a span of every request; none where nil.
	Traces trace.TracerProvider
	// Limits are what the server accepts; those of a stock server where zero.
	Limits kv.Limits
	// HashCost is the bcrypt cost of the hashes of passwords that are sent, as the
	// server's option --bcrypt-cost says it for those that it makes; that of a
	// stock server where 0. Lower than that is for tests alone.
	HashCost int
}

// target is one endpoint, understood.
type target struct {
	// url is as the client wants it, host the name to check a certificate against.
	url     string
	network string
	address string
	host    string
	secure  bool
}

// String is the endpoint as it is shown.
func (t target) String() string { return t.url }

// settings is a Config with its defaults, endpoints and files read.
type settings struct {
	Config
	targets []target
	tls     *tls.Config
}

func prepare(ctx context.Context, c Config) (*settings, error) {
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Limits == (kv.Limits{}) {
		c.Limits = kv.DefaultLimits()
	}
	s := &settings{Config: c}
	if err := c.refuseHalfLogin(); err != nil {
		return nil, err
	}
	if err := s.parseEndpoints(); err != nil {
		return nil, err
	}
	if !s.targets[0].secure {
		return s, s.refuseUselessTLS()
	}
	config, err := c.tlsConfig(ctx)
	s.tls = config
	if err != nil {
		return nil, err
	}
	return s, s.refuseTwoUsers()
}

func (s *settings) parseEndpoints() error {
	if len(s.Endpoints) == 0 {
		return &ConnectError{Code: failure.EtcdConfig, Summary: "No endpoint is given", Hint: "name at least one, such as --endpoints https://10.0.0.1:2379"}
	}
	for _, text := range s.Endpoints {
		t, err := parseEndpoint(strings.TrimSpace(text), s.wantsTLS())
		if err != nil {
			return err
		}
		s.targets = append(s.targets, t)
	}
	for _, t := range s.targets[1:] {
		if t.secure != s.targets[0].secure {
			return &ConnectError{
				Code: failure.EtcdConfig, Endpoint: t.url, Summary: "The endpoints mix TLS and plain connections",
				Detail: fmt.Sprintf("%s and %s can't be used together: passwords and values would travel in plain text to one of them.", s.targets[0], t),
				Hint:   "write https:// before each endpoint, or http:// before each",
			}
		}
	}
	return nil
}

// refuseHalfLogin: the client library would leave half a login out silently.
func (c Config) refuseHalfLogin() error {
	switch {
	case c.Username != "" && c.Password == "":
		return &ConnectError{
			Code: failure.EtcdConfig, Summary: fmt.Sprintf("The user %q has no password", c.Username),
			Hint: "give it with --password-file, or leave --user out where the client certificate names the user",
		}
	case c.Username == "" && c.Password != "":
		return &ConnectError{Code: failure.EtcdConfig, Summary: "A password is given without a user", Hint: "name the user with --user"}
	}
	return nil
}

func (c Config) wantsTLS() bool { return c.CAFile != "" || c.CertFile != "" || c.KeyFile != "" }

// refuseUselessTLS keeps someone who gave a CA from sending a password in plain.
func (s *settings) refuseUselessTLS() error {
	if !s.wantsTLS() {
		return nil
	}
	return &ConnectError{
		Code: failure.EtcdConfig, Endpoint: s.targets[0].url, Summary: "TLS files are given, but the endpoint is not TLS",
		Detail: fmt.Sprintf("%s is a plain connection: the CA, certificate and key would have no effect.", s.targets[0]),
		Hint:   "write https:// in the endpoint, or leave the TLS files out",
	}
}

func parseEndpoint(text string, secure bool) (target, error) {
	if path, ok := strings.CutPrefix(text, "unix://"); ok && path != "" {
		return target{url: text, network: "unix", address: path, host: "localhost"}, nil
	}
	rest := text
	if scheme, after, ok := strings.Cut(text, "://"); ok {
		rest = after
		switch scheme {
		case "https":
			secure = true
		case "http":
			secure = false
		default:
			return target{}, badEndpoint(text, fmt.Sprintf("The scheme %q is not known.", scheme))
		}
	}
	u, err := url.Parse("//" + rest)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return target{}, badEndpoint(text, "It must be a host and a port.")
	}
	return newTarget(u, secure), nil
}

func newTarget(u *url.URL, secure bool) target {
	port := u.Port()
	if port == "" {
		port = DefaultPort
	}
	t := target{network: "tcp", address: net.JoinHostPort(u.Hostname(), port), host: u.Hostname(), secure: secure}
	t.url = "http://" + t.address
	if secure {
		t.url = "https://" + t.address
	}
	return t
}

func badEndpoint(text, why string) error {
	// An endpoint may carry a password by mistake: it is not repeated then.
	if strings.Contains(text, "@") {
		text = "(with user information)"
	}
	return &ConnectError{
		Code: failure.EtcdConfig, Endpoint: text, Summary: fmt.Sprintf("The endpoint %q is not valid", text), Detail: why,
		Hint: "write it as https://host:2379, http://host:2379, host:2379 or unix:///path",
	}
}

// Share reports whether two configs have an endpoint in common, however it is
// spelled. One that can't be read is none.
func Share(a, b Config) bool {
	of := b.urls()
	return slices.ContainsFunc(a.urls(), func(url string) bool { return slices.Contains(of, url) })
}

// urls are the endpoints in one spelling.
func (c Config) urls() []string {
	var out []string
	for _, text := range c.Endpoints {
		if t, err := parseEndpoint(strings.TrimSpace(text), c.wantsTLS()); err == nil {
			out = append(out, t.url)
		}
	}
	return out
}
