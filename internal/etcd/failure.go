package etcd

import "strings"

// Kind says what is wrong with a connection.
type Kind string

// The kinds of connection errors.
const (
	// BadConfig: the endpoints, or the TLS files, are wrong in themselves.
	BadConfig Kind = "config"
	// Unreachable: nothing listens there, or nothing answers.
	Unreachable Kind = "unreachable"
	// UnknownHost: the endpoint's name has no address.
	UnknownHost Kind = "unknown-host"
	// Untrusted: the server's certificate does not hold.
	Untrusted Kind = "untrusted"
	// NotTLS: the server does not speak TLS, and it was asked to.
	NotTLS Kind = "not-tls"
	// TLSNeeded: the server speaks only TLS, and it was asked in plain.
	TLSNeeded Kind = "tls-needed"
	// CertificateNeeded: the server does not accept us without another client certificate.
	CertificateNeeded Kind = "certificate-needed"
	// NotEtcd: something else listens there.
	NotEtcd Kind = "not-etcd"
	// Unauthenticated: user or password is wrong or missing, or the token expired.
	Unauthenticated Kind = "unauthenticated"
	// Denied: the user may not do what is needed.
	Denied Kind = "denied"
	// NoQuorum: members answer, but no majority of them does.
	NoQuorum Kind = "no-quorum"
	// Learner: every endpoint is a member that does not vote yet.
	Learner Kind = "learner"
	// TwoClusters: the endpoints belong to different clusters.
	TwoClusters Kind = "two-clusters"
	// NoSpace: the database is full; nothing was written.
	NoSpace Kind = "no-space"
	// Refused: the server refused a request; nothing was written.
	Refused Kind = "refused"
	// Canceled: the caller gave up.
	Canceled Kind = "canceled"
)

// ConnectError says why the cluster can't be used: on connecting, or later,
// when a request fails. It holds no secret.
type ConnectError struct {
	Kind Kind
	// Endpoint is the endpoint that it is about, empty where it is about all.
	Endpoint string
	// Summary is one line without a full stop, Detail whole sentences that say
	// why, Hint what to do.
	Summary string
	Detail  string
	Hint    string
	Cause   error
}

// Error is the summary and the detail on one line.
func (e *ConnectError) Error() string {
	if e.Detail == "" {
		return e.Summary
	}
	return e.Summary + ": " + strings.ReplaceAll(e.Detail, "\n", "; ")
}

// Unwrap returns the cause.
func (e *ConnectError) Unwrap() error { return e.Cause }

// Temporary reports whether the same request may succeed a little later: a
// member is lost, or a leader is being elected.
func (e *ConnectError) Temporary() bool { return e.Kind == Unreachable || e.Kind == NoQuorum }

// ShutOut reports whether the user of the connection is not let in, or may not
// do what was asked.
func (e *ConnectError) ShutOut() bool { return e.Kind == Unauthenticated || e.Kind == Denied }
