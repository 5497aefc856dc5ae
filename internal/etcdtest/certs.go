package etcdtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// CA is a certificate authority of a test.
type CA struct {
	// File holds its certificate as PEM.
	File string
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	next int64
}

// Pair names the files of a certificate and its key.
type Pair struct{ CertFile, KeyFile string }

// NewCA makes an authority with a name of its own.
func NewCA(tb testing.TB, name string) *CA {
	tb.Helper()
	c := &CA{dir: tb.TempDir(), next: 2}
	c.key = newKey(tb)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	c.cert = sign(tb, template, template, c.key, c.key)
	c.File = c.write(tb, "ca.pem", "CERTIFICATE", c.cert.Raw)
	return c
}

// Server issues a certificate for names and IP addresses. It serves for
// clients too, as those of etcd's members do.
func (c *CA) Server(tb testing.TB, names ...string) Pair {
	tb.Helper()
	return c.issue(tb, names, time.Hour, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth)
}

// Expired issues a server's certificate that is not valid any more.
func (c *CA) Expired(tb testing.TB, names ...string) Pair {
	tb.Helper()
	return c.issue(tb, names, -time.Minute, x509.ExtKeyUsageServerAuth)
}

// User issues a client's certificate; one without a name where it is empty.
func (c *CA) User(tb testing.TB, name string) Pair {
	tb.Helper()
	return c.issue(tb, []string{name}, time.Hour, x509.ExtKeyUsageClientAuth)
}

func (c *CA) issue(tb testing.TB, names []string, life time.Duration, usages ...x509.ExtKeyUsage) Pair {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(c.next), Subject: pkix.Name{CommonName: names[0]}, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(life), ExtKeyUsage: usages,
	}
	for _, n := range names {
		switch ip := net.ParseIP(n); {
		case ip != nil:
			template.IPAddresses = append(template.IPAddresses, ip)
		case n != "":
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	key := newKey(tb)
	cert := sign(tb, template, c.cert, key, c.key)
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		tb.Fatalf("encode a key: %v", err)
	}
	id := template.SerialNumber.String()
	c.next++
	return Pair{CertFile: c.write(tb, "cert-"+id+".pem", "CERTIFICATE", cert.Raw), KeyFile: c.write(tb, "key-"+id+".pem", "EC PRIVATE KEY", der)}
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("make a key: %v", err)
	}
	return key
}

func sign(tb testing.TB, template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		tb.Fatalf("sign a certificate: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatalf("read a certificate: %v", err)
	}
	return cert
}

func (c *CA) write(tb testing.TB, name, kind string, der []byte) string {
	tb.Helper()
	file := filepath.Join(c.dir, name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		tb.Fatalf("write %s: %v", name, err)
	}
	return file
}

// Lay links the authority's certificate as ca.pem into a folder, and a pair as
// name.pem and name-key.pem, where the commands of a script expect them.
func (c *CA) Lay(tb testing.TB, dir, name string, pair Pair) {
	tb.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		tb.Fatalf("make %s: %v", dir, err)
	}
	for to, from := range map[string]string{"ca.pem": c.File, name + ".pem": pair.CertFile, name + "-key.pem": pair.KeyFile} {
		if err := os.Symlink(from, filepath.Join(dir, to)); err != nil {
			tb.Fatalf("link %s: %v", to, err)
		}
	}
}
