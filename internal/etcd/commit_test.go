package etcd_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"

	"github.com/sigilgate/sigilform/internal/failure"
)

func TestCommitSizes(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	for _, n := range []int{1, 127, 128, 129, 4096, 4097, 10_000} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			prefix := s.Prefix()
			before := s.Revision(t)
			r := committed(t, c, puts(prefix, n, 0, "one"))
			if r.Revision != before+1 || s.Revision(t) != r.Revision {
				t.Errorf("from revision %d to %d, the cluster is at %d", before, r.Revision, s.Revision(t))
			}
			if r.Bytes == 0 {
				t.Error("the size is missing")
			}
			entries := s.Entries(t, prefix)
			if len(entries) != n {
				t.Fatalf("%d keys are there", len(entries))
			}
			for _, e := range entries {
				if e.ModRevision != r.Revision || e.Value != "one" {
					t.Fatalf("got %+v", e)
				}
			}
			again := committed(t, c, puts(prefix, n, r.Revision, "two"))
			stale := puts(prefix, n, again.Revision, "three")
			stale.Guards[n/2].Revision = r.Revision
			rejected := commit(t, c, stale)
			want := []kv.Moved{{Guard: stale.Guards[n/2], Key: stale.Guards[n/2].Key, Found: again.Revision}}
			if rejected.Outcome != kv.Rejected || !slices.Equal(rejected.Moved, want) {
				t.Errorf("got %+v, want %+v", rejected, want)
			}
			if s.Revision(t) != again.Revision {
				t.Error("the refusal moved the revision")
			}
		})
	}
	if keys := s.Keys(t, "/sigilform/"); len(keys) > 0 {
		t.Errorf("refusals left %v", keys)
	}
}

func TestOneStaleGuardAmongManyKeys(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	const n = 12_000
	r := committed(t, c, puts("/n/", n, 0, "v"))
	txn := puts("/n/", n, r.Revision, "w")
	moved := s.Put(t, txn.Guards[7_777].Key, "someone else's")
	got := commit(t, c, txn)
	want := []kv.Moved{{Guard: txn.Guards[7_777], Key: txn.Guards[7_777].Key, Found: moved}}
	if got.Outcome != kv.Rejected || !slices.Equal(got.Moved, want) || got.Cause != nil {
		t.Errorf("got %+v", got)
	}
	if s.Revision(t) != moved {
		t.Error("something was written")
	}
}

// TestLopsided has guards without writes, and writes without guards.
func TestLopsided(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	for guards, ops := range map[int]int{0: 500, 500: 1, 300: 0, 1: 5_000} {
		prefix := s.Prefix()
		txn := puts(prefix, max(guards, ops), 0, "v")
		txn.Guards, txn.Ops = txn.Guards[:guards], txn.Ops[:ops]
		committed(t, c, txn)
		if got := len(s.Keys(t, prefix)); got != ops {
			t.Errorf("%d guards, %d writes: %d keys", guards, ops, got)
		}
	}
}

