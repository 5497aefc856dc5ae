package etcdtest

import (
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// EnableAuth makes the user root with a password and requires a user from
// every client. After that the verbs of the server are refused.
func (s *Server) EnableAuth(tb testing.TB, password string) {
	tb.Helper()
	s.AddUser(tb, "root", password, "root")
	if _, err := s.local.AuthEnable(tb.Context()); err != nil {
		tb.Fatalf("enable authentication: %v", err)
	}
}

// AddUser makes a user with a role of the same rights as name "root", or one
// that may read and write the given prefixes.
func (s *Server) AddUser(tb testing.TB, user, password, role string, prefixes ...string) {
	tb.Helper()
	if _, err := s.local.RoleAdd(tb.Context(), role); err != nil {
		tb.Fatalf("add the role %s: %v", role, err)
	}
	for _, p := range prefixes {
		_, err := s.local.RoleGrantPermission(tb.Context(), role, p, clientv3.GetPrefixRangeEnd(p), clientv3.PermissionType(clientv3.PermReadWrite))
		if err != nil {
			tb.Fatalf("grant %s to %s: %v", p, role, err)
		}
	}
	if _, err := s.local.UserAdd(tb.Context(), user, password); err != nil {
		tb.Fatalf("add the user %s: %v", user, err)
	}
	if _, err := s.local.UserGrantRole(tb.Context(), user, role); err != nil {
		tb.Fatalf("grant %s to %s: %v", role, user, err)
	}
}
