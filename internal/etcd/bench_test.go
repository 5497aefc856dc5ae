package etcd_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/etcdtest"
	"github.com/sigilgate/sigilform/internal/kv"
)

func BenchmarkSnapshot(b *testing.B) {
	s := etcdtest.Start(b)
	c := connect(b, s.Endpoint())
	for _, n := range []int{1_000, 10_000, 100_000} {
		prefix := s.Prefix()
		for done := 0; done < n; done += 5_000 {
			committed(b, c, puts(fmt.Sprintf("%s%03d/", prefix, done/5_000), min(n, 5_000), 0, "a value of usual length"))
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if got := snapshot(b, c, etcd.SnapshotRequest{Prefixes: []string{prefix}}); len(got.Entries) != n {
					b.Fatalf("%d entries", len(got.Entries))
				}
			}
		})
	}
}

func BenchmarkCommit(b *testing.B) {
	s := etcdtest.Start(b)
	c := connect(b, s.Endpoint())
	for _, n := range []int{100, 1_000, 10_000} {
		prefix := s.Prefix()
		revision := committed(b, c, puts(prefix, n, 0, "v")).Revision
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				revision = committed(b, c, puts(prefix, n, revision, "v")).Revision
			}
		})
	}
}

func BenchmarkRejection(b *testing.B) {
	s := etcdtest.Start(b)
	c := connect(b, s.Endpoint())
	for _, n := range []int{100, 10_000} {
		prefix := s.Prefix()
		revision := committed(b, c, puts(prefix, n, 0, "v")).Revision
		txn := puts(prefix, n, revision, "v")
		txn.Guards[n/2].Revision--
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if r := commit(b, c, txn); r.Outcome != kv.Rejected || len(r.Moved) != 1 {
					b.Fatalf("got %+v", r)
				}
			}
		})
	}
}

func BenchmarkConnect(b *testing.B) {
	s := etcdtest.Start(b)
	for b.Loop() {
		c, err := etcd.Connect(b.Context(), etcd.Config{Endpoints: []string{s.Endpoint()}})
		if err != nil {
			b.Fatal(err)
		}
		_ = c.Close()
	}
}
