package crash_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/sigilgate/sigilform/internal/crash"
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

const (
	drawnName     = "drawn"
	byPassword    = "password"
	byCertificate = "cert"
	// byBoth begins with passwords and goes over to certificates.
	byBoth       = "password, then cert"
	rootPassword = "the-word-of-all"
)

// draws are what is drawn once for a world.
type draws struct {
	members int
	options etcdtest.Options
	// auth is how users authenticate, empty where there are none; enforced is
	// the number of the run from which on the files ask for it, certified of the one
	// from which on certificates take the place of passwords.
	auth                string
	enforced, certified int
	// gentle says that others take no names and make nothing: then one can go back
	// again and again.
	gentle bool
	// pause is between two writes of each of the others.
	pause time.Duration
}

// drawWorld draws the n-th world of a seed. Members, limits and authentication
// take turns, so that a few worlds have all of them.
func drawWorld(seed uint64, n int) draws {
	r, all := source(seed, n, 0), source(seed, 0, 999)
	members, auth, limits := all.IntN(3), all.IntN(4), all.IntN(4)
	d := draws{members: 1, auth: []string{"", byPassword, byCertificate, byBoth}[(auth+n+n/4)%4], enforced: r.IntN(8), certified: 12 + r.IntN(30), pause: time.Duration(40+r.IntN(160)) * time.Millisecond}
	if (members+n)%3 == 0 {
		d.members = 3
	}
	d.gentle = r.IntN(3) == 0
	if *drawnOpen {
		d.auth = ""
	}
	switch (limits + n) % 4 {
	case 0:
		d.options.MaxRequestBytes = small
	case 1:
		d.options.MaxTxnOps = uint(24 + r.IntN(40))
	case 2:
		d.options.MaxRequestBytes, d.options.MaxTxnOps = smaller, uint(32+r.IntN(40))
	}
	return d
}

// small is what a request may take in some of the worlds, smaller in others,
// where applies have many steps.
const (
	small   = 40 << 10
	smaller = 16 << 10
)

// String is what the log says of a world.
func (d *draws) String() string {
	return fmt.Sprintf("%d members, requests of %d bytes and %d operations (0: as usual), authentication %q from run %d on (certificates from %d on), others write every %s, gently: %v",
		d.members, d.options.MaxRequestBytes, d.options.MaxTxnOps, d.auth, d.enforced, d.certified, d.pause, d.gentle)
}

// drawn is a world: real members, and all who do something to them.
type drawn struct {
	draws
	*recorder
	log    *story
	seed   uint64
	folder string
	ends   []string
	three  *etcdtest.Processes
	client *clientv3.Client
	// ca issues the certificates of users, pairs are those, also one without a name.
	ca    *etcdtest.CA
	pairs map[string]etcdtest.Pair

	mu     sync.Mutex
	runs   int
	genome *genome
	dead   map[string]bool
	plans  map[string][]*plan.Plan
	ledger *crash.Ledger
	// said is what each run said of itself.
	said map[string]said
	// aim is what the last plan is about: there others write.
	aim aim
	// hushed are the runs for which others keep still.
	hushed map[string]bool
	// mine is locked while one of the others reads, thinks and writes.
	mine sync.Mutex
	// settling says that nobody is in the way any more.
	settling bool
	// ghosts are the runs that go on, though they are dead to the cluster.
	ghosts sync.WaitGroup
	// wrote is told after each write of others.
	wrote chan struct{}
}

// newDrawn starts the members and everything around them.
func newDrawn(t *testing.T, d draws, seed uint64) *drawn {
	t.Helper()
	w := &drawn{
		draws: d, genome: newGenome(rand.New(rand.NewPCG(seed, 3))), recorder: newRecorder(), log: &story{}, seed: seed, folder: t.TempDir(), dead: map[string]bool{}, said: map[string]said{}, plans: map[string][]*plan.Plan{}, hushed: map[string]bool{},
		ledger: &crash.Ledger{Sign: prefix + "api_tokens/", Writes: map[string]crash.Write{}}, wrote: make(chan struct{}, 1),
	}
	if d.auth == byCertificate || d.auth == byBoth {
		w.ca = etcdtest.NewCA(t, "drawn")
		server := w.ca.Server(t, "127.0.0.1")
		w.pairs = map[string]etcdtest.Pair{}
		for _, name := range append(people(), "") {
			w.pairs[name] = w.ca.User(t, name)
		}
		w.options.TLS = transport.TLSInfo{CertFile: server.CertFile, KeyFile: server.KeyFile, TrustedCAFile: w.ca.File, ClientCertAuth: true}
	}
	if d.members == 1 {
		w.ends = []string{etcdtest.StartWith(t, w.options).Endpoint()}
	} else {
		w.three = etcdtest.StartProcesses(t, d.members, w.options)
		w.ends = w.three.Endpoints()
	}
	w.client = w.dial(t, w.ends...)
	return w
}

// dial is a client of members that administers, with authentication and
// without.
func (w *drawn) dial(t *testing.T, ends ...string) *clientv3.Client {
	t.Helper()
	c := clientv3.Config{Endpoints: ends, Context: t.Context(), DialTimeout: 10 * time.Second, TLS: w.tls(t), Logger: zap.NewNop()}
	if w.auth == byPassword {
		c.Username, c.Password = "root", rootPassword
	}
	api, err := clientv3.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = api.Close() })
	return api
}

