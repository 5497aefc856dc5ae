package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3rpc"
	"go.etcd.io/etcd/server/v3/proxy/grpcproxy/adapter"

	"github.com/sigilgate/sigilform/internal/fault"
)

// Folder is the name of the folder that holds everything, within the
// configuration's folder.
const Folder = ".sigilform"

// startTimeout is far above what a start takes; a server that is not ready by
// then never will be.
const startTimeout = 30 * time.Second

// bindTries is how often another port is taken when someone else got it first.
const bindTries = 10

// Options say how to run the server.
type Options struct {
	// Dir is the configuration's folder.
	Dir string
	// Wait is how long to wait for another process to release the folder.
	Wait time.Duration
	// Listen is empty for a server that nobody but the process reaches, or a
	// loopback address, "127.0.0.1:0" for a port that the system chooses.
	Listen string
	// Command is what others are told who holds the folder, "sigilform apply".
	// It must hold no secret, so not all arguments. The program's name where empty.
	Command string
}

// Server is a running server. It is safe for concurrent use.
type Server struct {
	etcd      *embed.Etcd
	client    *clientv3.Client
	hold      *hold
	endpoint  string
	breakdown *breakdown
	once      sync.Once
	closed    error
}

// Start takes the folder and runs the server. The error is a *Held where
// another process holds the folder for longer than Options.Wait, a *Damaged or
// *Newer where its data is, and an *Unusable where the system does not let it be used.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := start(ctx, o)
	return s, unusable(err)
}

func start(ctx context.Context, o Options) (*Server, error) {
	dir, err := prepareFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	h, err := take(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	s, err := run(ctx, dir, o.Listen)
	if err != nil {
		return nil, errors.Join(err, h.release())
	}
	s.hold = h
	if s.endpoint == "" {
		return s, nil
	}
	if err := write(filepath.Join(dir, endpointFile), s.endpoint+"\n"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func run(ctx context.Context, dir, listen string) (*Server, error) {
	for try := 0; ; try++ {
		b := newBreakdown()
		c, err := configure(ctx, dir, listen, b.logger())
		if err != nil {
			return nil, err
		}
		if err := errors.Join(putAside(c.Dir), inspect(c.Dir)); err != nil {
			return nil, err
		}
		e, err := launch(ctx, c, b)
		if errors.Is(err, syscall.EADDRINUSE) && try < bindTries && strings.HasSuffix(listen, ":0") {
			continue
		}
		if err != nil {
			return nil, failed(c.Dir, err)
		}
		s := &Server{etcd: e, client: v3client.New(e.Server), breakdown: b}
		if listen != "" {
			s.endpoint = c.ListenClientUrls[0].String()
		}
		if err := errors.Join(markReady(c.Dir), s.forget(ctx)); err != nil {
			return nil, errors.Join(err, s.Close())
		}
		return s, nil
	}
}

// launch starts etcd and waits until it serves. Both are left to themselves
// when etcd breaks down: it can't be ended properly then.
func launch(ctx context.Context, c *embed.Config, b *breakdown) (*embed.Etcd, error) {
	smallSegments()
	limit, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	started := make(chan *embed.Etcd, 1)
	ended := make(chan error, 1)
	fault.Go(func() {
		e, err := embed.StartEtcd(c)
		if err != nil {
			ended <- err
			return
		}
		select {
		case <-e.Server.ReadyNotify():
			started <- e
		case err := <-e.Err():
			abandon(e)
			ended <- err
		case <-limit.Done():
			abandon(e)
			ended <- limit.Err()
		}
	}, func(err error) { ended <- err })
	select {
	case e := <-started:
		return e, nil
	case err := <-ended:
		return nil, err
	case <-b.happened:
		return nil, b.err()
	}
}

// abandon closes a server that is not ready. Close alone would wait for its
// listeners to serve, which they do only once it is.
func abandon(e *embed.Etcd) {
	e.Server.HardStop()
	e.Close()
}

// Client is a client within this process. It is the server's: Close ends it.
func (s *Server) Client() *clientv3.Client { return s.client }

// KV is the server's key-value service within this process.
func (s *Server) KV() pb.KVClient {
	return adapter.KvServerToKvClient(v3rpc.NewQuotaKVServer(s.etcd.Server))
}

// Auth is the server's authentication service within this process.
func (s *Server) Auth() pb.AuthClient {
	return adapter.AuthServerToAuthClient(v3rpc.NewAuthServer(s.etcd.Server))
}

// Endpoint is where clients reach the server, empty where none can.
func (s *Server) Endpoint() string { return s.endpoint }

// Broken is closed when the server broke down by itself; Err says why then.
func (s *Server) Broken() <-chan struct{} { return s.breakdown.happened }

// Err is why the server broke down, nil while it runs.
func (s *Server) Err() error { return s.breakdown.err() }

// Close ends the server and releases the folder. A second call does nothing.
func (s *Server) Close() error {
	s.once.Do(func() {
		err := s.client.Close()
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		if s.breakdown.err() == nil {
			s.etcd.Close()
		}
		if s.hold == nil {
			s.closed = err
			return
		}
		if s.endpoint != "" {
			err = errors.Join(err, removeIfThere(filepath.Join(s.hold.dir, endpointFile)))
		}
		s.closed = errors.Join(err, s.hold.release())
	})
	return s.closed
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
