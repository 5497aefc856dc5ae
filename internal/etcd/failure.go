package etcd

import "github.com/sigilgate/sigilform/internal/failure"

// ConnectError says why the cluster can't be used: on connecting, or later,
// when a request fails. It holds no secret.
type ConnectError struct {
	// Code is one of those that begin with etcd_.
	Code failure.Code
	// Endpoint is the endpoint that it is about, empty where it is about all.
	Endpoint string
	// Summary is one line without a full stop, Detail whole sentences that say
	// why, Hint what to do.
	Summary string
	Detail  string
	Hint    string
	Cause   error
}

// Failure is what is told of it.
func (e *ConnectError) Failure() *failure.Failure {
	return &failure.Failure{Code: e.Code, Summary: e.Summary, Detail: e.Detail, Hint: e.Hint, Cause: e.Cause}
}

// Error is the failure on one line.
func (e *ConnectError) Error() string { return failure.Text(e) }

// Unwrap returns the cause.
func (e *ConnectError) Unwrap() error { return e.Cause }

// Temporary reports whether the same request may succeed a little later: a
// member is lost, or a leader is being elected.
func (e *ConnectError) Temporary() bool {
	return e.Code == failure.EtcdUnreachable || e.Code == failure.EtcdNoQuorum
}

// ShutOut reports whether the user of the connection is not let in, or may not
// do what was asked.
func (e *ConnectError) ShutOut() bool {
	return e.Code == failure.EtcdUnauthenticated || e.Code == failure.EtcdDenied
}
