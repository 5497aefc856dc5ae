package main

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	// The exporter compresses where the environment asks for it.
	_ "google.golang.org/grpc/encoding/gzip"
)

// collector takes traces as OTLP and keeps them.
type collector struct {
	collectorpb.UnimplementedTraceServiceServer
	mu       sync.Mutex
	received []*tracepb.ResourceSpans
	keys     []string
	requests int
}

// collectorKey finds the collector of a script.
type collectorKey struct{}

// cmdCollector starts a collector that listens for one of the protocols, and
// keeps its endpoint in a variable.
func cmdCollector(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 2 && (args[0] == "http" || args[0] == "grpc"), "collector http|grpc VARIABLE")
	c, _ := ts.Value(collectorKey{}).(*collector)
	l, err := listen(context.Background())
	ts.Check(err)
	ts.Setenv(args[1], "http://"+l.Addr().String())
	if args[0] == "grpc" {
		s := grpc.NewServer()
		collectorpb.RegisterTraceServiceServer(s, c)
		go func() { _ = s.Serve(l) }()
		ts.Defer(s.Stop)
		return
	}
	s := &http.Server{Handler: c}
	go func() { _ = s.Serve(l) }()
	ts.Defer(func() { _ = s.Close() })
}

// Export takes spans over gRPC.
func (c *collector) Export(ctx context.Context, r *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	headers, _ := metadata.FromIncomingContext(ctx)
	c.take(r, headers.Get("x-key"))
	return &collectorpb.ExportTraceServiceResponse{}, nil
}

// ServeHTTP takes spans over HTTP.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	text, err := io.ReadAll(body)
	var request collectorpb.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(text, &request) != nil {
		http.Error(w, "no traces", http.StatusBadRequest)
		return
	}
	c.take(&request, r.Header.Values("X-Key"))
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func (c *collector) take(r *collectorpb.ExportTraceServiceRequest, keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	c.keys = append(c.keys, keys...)
	c.received = append(c.received, r.GetResourceSpans()...)
}

// cmdSpans writes what came since the last time into a file: a line for each
// span with its parent and all its attributes, one for each resource.
func cmdSpans(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 1, "spans FILE")
	c, _ := ts.Value(collectorKey{}).(*collector)
	c.mu.Lock()
	defer c.mu.Unlock()
	var out strings.Builder
	fmt.Fprintf(&out, "requests %d\n", c.requests)
	for _, key := range c.keys {
		fmt.Fprintf(&out, "key %s\n", key)
	}
	var spans []*tracepb.Span
	for _, r := range c.received {
		fmt.Fprintf(&out, "resource%s\n", pairsOf(r.GetResource().GetAttributes()))
		for _, scope := range r.GetScopeSpans() {
			spans = append(spans, scope.GetSpans()...)
		}
	}
	slices.SortFunc(spans, func(a, b *tracepb.Span) int { return cmp.Compare(a.GetStartTimeUnixNano(), b.GetStartTimeUnixNano()) })
	names := map[string]string{}
	for _, s := range spans {
		names[string(s.GetSpanId())] = s.GetName()
	}
	for _, s := range spans {
		parent, here := names[string(s.GetParentSpanId())]
		if !here {
			parent = "outside:" + hex.EncodeToString(s.GetParentSpanId())
		}
		fmt.Fprintf(&out, "%s < %s | trace=%x%s", s.GetName(), parent, s.GetTraceId(), pairsOf(s.GetAttributes()))
		if st := s.GetStatus(); st != nil && st.GetCode() != tracepb.Status_STATUS_CODE_UNSET {
			fmt.Fprintf(&out, " %s %q", st.GetCode(), st.GetMessage())
		}
		for _, e := range s.GetEvents() {
			fmt.Fprintf(&out, " event %s%s", e.GetName(), pairsOf(e.GetAttributes()))
		}
		out.WriteString("\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(out.String()), 0o600))
	c.received, c.keys, c.requests = nil, nil, 0
}

// pairsOf writes attributes as they are compared, by their names.
func pairsOf(attributes []*commonpb.KeyValue) string {
	attributes = slices.Clone(attributes)
	slices.SortFunc(attributes, func(a, b *commonpb.KeyValue) int { return strings.Compare(a.GetKey(), b.GetKey()) })
	var out strings.Builder
	for _, a := range attributes {
		fmt.Fprintf(&out, " %s=", a.GetKey())
		switch v := a.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			out.WriteString(v.StringValue)
		case *commonpb.AnyValue_IntValue:
			fmt.Fprint(&out, v.IntValue)
		case *commonpb.AnyValue_BoolValue:
			fmt.Fprint(&out, v.BoolValue)
		default:
			fmt.Fprint(&out, v)
		}
	}
	return out.String()
}
