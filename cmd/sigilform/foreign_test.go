package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// foreignPatience is far above what a server needs to start on a busy machine.
const foreignPatience = 60 * time.Second

// bindTries is how often another port is taken when someone else got it first.
const bindTries = 5

// startForeign runs an etcd server of another make on a loopback port.
func startForeign(ctx context.Context, program, dir string) (endpoint string, stop func(), err error) {
	for range bindTries {
		var port int
		if port, err = freePort(ctx); err != nil {
			return "", nil, err
		}
		endpoint = fmt.Sprintf("http://127.0.0.1:%d", port)
		if stop, err = launchForeign(ctx, program, dir, endpoint); err == nil {
			return endpoint, stop, nil
		}
		if !strings.Contains(err.Error(), "address already in use") {
			break
		}
	}
	return "", nil, err
}

func freePort(ctx context.Context) (int, error) {
	l, err := listen(ctx)
	if err != nil {
		return 0, err
	}
	defer l.Close() //nolint:errcheck // the listener never accepted anything
	return l.Addr().(*net.TCPAddr).Port, nil
}

func listen(ctx context.Context) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
}

func launchForeign(ctx context.Context, program, dir, endpoint string) (func(), error) {
	// The name of the peer makes the cluster's id, so each server has its own.
	peer := "http://127.0.0.1:0"
	name := strings.TrimPrefix(endpoint, "http://127.0.0.1:")
	cmd := exec.CommandContext(ctx, program, "--name", "m"+name, "--data-dir", dir,
		"--listen-client-urls", endpoint, "--advertise-client-urls", endpoint,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "m"+name+"="+peer,
		"--initial-cluster-token", name, "--heartbeat-interval", "10", "--election-timeout", "100", "--log-level", "error")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	var why error
	go func() {
		why = cmd.Wait()
		close(ended)
	}()
	stop := func() {
		_ = cmd.Process.Kill()
		<-ended
	}
	serves, cancel := context.WithTimeout(ctx, foreignPatience)
	defer cancel()
	ready := make(chan error, 1)
	go func() { ready <- awaitForeign(serves, endpoint) }()
	select {
	case err := <-ready:
		if err != nil {
			stop()
			return nil, fmt.Errorf("%s does not serve: %w\n%s", program, err, said.String())
		}
		return stop, nil
	case <-ended:
		return nil, fmt.Errorf("%s ended: %w\n%s", program, why, said.String())
	}
}

// awaitForeign asks until the server answers.
func awaitForeign(ctx context.Context, endpoint string) error {
	client, err := dial(ctx, endpoint)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // a connection that only asked
	_, err = client.Get(clientv3.WithRequireLeader(ctx), "ready")
	for err != nil && ctx.Err() == nil {
		_, err = client.Get(ctx, "ready")
	}
	return err
}

func dial(ctx context.Context, endpoint string) (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, Context: ctx, Logger: zap.NewNop()})
}
