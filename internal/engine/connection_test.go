package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/config"
)

// block is the etcd block of a configuration in /net.
func block() *config.Etcd {
	return &config.Etcd{Endpoints: []string{"https://block:2379"}, TLS: &config.EtcdTLS{CAFile: "pki/ca.pem", KeyFile: "/etc/key.pem", ServerName: "etcd"}}
}

func TestOneSourceWinsWhole(t *testing.T) {
	t.Parallel()
	flags := Connection{Endpoints: []string{"https://flags:2379"}, CACert: "flags.pem"}
	env := Environment{"SIGILFORM_ENDPOINTS=https://env:2379, https://env2:2379", "SIGILFORM_CERT=env.pem", "SIGILFORM_KEY=env-key.pem"}
	ctl := Environment{"ETCDCTL_ENDPOINTS=https://ctl:2379", "ETCDCTL_USER=me:pass:word", "ETCDCTL_CACERT=ctl.pem"}
	for name, c := range map[string]struct {
		flags Connection
		env   Environment
		block *config.Etcd
		from  origin
		want  string
	}{
		"flags":        {flags, append(env, ctl...), block(), fromFlags, "https://flags:2379 ca=flags.pem cert= key= user= password="},
		"environment":  {Connection{}, append(env, ctl...), block(), fromEnv, "https://env:2379,https://env2:2379 ca= cert=env.pem key=env-key.pem user= password="},
		"block":        {Connection{}, ctl, block(), fromConfig, "https://block:2379 ca=/net/pki/ca.pem cert= key=/etc/key.pem user= password="},
		"etcdctl":      {Connection{}, ctl, nil, fromEtcdctl, "https://ctl:2379 ca=ctl.pem cert= key= user=me password=pass:word"},
		"embedded":     {Connection{}, Environment{"ETCDCTL_API=3", "ETCDCTL_CACERT=x"}, nil, fromEmbedded, " ca= cert= key= user= password="},
		"only timeout": {Connection{Timeout: time.Second}, nil, block(), fromConfig, "https://block:2379 ca=/net/pki/ca.pem cert= key=/etc/key.pem user= password="},
	} {
		e := &Engine{Env: c.env}
		got, err := e.choose(t.Context(), &place{folder: "/net"}, c.flags, c.block)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		g := got.config
		text := strings.Join(g.Endpoints, ",") + " ca=" + g.CAFile + " cert=" + g.CertFile + " key=" + g.KeyFile + " user=" + g.Username + " password=" + g.Password
		if got.from != c.from || text != c.want {
			t.Errorf("%s: got %s from %s, want %s from %s", name, text, got.from, c.want, c.from)
		}
		if (got.embedded == "/net") != (c.from == fromEmbedded) {
			t.Errorf("%s: embedded is %q", name, got.embedded)
		}
	}
}

func TestConnectionErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags Connection
		env   Environment
		says  string
	}{
		"flags without endpoints":       {Connection{CACert: "x"}, nil, "names no endpoint"},
		"environment without endpoints": {Connection{}, Environment{"SIGILFORM_USER=x"}, "names no endpoint"},
		"password on the command line":  {Connection{Endpoints: []string{"x"}, User: "a:b"}, nil, "A password is given with the user"},
		"user without password":         {Connection{Endpoints: []string{"x"}, User: "a"}, nil, "has no password"},
		"two passwords":                 {Connection{}, Environment{"SIGILFORM_ENDPOINTS=x", "SIGILFORM_USER=a", "SIGILFORM_PASSWORD=b", "SIGILFORM_PASSWORD_FILE=/x"}, "given twice"},
		"a password of elsewhere":       {Connection{Endpoints: []string{"x"}, User: "a"}, Environment{"SIGILFORM_PASSWORD=b"}, "has no password"},
		"the other source's password":   {Connection{Endpoints: []string{"x"}, User: "a"}, Environment{"SIGILFORM_PASSWORD_FILE=/x"}, "has no password"},
		"password without user":         {Connection{Endpoints: []string{"x"}, PasswordFile: "/x"}, nil, "without a user"},
		"etcdctl user without password": {Connection{}, Environment{"ETCDCTL_ENDPOINTS=x", "ETCDCTL_USER=a"}, "without a password"},
		"etcdctl without verification":  {Connection{}, Environment{"ETCDCTL_ENDPOINTS=x", "ETCDCTL_INSECURE_SKIP_TLS_VERIFY=true"}, "is set"},
	} {
		e := &Engine{Env: c.env}
		_, err := e.choose(t.Context(), &place{folder: "/net"}, c.flags, nil)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
		if err != nil && strings.Contains(err.Error(), "a:b") {
			t.Errorf("%s: the password is repeated", name)
		}
	}
}

func TestPasswordCompletesBlock(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("s3cret \r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := &Engine{Env: Environment{"SIGILFORM_PASSWORD_FILE=" + file}}
	b := block()
	b.Username = "planner"
	fromBlock, err := e.choose(t.Context(), &place{folder: "/net"}, Connection{}, b)
	if err != nil || fromBlock.config.Password != "s3cret " {
		t.Errorf("block: %+v, %v", fromBlock.config, err)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		flag time.Duration
		env  string
		want time.Duration
	}{
		{0, "", 10 * time.Second}, {0, "3s", 3 * time.Second}, {time.Second, "3s", time.Second}, {0, "soon", 0}, {0, "-1s", 0}, {-1, "", 0},
	} {
		e := &Engine{Env: Environment{"SIGILFORM_TIMEOUT=" + c.env}}
		got, err := e.timeout(Connection{Timeout: c.flag})
		if got != c.want || (err != nil) != (c.want == 0) {
			t.Errorf("%v %q: got %v, %v", c.flag, c.env, got, err)
		}
	}
}