func (w *drawn) tls(t *testing.T) *tls.Config {
	t.Helper()
	if w.ca == nil {
		return nil
	}
	info := transport.TLSInfo{CertFile: w.pairs[root].CertFile, KeyFile: w.pairs[root].KeyFile, TrustedCAFile: w.ca.File}
	c, err := info.ClientConfig()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// config is that of a connection of somebody's to all members, with nothing in
// between.
func (w *drawn) config(who string) etcd.Config {
	c := etcd.Config{Endpoints: w.ends, Timeout: time.Minute}
	if w.auth == byPassword {
		c.Username, c.Password = who, rootPassword
	}
	if w.ca != nil {
		c.CAFile, c.CertFile, c.KeyFile = w.ca.File, w.pairs[who].CertFile, w.pairs[who].KeyFile
	}
	return c
}

// way is how users prove who they are by now, as the files have it.
func (w *drawn) way(run int) string {
	switch {
	case w.auth != byBoth:
		return w.auth
	case run > w.certified:
		return byCertificate
	}
	return byPassword
}

// line is a run's way to the members, which can be cut: what is behind it then
// is dead to the cluster.
type line struct {
	proxies []*etcdtest.Proxy
	cut     sync.Once
}

func (w *drawn) line(t *testing.T) *line {
	t.Helper()
	out := &line{}
	for _, e := range w.ends {
		out.proxies = append(out.proxies, etcdtest.StartProxy(t, e))
	}
	return out
}

func (l *line) close() {
	l.cut.Do(func() {
		for _, p := range l.proxies {
			p.Close()
		}
	})
}

// connection is how a run reaches the members by its line.
func (w *drawn) connection(x *run) engine.Connection {
	c := engine.Connection{Timeout: 5 * time.Second}
	for _, p := range x.line.proxies {
		endpoint := p.Endpoint()
		if w.ca != nil {
			endpoint = "https" + strings.TrimPrefix(endpoint, "http")
		}
		c.Endpoints = append(c.Endpoints, endpoint)
	}
	pair := w.pairs[x.who]
	if x.way == byPassword {
		c.User, c.PasswordFile = x.who, w.passwordFile()
		pair = w.pairs[""]
	}
	if w.ca != nil {
		c.CACert, c.Cert, c.Key = w.ca.File, pair.CertFile, pair.KeyFile
	}
	return c
}

func (w *drawn) passwordFile() string { return filepath.Join(w.folder, "root.word") }

// next is the number of the next run, and the name of who carries it out.
func (w *drawn) next(what string) (n int, actor string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs++
	return w.runs, fmt.Sprintf("%s-%d", what, w.runs)
}

// write puts a file into the folder.
func (w *drawn) write(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join(w.folder, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Error(err)
	}
}

// aim is what a run that is under way is about.
type aim struct {
	actor string
	// deletes are the keys and prefixes of keys that it removes, writes those that
	// it writes, gives what it writes of what only one may have.
	deletes, writes []string
	gives           []kv.Op
}

// plannedBy remembers what a run is about to apply, and where others should
// write now.
func (w *drawn) plannedBy(x *run, p *plan.Plan) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead[x.actor] {
		return
	}
	w.plans[x.actor] = append(w.plans[x.actor], p)
	if p.HasChanges() {
		x.from = p.Serial
	}
	w.aim = aim{actor: x.actor}
	for _, op := range p.Data {
		if op.Kind == kv.Put {
			w.aim.writes = append(w.aim.writes, op.Key)
		}
		switch {
		case op.Kind != kv.Put:
			w.aim.deletes = append(w.aim.deletes, op.Key)
		case strings.HasSuffix(op.Key, "/domain"), strings.HasSuffix(op.Key, "/uuid"), strings.HasSuffix(op.Key, "/node_number"), strings.HasSuffix(op.Key, "/device"), strings.HasSuffix(op.Key, "/username"):
			w.aim.gives = append(w.aim.gives, op)
		}
	}
}

// newNames is of how many names the networks of a world are in the end: what the
// files want is others' now and then, and then they want something else.
const newNames = 60

// over forgets what a run was about, unless it left a journal behind: then others
// go on writing there.
func (w *drawn) over(x *run, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if errors.As(err, new(*engine.Conflicted)) {
		w.genome.fresh = (w.genome.fresh + 3) % newNames
	}
	if w.aim.actor == x.actor && !left(err) {
		w.aim = aim{}
	}
}

// hush keeps others still until the steps of a run begin, or it is over: not all
// is to be refused for what they have written meanwhile.
func (w *drawn) hush(actor string) (loud func()) {
	w.mu.Lock()
	w.hushed[actor] = true
	w.mu.Unlock()
	key := state.NewLayout(drawnName).Journal()
	forget := w.listen(func(e crash.Event) {
		if j, err := state.DecodeJournal(e.Value); e.Key == key && err == nil && j.Done > 0 && j.Actor == actor {
			w.heard(actor)
		}
	})
	return func() {
		forget()
		w.heard(actor)
	}
}

// heard ends the silence for a run.
func (w *drawn) heard(actor string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.hushed, actor)
}

// silent reports whether others keep still.
func (w *drawn) silent() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.hushed) > 0
}

func (w *drawn) aims() aim {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.aim
}

// await returns after so many writes of others, or once they have had their time.
func (w *drawn) await(ctx context.Context, writes int) {
	limit := time.NewTimer(time.Second)
	defer limit.Stop()
	for range writes {
		select {
		case <-w.wrote:
		case <-limit.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// journalOrHead reports whether a key is moved by each transaction of ours.
func journalOrHead(key string) bool {
	l := state.NewLayout(drawnName)
	return key == l.Journal() || key == l.Head()
}
