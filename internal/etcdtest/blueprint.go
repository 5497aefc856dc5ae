package etcdtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime/debug"
	"testing"

	"go.etcd.io/etcd/server/v3/embed"
)

// MemberVariable tells a test binary, started again, to be a member of a
// cluster. It holds the member's blueprint.
const MemberVariable = "SIGILFORM_TEST_MEMBER"

// readyLine is what a member says once it serves.
const readyLine = "ready\n"

// Members share a loaded machine: what suffices for one that is alone, and has
// nobody to hear from, would let leaders change all the time.
const clusterTick, clusterElection = 50, 500

// blueprint is all that a process has to know to be a member.
type blueprint struct {
	Name           string
	Dir            string
	Client, Peer   string
	Metrics        string
	Token          string
	InitialCluster string

	MaxTxnOps, MaxRequestBytes uint
	Quota                      int64
	Fsync                      bool

	CertFile, KeyFile, TrustedCAFile string
	ClientCertAuth                   bool
}

func newBlueprint(name, dir string, o Options) blueprint {
	return blueprint{
		Name: name, Dir: dir,
		MaxTxnOps: o.MaxTxnOps, MaxRequestBytes: o.MaxRequestBytes, Quota: o.Quota, Fsync: o.Fsync,
		CertFile: o.TLS.CertFile, KeyFile: o.TLS.KeyFile, TrustedCAFile: o.TLS.TrustedCAFile, ClientCertAuth: o.TLS.ClientCertAuth,
	}
}

func readBlueprint(text string) (blueprint, error) {
	var b blueprint
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return blueprint{}, fmt.Errorf("read the blueprint of a member: %w", err)
	}
	return b, nil
}

// Main is for the TestMain of a package that uses [StartProcesses]: it is the
// member where it is asked to, and runs the tests otherwise.
func Main(m *testing.M) int {
	RunMember()
	debug.SetGCPercent(garbage)
	return m.Run()
}

// garbage is how much of it there may be for what is alive, in percent: servers
// keep little, and throw away much.
const garbage = 400

// RunMember is for a TestMain that has to do more than [Main]: it has to be the
// first call. In a process that was started as a member it runs the member and
// never returns; in any other it does nothing.
func RunMember() {
	text, ok := os.LookupEnv(MemberVariable)
	if !ok {
		return
	}
	if err := runMember(text, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runMember serves until the parent is gone, which closes stdin, or has enough
// and kills it.
func runMember(text string, stdin io.Reader, stdout io.Writer) error {
	b, err := readBlueprint(text)
	if err != nil {
		return err
	}
	c, err := b.config()
	if err != nil {
		return err
	}
	orphaned := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		close(orphaned)
	}()
	e, err := embed.StartEtcd(c)
	if err != nil {
		return fmt.Errorf("start etcd: %w", err)
	}
	serving := e.Server.ReadyNotify()
	for {
		select {
		case <-serving:
			if _, err := io.WriteString(stdout, readyLine); err != nil {
				return err
			}
			serving = nil
		case <-orphaned:
			return nil
		case err := <-e.Err():
			return fmt.Errorf("etcd ended: %w", err)
		case <-e.Server.StopNotify():
			return errors.New("etcd stopped by itself")
		}
	}
}

func (b *blueprint) config() (*embed.Config, error) {
	c := configure(b.Name, b.Dir, b.options())
	client, err := url.Parse(b.Client)
	if err != nil {
		return nil, fmt.Errorf("the client URL: %w", err)
	}
	peer, err := url.Parse(b.Peer)
	if err != nil {
		return nil, fmt.Errorf("the peer URL: %w", err)
	}
	c.TickMs, c.ElectionMs = clusterTick, clusterElection
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
	c.InitialCluster, c.InitialClusterToken = b.InitialCluster, b.Token
	return c, nil
}
