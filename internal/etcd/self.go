package etcd

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Username is who etcd takes this connection for: the user that is given, else
// the common name of the client certificate; empty where there is neither.
func (c *Client) Username() string { return c.settings.user() }

// LogsIn reports whether this connection gives a user with a password, and not a
// certificate, for who it is.
func (c *Client) LogsIn() bool { return c.settings.Username != "" }

func (s *settings) user() string {
	if s.Username != "" {
		return s.Username
	}
	return commonName(s.tls)
}

// commonName is that of the client certificate.
func commonName(config *tls.Config) string {
	if config == nil || len(config.Certificates) == 0 || len(config.Certificates[0].Certificate) == 0 {
		return ""
	}
	leaf, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	if err != nil {
		return ""
	}
	return leaf.Subject.CommonName
}

// refuseTwoUsers: etcd takes the password's user and ignores the certificate's
// name, which nobody who gives both can see.
func (s *settings) refuseTwoUsers() error {
	name := commonName(s.tls)
	if s.Username == "" || name == "" || s.Beside {
		return nil
	}
	return &ConnectError{
		Code: failure.EtcdConfig, Summary: "Both a user and a client certificate with a name are given",
		Detail: fmt.Sprintf("The user is %q, and the certificate's common name is %q. etcd would take the user with the password and ignore the certificate's name.", s.Username, name),
		Hint:   "leave the user and its password out, or give a client certificate without a common name",
	}
}
