package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/seal"
	"github.com/sigilgate/sigilform/internal/state"
)

// richBefore is applied, richAfter planned: all that a plan can do is in it.
const (
	richBefore = `network "t" {}

cell "main" {
  domain = "cell.example.net"
}

core "a" {
  ip       = "192.0.2.1"
  domain   = "a.example.net"
  cell     = cell.main
  number   = 1
  region   = sensitive("s3cret-region")
  settings = { mtu = "1400", relay = sensitive("s3cret-relay"), gone = "x" }
  links    = [core.b, core.c, core.old]
}

core "b" {
  ip     = "192.0.2.2"
  domain = "b.example.net"
  cell   = cell.main
  number = 2
  links  = [core.a]
}

core "c" {
  ip     = "192.0.2.3"
  domain = "c.example.net"
  cell   = cell.main
  number = 3
  links  = [core.a]
}

core "old" {
  ip     = "192.0.2.4"
  domain = "old.example.net"
  links  = [core.a]
}

entry "e" {
  ip       = "203.0.113.1"
  domain   = "e.example.net"
  region   = "east"
  bound_to = core.a
}

entry "gone" {
  ip       = "203.0.113.2"
  bound_to = core.a
}

entry "same" {
  ip       = "203.0.113.3"
  region   = "east"
  bound_to = core.a
}

route "e_a" {
  entry = entry.e
  core  = core.a

  tls {
    sni = "www.example.net"
  }
}

route "e_c" {
  entry = entry.e
  core  = core.c
}

user "alice" {
  core_nodes = [core.a, core.b]
  credential = "$argon2id$v=19$m=19456,t=2,p=1$YNXmNXAHAf0u8yg/anVMXw$29J8oE7Tq7xf/nYfBDyscUj/CpNgw/KGKV/GOCRt0Bo"
  access     = ["tcp"]

  device "phone" {
    core = core.a
  }
}

user "carol" {
  core_nodes = [core.b]

  device "desk" {
    core = core.b
  }
}

acl {
  auth = "password"
}

acl_role "support" {
  grant {
    access = "read"
    on     = [users, nodes]
  }
}

acl_role "old" {
  grant {
    access = "read"
    on     = [nodes]
  }
}

acl_user "dana" {
  roles        = ["support"]
  password_env = "DANA"
}

acl_user "gone" {
  roles        = ["old"]
  password_env = "GONE"
}
`
	richAfter = `network "t" {}

cell "main" {
  domain = "cell.example.net"
}

core "a" {
  ip       = "192.0.2.1"
  domain   = "b.example.net"
  cell     = cell.main
  number   = 2
  region   = sensitive("another-s3cret")
  settings = { mtu = "1500", relay = sensitive("another-relay") }
  links    = [core.b]
}

core "b" {
  ip     = "192.0.2.2"
  domain = "a.example.net"
  cell   = cell.main
  number = 1
  links  = [core.a, core.c, core.theirs]
}

core "c" {
  ip     = "192.0.2.3"
  domain = "c.example.net"
  cell   = cell.main
  number = 3
  status = "inactive"
  links  = [core.b]
}

core "theirs" {
  ip     = "192.0.2.9"
  region = "gb"
  links  = [core.b]
}

entry "e" {
  ip       = "203.0.113.1"
  domain   = "e.example.net"
  region   = "west"
  bound_to = core.b
}

entry "same" {
  ip       = "203.0.113.3"
  region   = "west"
  bound_to = core.a
}

entry "equal" {
  ip       = "203.0.113.4"
  region   = "west"
  bound_to = core.a
}

route "e_a" {
  entry = entry.e
  core  = core.a

  tls {
    sni = "mail.example.net"
  }
}

user "alicia" {
  id         = 1
  core_nodes = [core.a, core.b]
  credential = "$argon2id$v=19$m=19456,t=2,p=1$YNXmNXAHAf0u8yg/anVMXw$39J8oE7Tq7xf/nYfBDyscUj/CpNgw/KGKV/GOCRt0Bo"
  access     = ["udp"]

  device "phone" {
    core = core.b
  }
}

user "bob" {
  core_nodes = [core.a]

  device "tablet" {
    core = core.a
  }
}

acl {
  auth = "password"
}

acl_role "support" {
  grant {
    access = "readwrite"
    on     = [nodes, core.a.status]
  }
}

acl_user "dana" {
  roles         = ["support", "drift"]
  password_file = "dana.word"
}

acl_user "eve" {
  roles        = ["support"]
  password_env = "EVE"
}
`
)