func TestGuardKinds(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	created := s.Put(t, "/g/a/x", "1")
	changed := s.Put(t, "/g/a/x", "2")
	late := s.Put(t, "/g/a/y", "1")
	gone := s.Put(t, "/g/b/x", "1")
	s.Delete(t, "/g/b/x")
	for _, test := range []struct {
		name  string
		guard kv.Guard
		moved []kv.Moved
	}{
		{"unmoved", kv.Guard{Kind: kv.Unmoved, Key: "/g/a/x", Revision: changed}, nil},
		{"unmoved, moved", kv.Guard{Kind: kv.Unmoved, Key: "/g/a/x", Revision: created}, []kv.Moved{{Key: "/g/a/x", Found: changed}}},
		{"unmoved, absent", kv.Guard{Kind: kv.Unmoved, Key: "/g/none"}, nil},
		{"unmoved, absent but there", kv.Guard{Kind: kv.Unmoved, Key: "/g/a/y"}, []kv.Moved{{Key: "/g/a/y", Found: late}}},
		{"unmoved, deleted", kv.Guard{Kind: kv.Unmoved, Key: "/g/b/x", Revision: gone}, []kv.Moved{{Key: "/g/b/x"}}},
		{"exists", kv.Guard{Kind: kv.Exists, Key: "/g/a/x", Revision: created}, nil},
		{"exists, deleted", kv.Guard{Kind: kv.Exists, Key: "/g/b/x", Revision: gone}, []kv.Moved{{Key: "/g/b/x"}}},
		{"exists, made again", kv.Guard{Kind: kv.Exists, Key: "/g/a/x", Revision: created - 1}, []kv.Moved{{Key: "/g/a/x", Found: changed}}},
		{"empty", kv.Guard{Kind: kv.Empty, Key: "/g/b/"}, nil},
		{"empty, not", kv.Guard{Kind: kv.Empty, Key: "/g/a/"}, []kv.Moved{{Key: "/g/a/x", Found: changed}, {Key: "/g/a/y", Found: late}}},
		{"not after", kv.Guard{Kind: kv.NotAfter, Key: "/g/a/", Revision: late}, nil},
		{"not after, empty", kv.Guard{Kind: kv.NotAfter, Key: "/g/none/", Revision: late}, nil},
		{"not after, changed only", kv.Guard{Kind: kv.NotAfter, Key: "/g/a/x", Revision: created}, nil},
		{"not after, added", kv.Guard{Kind: kv.NotAfter, Key: "/g/a/", Revision: changed}, []kv.Moved{{Key: "/g/a/y", Found: late}}},
		{"unwritten", kv.Guard{Kind: kv.Unwritten, Key: "/g/a/", End: "/g/a0", Revision: late}, nil},
		{"unwritten, empty", kv.Guard{Kind: kv.Unwritten, Key: "/g/none/", End: "/g/none0", Revision: late}, nil},
		{"unwritten, deleted only", kv.Guard{Kind: kv.Unwritten, Key: "/g/b/", End: "/g/b0", Revision: gone - 1}, nil},
		{"unwritten, up to the end", kv.Guard{Kind: kv.Unwritten, Key: "/g/a/", End: "/g/a/x", Revision: created - 1}, nil},
		{"unwritten, changed", kv.Guard{Kind: kv.Unwritten, Key: "/g/a/x", End: "/g/a/x\x00", Revision: created}, []kv.Moved{{Key: "/g/a/x", Found: changed}}},
		{"unwritten, added", kv.Guard{Kind: kv.Unwritten, Key: "/g/a/x\x00", End: "/g/a0", Revision: changed}, []kv.Moved{{Key: "/g/a/y", Found: late}}},
		{"unnamed", kv.Guard{Kind: kv.Unnamed, Key: "/g/", Form: "*/=", Value: "z"}, nil},
		{"unnamed, nothing there", kv.Guard{Kind: kv.Unnamed, Key: "/g/none/", Form: "*", Value: "1"}, nil},
		{"unnamed, named by key", kv.Guard{Kind: kv.Unnamed, Key: "/g/", Form: "*/=", Value: "x"}, []kv.Moved{{Key: "/g/a/x", Found: changed}}},
		{"unnamed, named by value", kv.Guard{Kind: kv.Unnamed, Key: "/g/a/", Form: "*", Value: "1"}, []kv.Moved{{Key: "/g/a/y", Found: late}}},
	} {
		for i := range test.moved {
			test.moved[i].Guard = test.guard
		}
		for _, size := range []int{1, 200} {
			t.Run(fmt.Sprintf("%s among %d", test.name, size), func(t *testing.T) {
				prefix := s.Prefix()
				txn := puts(prefix, size, 0, "v")
				txn.Guards = append(txn.Guards, test.guard)
				r := commit(t, c, txn)
				want := kv.Committed
				if len(test.moved) > 0 {
					want = kv.Rejected
				}
				if r.Outcome != want || !slices.Equal(r.Moved, test.moved) {
					t.Errorf("got %+v, want %s %+v", r, want, test.moved)
				}
				if written := len(s.Keys(t, prefix)) > 0; written != (want == kv.Committed) {
					t.Errorf("written: %v", written)
				}
			})
		}
	}
}

