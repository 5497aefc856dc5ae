package apply_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/nettest"
	model "github.com/sigilgate/sigilform/internal/network"
)

// TestHintIsEnough: a write that does not fit with its guards is refused before
// anything is written, and a server of the limits that the hint names takes it.
func TestHintIsEnough(t *testing.T) {
	t.Parallel()
	many := nettest.Network(nettest.Size{Cores: 3, Users: 2})
	gains(many, 1, 90)
	long := nettest.Network(nettest.Size{Cores: 3, Users: 2})
	long.Cores[0].Settings = map[string]model.Text{"long": {Value: strings.Repeat("x", 40<<10), Named: true}}
	huge := nettest.Network(nettest.Size{Cores: 3, Users: 400})
	for name, test := range map[string]struct {
		small  etcdtest.Options
		change func(n *model.Network)
		net    *model.Network
		hint   string
	}{
		"a user that loses a Core":            {etcdtest.Options{MaxRequestBytes: 8 << 10}, losesCore, many, "some at a time"},
		"a user that loses a Core, by number": {etcdtest.Options{MaxTxnOps: 8}, losesCore, many, "--max-txn-ops to"},
		"a value of 40 KiB":                   {etcdtest.Options{MaxRequestBytes: 16 << 10}, nil, long, "make the value smaller"},
		"400 users in too many steps at once": {etcdtest.Options{MaxRequestBytes: 5 << 10}, nil, huge, "in parts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bytes, ops := test.small.MaxRequestBytes, test.small.MaxTxnOps
			for n, o := range []etcdtest.Options{test.small, {}} {
				if n == 1 {
					o.MaxRequestBytes, o.MaxTxnOps = bytes, ops
				}
				s := etcdtest.StartWith(t, o)
				w := &town{Verbs: s.Verbs, config: etcd.Config{Endpoints: []string{s.Endpoint()}}}
				w.client = w.connect(t, kv.DefaultLimits())
				net := normal(t, test.net)
				if test.change != nil {
					if _, err := apply.Run(t.Context(), w.client, w.plan(t, w.client, net), w.options("first")); err != nil {
						t.Fatal(err)
					}
					changed := *net
					changed.Users = append([]model.User{}, net.Users...)
					test.change(&changed)
					net = normal(t, &changed)
				}
				before := s.Revision(t)
				_, err := apply.Run(t.Context(), w.client, w.plan(t, w.client, net), w.options("second"))
				if n == 1 {
					if err != nil {
						t.Errorf("a server with %d bytes and %d operations does not take it: %v", o.MaxRequestBytes, o.MaxTxnOps, err)
					}
					return
				}
				f := as[*kv.TooLarge](t, err).Failure()
				if !strings.Contains(f.Hint, test.hint) || !strings.Contains(f.Hint, "for every member") {
					t.Errorf("the hint is %q", f.Hint)
				}
				// The lock is taken, and given back.
				if now := s.Revision(t); now > before+2 {
					t.Errorf("%d revisions were written", now-before)
				}
				bytes, ops = max(bytes, limitIn(f.Hint, "--max-request-bytes to ")), max(ops, limitIn(f.Hint, "--max-txn-ops to "))
				t.Logf("%s; %s", f.Detail, f.Hint)
			}
		})
	}
}

// gains gives a user so many more devices at its first Core.
func gains(n *model.Network, user, devices int) {
	u := &n.Users[user]
	for i := range devices {
		name := fmt.Sprintf("more%d", i)
		u.Devices = append(u.Devices, model.Device{Addr: u.Addr.DeviceOf(name), Name: name, Core: u.Devices[0].Core})
	}
}

// losesCore takes from a user, whose devices stay where they are, a Core that it
// has.
func losesCore(n *model.Network) {
	u := &n.Users[1]
	u.CoreNodes = model.Refs{Named: true, To: u.CoreNodes.To[:1]}
}

// limitIn reads a number of a hint, 0 where it is not there.
func limitIn(hint, flag string) uint {
	_, rest, ok := strings.Cut(hint, flag)
	if !ok {
		return 0
	}
	n, _ := strconv.ParseUint(strings.SplitN(rest, " ", 2)[0], 10, 64)
	return uint(n)
}
