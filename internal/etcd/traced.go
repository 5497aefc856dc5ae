package etcd

import (
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	metrics "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc"
)

// traced gives each request a span and tells the server whose it is. It is no
// part of a client that nobody traces. Spans name the method and the outcome;
// keys and values are in none.
func (s *settings) traced() []grpc.DialOption {
	if s.Traces == nil {
		return nil
	}
	return []grpc.DialOption{grpc.WithStatsHandler(otelgrpc.NewClientHandler(
		otelgrpc.WithTracerProvider(s.Traces), otelgrpc.WithMeterProvider(metrics.NewMeterProvider()),
		otelgrpc.WithPropagators(propagation.TraceContext{}),
	))}
}
