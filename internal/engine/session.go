package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/sigilgate/sigilform/internal/embedded"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/plan"

	"github.com/sigilgate/sigilform/internal/failure"
)

// session is an open connection to a cluster.
type session struct {
	*etcd.Client
	// connection is how to reach the cluster again.
	connection plan.Connection
	server     *embedded.Server
}

// NothingHere is the error for a command that only reads, where no cluster is
// named and no embedded server ever ran.
type NothingHere struct{ Folder string }

// Failure says so.
func (e *NothingHere) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.NothingHere, Summary: fmt.Sprintf("Nothing was ever applied in %s, and no cluster is named", e.Folder),
		Hint: "say where the cluster is: --endpoints, SIGILFORM_ENDPOINTS, or PATH",
	}
}

// Error is the failure on one line.
func (e *NothingHere) Error() string { return failure.Text(e) }

// need says what a command wants of a cluster that is not there yet.
type need bool

const (
	mayStart  need = true
	mustExist need = false
)

// heldPatience is how long another process may keep the embedded server.
const heldPatience = 3 * time.Second

// connect opens the cluster.
func (e *Engine) connect(ctx context.Context, t target, c Connection, n need) (_ *session, err error) {
	ctx, st := e.stage(ctx, "connect")
	defer func() { st.end(err) }()
	st.note(slog.Bool("embedded", t.embedded != ""))
	e.Mask.Know(t.config.Password)
	timeout, err := e.timeout(c)
	if err != nil {
		return nil, err
	}
	if t.embedded != "" {
		return e.startEmbedded(ctx, t, timeout, n)
	}
	e.progress("connecting to etcd")
	t.config.Timeout, t.config.Traces = timeout, e.Traces
	client, err := etcd.Connect(ctx, t.config)
	if err != nil {
		return nil, err
	}
	return &session{Client: client, connection: t.plan()}, nil
}

// startEmbedded uses the server that `sigilform dev` runs in the folder, else
// runs one for as long as the session lasts.
func (e *Engine) startEmbedded(ctx context.Context, t target, timeout time.Duration, n need) (*session, error) {
	if s, err := e.joinDev(ctx, t, timeout); s != nil || err != nil {
		return s, err
	}
	if _, err := os.Stat(filepath.Join(t.embedded, embedded.Folder)); n == mustExist && errors.Is(err, os.ErrNotExist) {
		return nil, &NothingHere{Folder: t.embedded}
	}
	e.progress("starting the embedded server")
	server, err := embedded.Start(ctx, embedded.Options{Dir: t.embedded, Wait: min(heldPatience, timeout), Command: e.Command})
	if err != nil {
		// A `sigilform dev` may just have started, and listen by now.
		var held *embedded.Held
		if errors.As(err, &held) {
			if s, joined := e.joinDev(ctx, t, timeout); s != nil && joined == nil {
				return s, nil
			}
		}
		return nil, err
	}
	client, err := etcd.Attach(ctx, server, etcd.Config{Timeout: timeout})
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return &session{Client: client, connection: t.plan(), server: server}, nil
}

// joinDev connects to the embedded server of another process, where one listens.
func (e *Engine) joinDev(ctx context.Context, t target, timeout time.Duration) (*session, error) {
	endpoint, ok := embedded.Endpoint(ctx, t.embedded)
	if !ok {
		return nil, nil //nolint:nilnil // nobody listens there, which is not an error
	}
	client, err := etcd.Connect(ctx, etcd.Config{Endpoints: []string{endpoint}, Timeout: timeout, Traces: e.Traces})
	if err != nil {
		return nil, err
	}
	return &session{Client: client, connection: t.plan()}, nil
}

// close ends the connection, and the embedded server with it; its error joins
// the one that is there already.
func (s *session) close(err *error) {
	closed := s.Close()
	if s.server != nil {
		closed = errors.Join(closed, s.server.Close())
	}
	if closed != nil {
		*err = errors.Join(*err, closed)
	}
}
