package engine

import (
	"bytes"
	"crypto/rand"
	"errors"
	"regexp"
	"testing"
	"testing/iotest"

	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
)

func TestHash(t *testing.T) {
	t.Parallel()
	e := &Engine{Random: bytes.NewReader([]byte("0123456789abcdef"))}
	got, err := e.Hash([]byte("correct horse"), DefaultHash())
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$MDEyMzQ1Njc4OWFiY2RlZg\$[A-Za-z0-9+/]{43}$`)
	if !want.MatchString(got) {
		t.Errorf("got %s", got)
	}
	n := &network.Network{Catalogue: schema.Network(), Name: "t", Prefix: "/t/", MaxCoresPerEntry: 1}
	n.Users = []network.User{{Username: network.Text{Value: "u", Named: true}, Credential: network.Text{Value: got, Named: true}}}
	if l := append(n.Normalize(), n.Validate()...); l.HasErrors() {
		t.Errorf("a configuration does not accept it: %v", l.Err())
	}
}

func TestHashRefuses(t *testing.T) {
	t.Parallel()
	e := &Engine{Random: rand.Reader}
	for _, o := range []HashOptions{
		{MemoryKiB: 8, Passes: 2, Threads: 1}, {MemoryKiB: 19456, Passes: 1, Threads: 1}, {MemoryKiB: 19456, Passes: 2}, {MemoryKiB: 1 << 31, Passes: 2, Threads: 1},
	} {
		if _, err := e.Hash([]byte("x"), o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	if _, err := e.Hash(nil, DefaultHash()); err == nil {
		t.Error("an empty secret is accepted")
	}
	broken := errors.New("broken")
	if _, err := (&Engine{Random: iotest.ErrReader(broken)}).Hash([]byte("x"), DefaultHash()); !errors.Is(err, broken) {
		t.Errorf("a broken random source: %v", err)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	ids := (&Engine{Random: rand.Reader}).ids()
	for name, c := range map[string]struct{ got, form string }{
		"UUID":         {ids.UUID(), `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		"service name": {ids.ServiceName(), `^api\.v2\.rpc\.[0-9a-f]{16}$`},
		"secret":       {ids.Secret(), `^[0-9a-f]{64}$`},
		"generation":   {ids.Generation(), `^[0-9a-f]{16}$`},
		"apply":        {ids.Apply(), `^[0-9a-f]{16}$`},
	} {
		if !regexp.MustCompile(c.form).MatchString(c.got) {
			t.Errorf("%s: %s", name, c.got)
		}
	}
	broken := errors.New("broken")
	failing := (&Engine{Random: iotest.ErrReader(broken)}).ids()
	failing.UUID()
	if !errors.Is(failing.err, broken) {
		t.Errorf("a broken random source is not noticed: %v", failing.err)
	}
}
