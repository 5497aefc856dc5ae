package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sigilgate/sigilform/internal/fault"
)

const (
	// headerTime is how long a client may take to say what it wants.
	headerTime = 5 * time.Second
	// requestTime is how long one request may take as a whole.
	requestTime = 30 * time.Second
	// endTime is how long requests that are under way may take at the end.
	endTime = 3 * time.Second
)

// Handler answers GET /metrics, and GET /healthz as long as the process is
// alive: whether it could look is in the metrics, and a restart mends nothing
// there.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "ok\n")
	})
	return mux
}

// Serve answers on a listener until the context ends; requests that are under
// way then may end. It closes the listener.
func (m *Metrics) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{Handler: m.Handler(), ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: requestTime}
	ended := make(chan error, 1)
	fault.Go(func() { ended <- s.Serve(l) }, func(err error) { ended <- err })
	select {
	case err := <-ended:
		return fmt.Errorf("serve the metrics: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	err := s.Shutdown(end)
	if err != nil {
		err = errors.Join(err, s.Close())
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	if err != nil {
		return fmt.Errorf("end serving the metrics: %w", err)
	}
	return nil
}