// rich is a plan file of a network that holds something of everything, and the
// cluster that it is of.
type rich struct {
	server  *etcdtest.Server
	engine  *Engine
	options PlanOptions
	// first and body are the file's header and contents, key is what it is known by.
	first, body []byte
	key         string
}

func enrich(t *testing.T) *rich {
	t.Helper()
	w := &rich{server: etcdtest.Start(t)}
	w.engine = &Engine{
		Catalogue: schema.Network(), Version: "test", Clock: time.Now, Random: rand.Reader,
		Env: Environment{"SIGILFORM_ACTOR=tester", "DANA=dana", "GONE=gone", "EVE=eve"},
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "network.hcl")
	w.options = PlanOptions{Source: Source{Path: file}, Connection: Connection{Endpoints: []string{w.server.Endpoint()}}}
	write(t, file, richBefore)
	write(t, filepath.Join(folder, "dana.word"), "word")
	if _, err := w.engine.Apply(t.Context(), ApplyOptions{PlanOptions: w.options, Review: func(context.Context, *Planned) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	w.others(t)
	write(t, file, richAfter)
	w.options.Adopt, w.options.Cascade, w.options.Allow = true, true, []string{"max-deletes", "max-updates", "vanishing-kind", "last-core"}
	p, err := w.engine.Plan(t.Context(), w.options)
	if err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(folder, "plan")
	if _, err := w.engine.SavePlan(p, saved, seal.Recipients{}); err != nil {
		t.Fatal(err)
	}
	w.read(t, saved)
	return w
}

// session is a connection to the cluster.
func (w *rich) session(t *testing.T) *session {
	t.Helper()
	s, err := w.engine.connect(t.Context(), target{config: w.options.Connection.etcd()}, w.options.Connection, mustExist)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var err error
		if s.close(&err); err != nil {
			t.Error(err)
		}
	})
	return s
}

// others write what makes drift, what is adopted, what falls and what is recorded.
func (w *rich) others(t *testing.T) {
	t.Helper()
	const node = "/sigilgate/nodes/"
	for key, value := range map[string]string{
		node + "192.0.2.1/settings/mtu": "9000", node + "192.0.2.1/health": "healthy", node + "203.0.113.1/region": "north",
		node + "192.0.2.9/role": "core", node + "192.0.2.9/region": "fr", node + "192.0.2.9/status": "active", node + "192.0.2.3/status": "inactive",
		node + "203.0.113.3/region": "west", node + "203.0.113.4/role": "entry", node + "203.0.113.4/region": "west", "/sigilgate/topology/bindings/203.0.113.4/core": "192.0.2.1",
		"/sigilgate/users/77/username": "by a core", "/sigilgate/users/77/core_nodes/192.0.2.4": "", "/sigilgate/counters/user_id": "77",
	} {
		w.server.Put(t, key, value)
	}
	for _, prefix := range []string{node + "203.0.113.2/", "/sigilgate/topology/bindings/203.0.113.2/"} {
		for _, key := range w.server.Keys(t, prefix) {
			w.server.Delete(t, key)
		}
	}
}

// read takes a saved file apart.
func (w *rich) read(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := w.server.Get(t, state.NewLayout("t").PlanKey())
	w.key = key.Value
	w.first, w.body, _ = bytes.Cut(text, []byte("\n"))
	if f, err := planfile.Read(bytes.NewReader(text), w.engine.Catalogue); err != nil || !f.Verify(w.key) {
		t.Fatalf("it is not a file by the key: %v", err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