func TestDeletes(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	for _, more := range []int{0, 300} {
		prefix := s.Prefix()
		for _, k := range []string{"a/1", "a/2", "ab", "b/1", "b/2"} {
			s.Put(t, prefix+k, "v")
		}
		txn := puts(prefix+"new/", more, 0, "v")
		txn.Ops = append(txn.Ops, kv.Op{Kind: kv.DeletePrefix, Key: prefix + "a/"}, kv.Op{Kind: kv.Delete, Key: prefix + "b/1"})
		committed(t, c, txn)
		if got, want := s.Keys(t, prefix)[:2], []string{prefix + "ab", prefix + "b/2"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestFaultyTransactionsAreNotSent(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	put := func(key string) kv.Op { return kv.Op{Kind: kv.Put, Key: key, Value: "v"} }
	before := s.Revision(t)
	for name, txn := range map[string]kv.Txn{
		"twice":              {Ops: []kv.Op{put("/a"), put("/b"), put("/a")}},
		"put and delete":     {Ops: []kv.Op{put("/a"), {Kind: kv.Delete, Key: "/a"}}},
		"below a prefix":     {Ops: []kv.Op{put("/a/b/c"), {Kind: kv.DeletePrefix, Key: "/a/"}}},
		"below an outer one": {Ops: []kv.Op{put("/a/c"), {Kind: kv.DeletePrefix, Key: "/a/"}, {Kind: kv.DeletePrefix, Key: "/a/b/"}}},
		"in a range":         {Ops: []kv.Op{put("/a/c"), {Kind: kv.DeleteRange, Key: "/a/b", End: "/a/d"}}},
		"in an outer range":  {Ops: []kv.Op{put("/c"), {Kind: kv.DeleteRange, Key: "/a", End: "/d"}, {Kind: kv.DeletePrefix, Key: "/b/"}}},
		"in a longer range":  {Ops: []kv.Op{put("/c"), {Kind: kv.DeletePrefix, Key: "/a/"}, {Kind: kv.DeleteRange, Key: "/a/b", End: "/d"}}},
		"range and delete":   {Ops: []kv.Op{{Kind: kv.Delete, Key: "/a"}, {Kind: kv.DeleteRange, Key: "/a", End: "/b"}}},
		"backward range":     {Ops: []kv.Op{{Kind: kv.DeleteRange, Key: "/b", End: "/a"}}},
		"endless range":      {Ops: []kv.Op{{Kind: kv.DeleteRange, Key: "/b"}}},
		"no key":             {Ops: []kv.Op{put("")}},
		"no guard key":       {Guards: []kv.Guard{{Kind: kv.Unmoved}}},
		"reserved":           {Ops: []kv.Op{put("/sigilform/v1/refuse/1")}},
		"backward guard":     {Guards: []kv.Guard{{Kind: kv.Unwritten, Key: "/b", End: "/a"}}},
		"unknown op":         {Ops: []kv.Op{{Kind: "move", Key: "/a"}}},
		"unknown guard":      {Guards: []kv.Guard{{Kind: "odd", Key: "/a"}}},
	} {
		if _, err := c.Commit(t.Context(), txn); err == nil || !strings.Contains(err.Error(), "internal error") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if s.Revision(t) != before {
		t.Error("something was written")
	}
}

func TestMeasureMeetsTheServersLimit(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	limits := kv.DefaultLimits()
	// The largest value that fits, to the byte as far as the envelope varies.
	fits := func(n int) (etcd.Size, error) {
		return etcd.Measure(kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: "/big", Value: strings.Repeat("x", n)}}}, limits)
	}
	n := limits.MaxRequestBytes
	for {
		if _, err := fits(n); err == nil {
			break
		}
		n--
	}
	r := committed(t, c, kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: "/big", Value: strings.Repeat("x", n)}}})
	if r.Bytes > limits.MaxRequestBytes || r.Bytes < limits.MaxRequestBytes-4 {
		t.Errorf("%d bytes", r.Bytes)
	}
	before := s.Revision(t)
	_, err := c.Commit(t.Context(), kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: "/big", Value: strings.Repeat("x", n+1)}}})
	var large *kv.TooLarge
	if !errors.As(err, &large) || large.Bytes <= large.MaxBytes || large.MaxBytes != limits.MaxRequestBytes || large.Ops != 1 {
		t.Errorf("got %v", err)
	}
	// The server refuses what is a little more; the measure is not far below its limit.
	for _, more := range []int{20, 700_000} {
		generous := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Limits: kv.Limits{MaxTxnOps: 128, MaxRequestBytes: 8 << 20}})
		_, err := generous.Commit(t.Context(), kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: "/big", Value: strings.Repeat("x", n+more)}}})
		if !errors.As(err, &large) || large.MaxBytes >= limits.MaxRequestBytes+more {
			t.Errorf("got %v", err)
		}
	}
	if s.Revision(t) != before {
		t.Error("something was written")
	}
}

func TestManyWritesTooLarge(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	before := s.Revision(t)
	_, err := c.Commit(t.Context(), puts("/n/", 30_000, 0, "value"))
	var large *kv.TooLarge
	if !errors.As(err, &large) || large.Ops != 30_000 || large.Guards != 30_000 || large.Bytes < 1_572_864 {
		t.Errorf("got %v", err)
	}
	if s.Revision(t) != before {
		t.Error("something was written")
	}
}

func TestServerWithSmallLimits(t *testing.T) {
	t.Parallel()
	s := etcdtest.StartWith(t, etcdtest.Options{MaxTxnOps: 8})
	c := connectWith(t, etcd.Config{Endpoints: []string{s.Endpoint()}, Limits: kv.Limits{MaxTxnOps: 8, MaxRequestBytes: 1 << 20}})
	r := committed(t, c, puts("/n/", 16, 0, "v"))
	stale := puts("/n/", 16, r.Revision-1, "w")
	if got := commit(t, c, stale); got.Outcome != kv.Rejected || len(got.Moved) != 16 {
		t.Errorf("got %+v", got)
	}
	_, err := c.Commit(t.Context(), puts("/m/", 1_000, 0, "v"))
	var large *kv.TooLarge
	if !errors.As(err, &large) {
		t.Errorf("got %v", err)
	}
	learnsLimits(t, connect(t, s.Endpoint()))
}

