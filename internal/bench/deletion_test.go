package bench

import (
	"context"
	"fmt"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
)

// disturb writes a key again and again.
func disturb(ctx context.Context, c *clientv3.Client, key string, pause time.Duration) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = c.Put(ctx, key, "active")
		}
	}
}

// BenchmarkDeletion measures the commit of a Core's deletion: what could refer
// to it is read, and guarded. Others change the status of a user meanwhile, as
// often in a second as the case says.
func BenchmarkDeletion(b *testing.B) {
	for _, size := range sizes() {
		for _, rate := range []int{0, 50} {
			b.Run(fmt.Sprintf("keys=%d/others=%d", size, rate), func(b *testing.B) {
				server := etcdtest.Start(b)
				n, _ := fill(b, server, size)
				c := connect(b, server)
				ctx, stop := context.WithCancel(b.Context())
				defer stop()
				if rate > 0 {
					go disturb(ctx, server.Client(), n.Prefix+"users/1/status", time.Second/time.Duration(rate))
				}
				txn := kv.Txn{
					Guards: keys.NewLayout(schema.Network(), n.Prefix).Unnamed(addr.Core, "10.99.0.1"),
					Ops:    []kv.Op{{Kind: kv.DeletePrefix, Key: n.Prefix + "nodes/10.99.0.1/"}},
				}
				for b.Loop() {
					if r, err := c.Commit(b.Context(), txn); err != nil || r.Outcome != kv.Committed {
						b.Fatalf("%+v, %v", r, err)
					}
				}
			})
		}
	}
}
