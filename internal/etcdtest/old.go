package etcdtest

import (
	"os"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TellsAuthRevision asks a server whether it tells the revision of its
// authentication, without which nothing of an ACL is done. Servers before 3.5 do
// not; the embedded one does, or the test fails.
func (v Verbs) TellsAuthRevision(tb testing.TB) bool {
	tb.Helper()
	_, err := v.api.AuthStatus(tb.Context())
	switch {
	case err == nil:
		return true
	case status.Code(err) == codes.Unimplemented && os.Getenv(BinaryVariable) != "":
		return false
	}
	tb.Fatalf("ask for the revision of the authentication: %v", err)
	return false
}

// NeedsAuthRevision skips what is left of a test where the server is too old for
// an ACL; the script acl_old holds what is said there.
func (v Verbs) NeedsAuthRevision(tb testing.TB) {
	tb.Helper()
	if !v.TellsAuthRevision(tb) {
		tb.Skip("the server is older than 3.5: it does not tell the revision of its authentication")
	}
}
