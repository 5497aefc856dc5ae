package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// BenchmarkWatch is the time from the moment at which somebody writes a key to
// that at which it is reported: by a bare watch of etcd's client, which only
// hears that the key changed, and by sigilform's, which says what drifted from
// what. Both listen at once to the same writes; ns/op is of the latter.
func BenchmarkWatch(b *testing.B) {
	for _, size := range []int{1_000, large} {
		b.Run(fmt.Sprintf("keys=%d", size), func(b *testing.B) { benchmarkWatch(b, size) })
	}
}

func benchmarkWatch(b *testing.B, size int) {
	b.Helper()
	s := etcdtest.Start(b)
	n := valid(b, nettest.OfKeys(size))
	c := connect(b, s)
	if _, err := apply.Run(b.Context(), c, planOn(b, c, n), applyOptions(c, n.Name, "1")); err != nil {
		b.Fatal(err)
	}
	key := n.Prefix + "nodes/" + n.Cores[0].IP.Value + "/domain"

	ctx, cancel := context.WithCancel(b.Context())
	told := make(chan time.Time, 1)
	ready := make(chan struct{})
	done := make(chan error, 1)
	listen := func(said engine.Event) error {
		switch u, ok := said.(engine.WatchUpdate); {
		case !ok:
		case u.First:
			close(ready)
		case len(u.Events) > 0:
			told <- time.Now()
		}
		return nil
	}
	e := &engine.Engine{Catalogue: schema.Network(), Version: "bench", Clock: time.Now, Random: rand.Reader, Events: listen}
	go func() {
		_, err := e.Watch(ctx, engine.WatchOptions{
			DriftOptions: engine.DriftOptions{LiveOptions: engine.LiveOptions{Source: engine.Source{Path: b.TempDir()}, Connection: engine.Connection{Endpoints: []string{s.Endpoint()}}}},
			Follow:       true,
		})
		done <- err
	}()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}()
	select {
	case <-ready:
	case err := <-done:
		b.Fatal(err)
	}
	writer, bare := dialed(b, s), dialed(b, s).Watch(ctx, n.Prefix, clientv3.WithPrefix(), clientv3.WithCreatedNotify())
	<-bare
	var ours, theirs []time.Duration
	b.ResetTimer()
	for i := range b.N {
		from := time.Now()
		if _, err := writer.Put(ctx, key, fmt.Sprintf("v%d.example.net", i)); err != nil {
			b.Fatal(err)
		}
		<-bare
		theirs = append(theirs, time.Since(from))
		ours = append(ours, (<-told).Sub(from))
	}
	b.StopTimer()
	b.ReportMetric(median(theirs), "bare-µs")
	b.ReportMetric(median(ours), "ours-µs")
	b.ReportMetric(median(ours)/median(theirs), "ratio")
}

// dialed is a bare client, as others have.
func dialed(b *testing.B, s *etcdtest.Server) *clientv3.Client {
	b.Helper()
	c, err := clientv3.New(clientv3.Config{Endpoints: []string{s.Endpoint()}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c
}

// median is in microseconds.
func median(all []time.Duration) float64 {
	slices.Sort(all)
	return float64(all[len(all)/2].Nanoseconds()) / 1000
}

// BenchmarkReduce is what one foreign change costs a watch, beside a comparison
// of all that there is.
func BenchmarkReduce(b *testing.B) {
	for _, size := range []int{1_000, 10_000, 100_000} {
		n := valid(b, nettest.OfKeys(size))
		entries := applied(b, mustPlan(b, input(b, n, nil)))
		s := &kv.Snapshot{Revision: 2, Entries: entries}
		st, err := state.Decode(s, n.Name)
		if err != nil {
			b.Fatal(err)
		}
		key := n.Prefix + "nodes/" + n.Cores[0].IP.Value + "/domain"
		b.Run(fmt.Sprintf("keys=%d/change", size), func(b *testing.B) {
			w := drift.NewWatch(schema.Network(), s, st, nil)
			for i := range b.N {
				e := kv.Event{Entry: kv.Entry{Key: key, Value: fmt.Sprint("v", i), ModRevision: int64(i + 3)}}
				events, err := w.Apply(kv.Batch{Revision: int64(i + 3), Events: []kv.Event{e}}, time.Time{})
				if err != nil || len(events) != 1 {
					b.Fatal(events, err)
				}
			}
		})
		b.Run(fmt.Sprintf("keys=%d/detect", size), func(b *testing.B) {
			for range b.N {
				drift.Detect(schema.Network(), s, st, nil)
			}
		})
	}
}
