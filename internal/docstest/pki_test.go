package docstest

import (
	"testing"

	"go.etcd.io/etcd/client/pkg/v3/transport"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// newPKI writes an authority and a planner's certificate into a folder, as the
// README names them, and returns what a server of that authority needs.
func newPKI(t *testing.T, dir string) transport.TLSInfo {
	t.Helper()
	ca := etcdtest.NewCA(t, "ca")
	ca.Lay(t, dir, "planner", ca.User(t, "planner"))
	server := ca.Server(t, "127.0.0.1")
	return transport.TLSInfo{
		CertFile: server.CertFile, KeyFile: server.KeyFile, TrustedCAFile: ca.File, ClientCertAuth: true,
	}
}
