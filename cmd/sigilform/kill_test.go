package main

import (
	"bytes"
	"context"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

// lineDelay slows the line of a program that is to be killed, so that it is seen
// in the middle of what it does.
const lineDelay = 30 * time.Millisecond

// cmdKillWhen runs a program over a slow line to SIGILFORM_ENDPOINTS and kills it
// once the cluster has a rescue user ("rescue"), or authentication is on
// ("enabled"): killwhen rescue|enabled PROGRAM ARGS….
func cmdKillWhen(t *testing.T) func(*testscript.TestScript, bool, []string) {
	t.Helper()
	return func(ts *testscript.TestScript, neg bool, args []string) {
		need(ts, neg, len(args) >= 2, "killwhen rescue|enabled PROGRAM ARGS…")
		ctx, cancel := context.WithTimeout(context.Background(), verbPatience)
		defer cancel()
		endpoint := ts.Getenv("SIGILFORM_ENDPOINTS")
		client, err := dial(ctx, endpoint)
		ts.Check(err)
		defer client.Close() //nolint:errcheck // a connection that is not needed any more
		line := etcdtest.StartProxy(scriptTB{t, ts}, endpoint)
		defer line.Close()
		line.Delay(lineDelay)

		cmd := exec.CommandContext(ctx, onPath(ts, args[1]), args[2:]...)
		cmd.Dir, cmd.Env = ts.MkAbs("."), append(environment(ts), "SIGILFORM_ENDPOINTS="+line.Endpoint(),
			"SIGILFORM_USER="+ts.Getenv("SIGILFORM_USER"), "SIGILFORM_PASSWORD_FILE="+ts.Getenv("SIGILFORM_PASSWORD_FILE"))
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		ts.Check(cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		look := time.NewTicker(lineDelay / 10)
		defer look.Stop()
		for !reached(ctx, client, args[0]) {
			select {
			case err := <-ended:
				ts.Fatalf("it ended before it could be killed: %v\n%s", err, said.String())
			case <-ctx.Done():
				ts.Fatalf("the cluster never came to that")
			case <-look.C:
			}
		}
		ts.Check(cmd.Process.Signal(syscall.SIGKILL))
		if err := <-ended; err == nil {
			ts.Fatalf("it ended by itself")
		}
	}
}

// reached reports whether a cluster is at the instant.
func reached(ctx context.Context, c *clientv3.Client, instant string) bool {
	_, err := c.UserGet(ctx, kv.RescueUser)
	enabled := rpctypes.ErrorDesc(err) == rpctypes.ErrorDesc(rpctypes.ErrUserEmpty)
	return enabled || instant == "rescue" && err == nil
}
