package etcdtest

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
)

// launchProgram starts a member that is an etcd program, and returns as soon as
// the process exists.
func launchProgram(ctx context.Context, binary string, b blueprint) (*process, error) {
	p := &process{serving: make(chan struct{}), done: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), binary, b.flags()...) //nolint:gosec // the person who runs the tests names it
	if err := p.start(); err != nil {
		return nil, err
	}
	go p.awaitHealth(b.Metrics + "/health")
	return p, nil
}

// awaitHealth asks a program for its health until it serves, or is gone: it
// announces nothing.
func (p *process) awaitHealth(where string) {
	again := time.NewTicker(askAgain)
	defer again.Stop()
	client := http.Client{Timeout: askTimeout}
	for {
		if r, err := client.Get(where); err == nil { //nolint:noctx // it ends with the process
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				close(p.serving)
				return
			}
		}
		select {
		case <-again.C:
		case <-p.done:
			return
		}
	}
}

// flags are those of a member.
func (b *blueprint) flags() []string {
	return append([]string{
		"--name=" + b.Name, "--data-dir=" + b.Dir, "--listen-client-urls=" + b.Client, "--advertise-client-urls=" + b.Client,
		"--listen-peer-urls=" + b.Peer, "--initial-advertise-peer-urls=" + b.Peer, "--listen-metrics-urls=" + b.Metrics,
		"--initial-cluster=" + b.InitialCluster, "--initial-cluster-token=" + b.Token,
		fmt.Sprintf("--heartbeat-interval=%d", clusterTick), fmt.Sprintf("--election-timeout=%d", clusterElection),
		fmt.Sprintf("--bcrypt-cost=%d", HashCost),
	}, flagsOf(b.options())...)
}

// options are those that it was made of.
func (b *blueprint) options() Options {
	return Options{
		MaxTxnOps: b.MaxTxnOps, MaxRequestBytes: b.MaxRequestBytes, Quota: b.Quota, Fsync: b.Fsync,
		TLS: transport.TLSInfo{CertFile: b.CertFile, KeyFile: b.KeyFile, TrustedCAFile: b.TrustedCAFile, ClientCertAuth: b.ClientCertAuth},
	}
}