// learnsLimits: a client that takes the server for a stock one finds out, and
// sends in a form that fits, or says that none does.
func learnsLimits(t *testing.T, c *etcd.Client) {
	t.Helper()
	committed(t, c, puts("/o/", 12, 0, "v"))
	if got := c.Limits().MaxTxnOps; got > 12 || got < 2 {
		t.Errorf("learned %d operations", got)
	}
	_, err := c.Commit(t.Context(), puts("/p/", 1_000, 0, "v"))
	var large *kv.TooLarge
	if !errors.As(err, &large) || large.MaxTxnOps > 12 {
		t.Errorf("got %v", err)
	}
	if found, err := c.Scan(t.Context(), 0, "/o/", "/p/"); err != nil || len(found.Entries) != 12 {
		t.Errorf("got %v, %v", found, err)
	}
}

func TestServerWithSmallRequests(t *testing.T) {
	t.Parallel()
	s := etcdtest.StartWith(t, etcdtest.Options{MaxRequestBytes: 64 << 10})
	c := connect(t, s.Endpoint())
	before := s.Revision(t)
	_, err := c.Commit(t.Context(), puts("/n/", 3_000, 0, "value"))
	var large *kv.TooLarge
	if !errors.As(err, &large) || large.MaxBytes >= 200_000 {
		t.Errorf("got %v", err)
	}
	if s.Revision(t) != before {
		t.Error("something was written")
	}
	for n := 3_000; ; n /= 2 {
		if r, err := c.Commit(t.Context(), puts("/n/", n, 0, "value")); err == nil {
			if r.Outcome != kv.Committed || n < 100 {
				t.Errorf("%d: got %+v", n, r)
			}
			break
		}
	}
}

func TestFullDatabase(t *testing.T) {
	t.Parallel()
	s := etcdtest.StartWith(t, etcdtest.Options{Quota: 1 << 20})
	c := connect(t, s.Endpoint())
	var last error
	for i := range 200 {
		_, err := c.Commit(t.Context(), kv.Txn{Ops: []kv.Op{{Kind: kv.Put, Key: fmt.Sprint("/k", i), Value: strings.Repeat("x", 500_000)}}})
		if err != nil {
			last = err
			break
		}
	}
	e := connectError(t, func() error { return last })
	if e.Code != failure.EtcdNoSpace || !strings.Contains(e.Summary, "full") {
		t.Errorf("got %+v", e)
	}
	cluster, err := c.Cluster(t.Context())
	if err != nil || len(cluster.Members) != 1 || !slices.Equal(cluster.Members[0].Alarms, []string{"NOSPACE"}) {
		t.Errorf("got %+v, %v", cluster, err)
	}
}

func TestRefusalsLeaveMembersEqual(t *testing.T) {
	t.Parallel()
	cluster := etcdtest.StartCluster(t, 3)
	c := connect(t, cluster.Endpoints()...)
	r := committed(t, c, puts("/n/", 1_000, 0, "v"))
	for i := range 5 {
		txn := puts("/n/", 1_000, r.Revision, "w")
		txn.Guards[i*200].Revision--
		if got := commit(t, c, txn); got.Outcome != kv.Rejected || len(got.Moved) != 1 {
			t.Fatalf("got %+v", got)
		}
	}
	r = committed(t, c, puts("/n/", 1_000, r.Revision, "x"))
	for i := range 3 {
		if got := cluster.Member(t, i).Revision(t); got != r.Revision {
			t.Errorf("member %d is at revision %d, want %d", i, got, r.Revision)
		}
		if got, want := cluster.Hash(t, i, r.Revision), cluster.Hash(t, 0, r.Revision); got != want {
			t.Errorf("member %d has hash %d, want %d", i, got, want)
		}
	}
}

// TestRangesBesideWrites: a range ends where it says, and what lies at its end
// or after it can be put by the same transaction.
func TestRangesBesideWrites(t *testing.T) {
	t.Parallel()
	s, c := start(t)
	for _, k := range []string{"/a/1", "/a/2", "/b", "/c"} {
		s.Put(t, k, "old")
	}
	committed(t, c, kv.Txn{Ops: []kv.Op{
		{Kind: kv.DeleteRange, Key: "/a/", End: "/b"}, {Kind: kv.Put, Key: "/b", Value: "new"}, {Kind: kv.Put, Key: "/a", Value: "new"},
	}})
	if got, want := s.Keys(t, "/"), []string{"/a", "/b", "/c"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
