package etcdtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// BinaryVariable names an etcd program to run the tests of single servers, and of
// members in processes of their own, against, such as a distribution's, in the
// place of the server within the process.
const BinaryVariable = "SIGILFORM_TEST_ETCD"

// Binary is that program, empty for none.
func Binary() string { return os.Getenv(BinaryVariable) }

// startBinary runs an etcd program until the test ends, on other ports where
// someone else got them first.
func startBinary(tb testing.TB, binary string, o Options) *Server {
	tb.Helper()
	for try := 0; ; try++ {
		s, err := launchBinary(tb, binary, o)
		if err == nil {
			return s
		}
		if !inUse(err) || try == bindTries {
			tb.Fatalf("run %s: %v", binary, err)
		}
	}
}

func launchBinary(tb testing.TB, binary string, o Options) (*Server, error) {
	tb.Helper()
	client, peer := freeURL(tb, scheme(o)), freeURL(tb, "http")
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	c := exec.CommandContext(ctx, binary, flags(tb, o, client.String(), peer.String())...) //nolint:gosec // the person who runs the tests names it
	var output bytes.Buffer
	c.Stdout, c.Stderr = &output, &output
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = startTimeout
	if err := c.Start(); err != nil {
		cancel()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Wait()
	}()
	tb.Cleanup(func() {
		cancel()
		<-ended
	})
	api := dial(tb, o, client.String())
	tb.Cleanup(func() { _ = api.Close() })
	limit, stop := context.WithTimeout(tb.Context(), startTimeout)
	defer stop()
	go func() {
		select {
		case <-ended:
			stop() // what listens there is not ours
		case <-limit.Done():
		}
	}()
	for limit.Err() == nil {
		if _, err := api.Get(limit, "ready"); err == nil {
			return &Server{Verbs: Verbs{api: api}, endpoint: client.String(), local: api}, nil
		}
	}
	cancel()
	<-ended
	return nil, fmt.Errorf("it was not ready within %s, or ended:\n%s", startTimeout, output.String())
}

func flags(tb testing.TB, o Options, client, peer string) []string {
	tb.Helper()
	return append([]string{
		"--name=test", "--data-dir=" + tb.TempDir(), "--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=test=" + peer,
		"--heartbeat-interval=10", "--election-timeout=100",
		"--initial-cluster-token=" + client,
	}, flagsOf(o)...)
}

// flagsOf are those of the options.
func flagsOf(o Options) (out []string) {
	if !o.Fsync {
		out = append(out, "--unsafe-no-fsync")
	}
	add := func(name string, value string) {
		if value != "" && value != "0" {
			out = append(out, "--"+name+"="+value)
		}
	}
	add("max-txn-ops", strconv.FormatUint(uint64(o.MaxTxnOps), 10))
	add("max-request-bytes", strconv.FormatUint(uint64(o.MaxRequestBytes), 10))
	add("auth-token-ttl", strconv.FormatUint(uint64(o.AuthTokenTTL), 10))
	add("auth-token", o.AuthToken)
	add("quota-backend-bytes", strconv.FormatInt(o.Quota, 10))
	if o.Quota > 0 {
		add("backend-batch-interval", time.Millisecond.String())
	}
	add("cert-file", o.TLS.CertFile)
	add("key-file", o.TLS.KeyFile)
	add("trusted-ca-file", o.TLS.TrustedCAFile)
	if o.TLS.ClientCertAuth {
		out = append(out, "--client-cert-auth")
	}
	return out
}

// dial makes the verbs' own client. It trusts whatever certificate the test
// gave the server.
func dial(tb testing.TB, o Options, endpoints ...string) *clientv3.Client {
	tb.Helper()
	config := clientv3.Config{Endpoints: endpoints, Logger: zap.NewNop(), Context: context.WithoutCancel(tb.Context())}
	if !o.TLS.Empty() {
		info := o.TLS
		info.InsecureSkipVerify = true
		t, err := info.ClientConfig()
		if err != nil {
			tb.Fatal(fmt.Errorf("TLS of the test's own client: %w", err))
		}
		config.TLS = t
	}
	api, err := clientv3.New(config)
	if err != nil {
		tb.Fatalf("the test's own client: %v", err)
	}
	return api
}
