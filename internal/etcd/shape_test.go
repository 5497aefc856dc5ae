package etcd

import (
	"fmt"
	"slices"
	"testing"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
)

// accepts is the server's rule: each level is counted by its longest list, and
// the levels below get what is left.
func accepts(t *pb.TxnRequest, limit int) error {
	count := max(len(t.GetCompare()), len(t.GetSuccess()), len(t.GetFailure()))
	if count > limit {
		return fmt.Errorf("%d entries where %d are left", count, limit)
	}
	for _, o := range slices.Concat(t.GetSuccess(), t.GetFailure()) {
		if inner := o.GetRequestTxn(); inner != nil {
			if err := accepts(inner, limit-count); err != nil {
				return err
			}
		}
	}
	return nil
}

// tally counts what a request does when all guards hold, and checks that every
// guard has a refusal of its own behind it.
type tally struct {
	guards, puts map[string]int
	refusals     map[string]int
}

func (n tally) add(t *pb.TxnRequest, nested bool) error {
	for _, c := range t.GetCompare() {
		n.guards[string(c.GetKey())]++
	}
	if nested && len(t.GetCompare()) > 0 && len(t.GetFailure()) != 1 {
		return fmt.Errorf("a leaf with guards has %d refusals", len(t.GetFailure()))
	}
	for _, o := range t.GetFailure() {
		p := o.GetRequestPut()
		n.refusals[string(p.GetKey())]++
		if !p.GetIgnoreValue() || p.GetLease() == 0 {
			return fmt.Errorf("the refusal %v can succeed", p)
		}
	}
	for _, o := range t.GetSuccess() {
		if p := o.GetRequestPut(); p != nil {
			n.puts[string(p.GetKey())]++
		}
		if inner := o.GetRequestTxn(); inner != nil {
			if err := n.add(inner, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func once(counts map[string]int, want int) bool {
	for _, n := range counts {
		if n != 1 {
			return false
		}
	}
	return want < 0 || len(counts) == want
}

// TestTreesFitTheServer: whatever the size and the limit, a tree that is made
// is one that the server takes, with each guard and each write in it once.
func TestTreesFitTheServer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 200).Draw(t, "limit")
		guards, ops := rapid.IntRange(0, 3_000).Draw(t, "guards"), rapid.IntRange(0, 3_000).Draw(t, "ops")
		var txn kv.Txn
		for i := range guards {
			txn.Guards = append(txn.Guards, kv.Guard{Kind: kv.Unmoved, Key: fmt.Sprint("/g", i)})
		}
		for i := range ops {
			txn.Ops = append(txn.Ops, kv.Op{Kind: kv.Put, Key: fmt.Sprint("/o", i)})
		}
		s, ok := kv.ShapeFor(max(guards, ops), limit)
		if !ok {
			if limit >= 128 {
				t.Fatalf("%d and %d do not fit %d", guards, ops, limit)
			}
			return
		}
		request, err := encode(txn, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := accepts(request, limit); err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		n := tally{guards: map[string]int{}, puts: map[string]int{}, refusals: map[string]int{}}
		if err := n.add(request, false); err != nil {
			t.Fatal(err)
		}
		if !once(n.guards, guards) || !once(n.puts, ops) || !once(n.refusals, -1) {
			t.Fatalf("%+v: %d guards, %d writes, refusals %v", s, len(n.guards), len(n.puts), n.refusals)
		}
		if flat := max(guards, ops) <= limit; flat != (s.Depth == 1) {
			t.Fatalf("%d and %d with limit %d make depth %d", guards, ops, limit, s.Depth)
		}
	})
}

func TestShapes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ n, limit, depth, capacity int }{
		{0, 128, 1, 128}, {128, 128, 1, 128}, {129, 128, 2, 4096}, {4096, 128, 2, 4096}, {4097, 128, 3, 77_658}, {100_000, 128, 4, 1 << 20},
	} {
		s, ok := kv.ShapeFor(test.n, test.limit)
		if !ok || s.Depth != test.depth || s.Capacity() < test.n {
			t.Errorf("%d within %d: got %+v holding %d", test.n, test.limit, s, s.Capacity())
		}
	}
	for _, limit := range []int{0, 1, 2, 3} {
		if s, ok := kv.ShapeFor(100, limit); ok {
			t.Errorf("a limit of %d holds 100 as %+v", limit, s)
		}
	}
}

// TestMerge: each key that is asked for is in one span, and no other key.
func TestMerge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab/]{1,4}`)
		prefixes, keys := rapid.SliceOfN(word, 0, 5).Draw(t, "prefixes"), rapid.SliceOfN(word, 0, 5).Draw(t, "keys")
		spans := merge(prefixes, keys)
		for _, key := range append(rapid.SliceOfN(word, 10, 20).Draw(t, "tried"), keys...) {
			want := slices.Contains(keys, key) || slices.ContainsFunc(prefixes, func(p string) bool { return len(key) >= len(p) && key[:len(p)] == p })
			in := 0
			for _, s := range spans {
				if s.from <= key && key < s.end() {
					in++
				}
			}
			if (in > 0) != want || in > 1 {
				t.Fatalf("%q is in %d of %q, wanted %v", key, in, spans, want)
			}
		}
		for i := range spans[min(1, len(spans)):] {
			if spans[i+1].from <= spans[i].end() {
				t.Fatalf("%q touch", spans)
			}
		}
	})
}
