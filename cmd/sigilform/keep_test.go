package main

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// cmdKeepLock keeps the lease of a key alive, as its holder did who is dead now,
// until the key is gone or the script ends. Without it the lock would stand for
// as long as its time to live, and the script would have to be as fast.
func cmdKeepLock(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 1, "keeplock KEY")
	ctx, cancel := context.WithCancel(context.Background())
	client, err := dial(ctx, ts.Getenv("SIGILFORM_ENDPOINTS"))
	ts.Check(err)
	ts.Defer(func() { cancel(); _ = client.Close() })
	found, err := client.Get(ctx, args[0])
	ts.Check(err)
	if len(found.Kvs) == 0 || found.Kvs[0].Lease == 0 {
		ts.Fatalf("there is no %s under a lease", args[0])
	}
	kept, err := client.KeepAlive(ctx, clientv3.LeaseID(found.Kvs[0].Lease))
	ts.Check(err)
	go func() {
		for range kept { // each answer has to be taken
		}
	}()
}
