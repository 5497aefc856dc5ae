package etcd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"github.com/sigilgate/sigilform/internal/intake"

	"github.com/sigilgate/sigilform/internal/failure"
)

// maxPEM bounds files of certificates and keys.
const maxPEM = 8 << 20

// tlsConfig reads the TLS files. The system's roots are used without a CA file.
func (c Config) tlsConfig(ctx context.Context) (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.ServerName}
	if c.CAFile != "" {
		pem, err := intake.Read(ctx, c.CAFile, maxPEM)
		if err != nil {
			return nil, badFile("CA file", c.CAFile, "a PEM file with the CA of the servers", err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &ConnectError{
				Code: failure.EtcdConfig, Summary: fmt.Sprintf("The CA file %s holds no certificate", c.CAFile),
				Hint: "it must be PEM with at least one BEGIN CERTIFICATE block",
			}
		}
	}
	if c.CertFile == "" && c.KeyFile == "" {
		return out, nil
	}
	pair, err := c.keyPair(ctx)
	if err != nil {
		return nil, err
	}
	out.Certificates = []tls.Certificate{pair}
	return out, nil
}

func (c Config) keyPair(ctx context.Context) (tls.Certificate, error) {
	var none tls.Certificate
	if c.CertFile == "" || c.KeyFile == "" {
		return none, &ConnectError{
			Code: failure.EtcdConfig, Summary: "The client certificate and its key belong together",
			Detail: "Only one of the two files is given.", Hint: "give both --cert and --key",
		}
	}
	cert, err := intake.Read(ctx, c.CertFile, maxPEM)
	if err != nil {
		return none, badFile("client certificate", c.CertFile, "a PEM file with the client certificate", err)
	}
	key, err := intake.Read(ctx, c.KeyFile, maxPEM)
	if err != nil {
		return none, badFile("key of the client certificate", c.KeyFile, "a PEM file with the key of the client certificate", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return none, &ConnectError{
			Code: failure.EtcdConfig, Summary: fmt.Sprintf("The client certificate %s and the key %s can't be used", c.CertFile, c.KeyFile),
			Detail: reason(err.Error()), Hint: "both must be PEM, and the key must be that of the certificate", Cause: err,
		}
	}
	return pair, nil
}

func badFile(what, name, wanted string, err error) error {
	return &ConnectError{
		Code: failure.EtcdConfig, Summary: fmt.Sprintf("The %s %s can't be read", what, name), Detail: reason(intake.Cause(err)),
		Hint: intake.Advice(err, wanted), Cause: err,
	}
}
