package etcd

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/failure"
)

// refusals are the TLS alerts by which a server refuses a client's certificate
// (RFC 8446, 6.2), as the library words them.
func refusals() []string {
	return []string{
		"certificate required", "bad certificate", "unknown certificate authority", "unknown certificate",
		"expired certificate", "unsupported certificate", "revoked certificate", "access denied",
	}
}

// alertOf is what the server said of a handshake that it ended, if it did.
func alertOf(err error) (string, bool) {
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Op != "remote error" {
		return "", false
	}
	return strings.TrimPrefix(remote.Err.Error(), "tls: "), true
}

func (s *settings) explainTLS(t target, err error) error {
	var plain tls.RecordHeaderError
	var untrusted *tls.CertificateVerificationError
	if alert, ok := alertOf(err); ok {
		return s.explainAlert(t, alert, err)
	}
	switch {
	case errors.As(err, &plain):
		return notTLS(t, err)
	case errors.As(err, &untrusted):
		return s.untrusted(t, untrusted)
	case isEOF(err):
		return notEtcd(t, errSilent)
	}
	return unreachable(t, err)
}

func (s *settings) untrusted(t target, err *tls.CertificateVerificationError) error {
	out := &ConnectError{Code: failure.EtcdUntrusted, Endpoint: t.url, Cause: err, Summary: fmt.Sprintf("The certificate of the server at %s is not trusted", t.address)}
	presented := "The server presented no certificate."
	if len(err.UnverifiedCertificates) > 0 {
		presented = "The server presented " + describe(err.UnverifiedCertificates[0]) + "."
	}
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name):
		out.Summary = fmt.Sprintf("The certificate of the server at %s is for another name", t.address)
		out.Detail = fmt.Sprintf("%s It was checked against the name %q.", presented, s.tlsFor(t).ServerName)
		out.Hint = "use an endpoint that the certificate names, or give the name with `server_name` in the tls block of the etcd block"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		out.Summary = fmt.Sprintf("The certificate of the server at %s is not valid now", t.address)
		out.Detail = fmt.Sprintf("%s %s", presented, reason(invalid.Error()))
		out.Hint = "renew the server's certificate, or set this machine's clock"
	default:
		out.Detail = fmt.Sprintf("%s It is not signed by %s: %s.", presented, s.authority(), plainReason(err))
		out.Hint = "give the certificate of the CA that signed the cluster's certificates with --cacert"
	}
	return out
}

func (s *settings) authority() string {
	if s.CAFile == "" {
		return "a CA that this system trusts (no CA file is given)"
	}
	return "the CA in " + s.CAFile
}

// plainReason is the innermost reason without the library's prefixes.
func plainReason(err error) string {
	text := err.Error()
	if _, after, ok := strings.Cut(text, "x509: "); ok {
		text = after
	}
	return strings.TrimSuffix(text, ".")
}

func describe(c *x509.Certificate) string {
	names := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	about := "no names"
	if len(names) > 0 {
		about = strings.Join(names, ", ")
	}
	return fmt.Sprintf("a certificate for %s (subject %q, issuer %q, valid %s to %s)",
		about, c.Subject.String(), c.Issuer.String(), c.NotBefore.UTC().Format("2006-01-02"), c.NotAfter.UTC().Format("2006-01-02"))
}

func (s *settings) explainAlert(t target, alert string, err error) error {
	out := &ConnectError{Code: failure.EtcdCertificateNeeded, Endpoint: t.url, Cause: err}
	switch {
	case !slices.Contains(refusals(), alert):
		out.Code, out.Summary = failure.EtcdUntrusted, fmt.Sprintf("The TLS handshake with the server at %s failed", t.address)
		out.Detail = "The server said: " + alert + "."
		out.Hint = "check that the server's TLS versions and certificate suit current clients"
	case s.CertFile == "":
		out.Summary = fmt.Sprintf("The server at %s requires a client certificate", t.address)
		out.Detail = "None is given."
		out.Hint = "give one that the cluster's CA signed with --cert and --key"
	default:
		out.Summary = fmt.Sprintf("The server at %s does not accept the client certificate", t.address)
		out.Detail = fmt.Sprintf("It refused %s: %s.", s.CertFile, alert)
		out.Hint = "use a certificate that the cluster's CA signed for client authentication and that has not expired"
	}
	return out
}

func unreachable(t target, err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) && !dns.IsTimeout {
		return &ConnectError{
			Code: failure.EtcdUnknownHost, Endpoint: t.url, Summary: fmt.Sprintf("The host %q has no address", t.host),
			Detail: reason(dns.Err), Hint: "check the endpoint's spelling and this machine's name servers", Cause: err,
		}
	}
	return &ConnectError{
		Code: failure.EtcdUnreachable, Endpoint: t.url, Summary: fmt.Sprintf("No etcd answers at %s", t.address),
		Detail: reachDetail(err), Hint: "check that the endpoint is right, that etcd runs there and that no firewall is between", Cause: err,
	}
}

func reachDetail(err error) string {
	var timeout net.Error
	text := err.Error()
	switch {
	case strings.Contains(text, "connection refused"):
		return "Nothing listens there: the connection was refused."
	case strings.Contains(text, "no such file"):
		return "The socket does not exist."
	case errors.As(err, &timeout) && timeout.Timeout():
		return "There was no answer within the timeout."
	}
	return reason(text)
}

func tlsNeeded(t target) error {
	return &ConnectError{
		Code: failure.EtcdTLSNeeded, Endpoint: t.url, Summary: fmt.Sprintf("The server at %s speaks only TLS", t.address),
		Detail: "It was asked in plain text.", Hint: "write https:// in the endpoint and give the cluster's CA with --cacert",
	}
}

func notTLS(t target, err error) error {
	return &ConnectError{
		Code: failure.EtcdNotTLS, Endpoint: t.url, Summary: fmt.Sprintf("The server at %s does not speak TLS", t.address),
		Detail: "It did not answer a TLS greeting with one of its own.",
		Hint:   "if the cluster has no TLS, write http:// in the endpoint and leave the TLS files out", Cause: err,
	}
}

func notEtcd(t target, err error) error {
	return &ConnectError{
		Code: failure.EtcdNotEtcd, Endpoint: t.url, Summary: fmt.Sprintf("What answers at %s is not etcd", t.address),
		Detail: reason(err.Error()), Hint: "use etcd's client port (2379), not the port of its peers or of another program", Cause: err,
	}
}

// reason is a library's message as a sentence.
func reason(text string) string {
	if text == "" {
		return ""
	}
	for _, prefix := range []string{"rpc error: code = Unimplemented desc = ", "x509: ", "tls: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return "Reason: " + strings.TrimSuffix(text, ".") + "."
}
