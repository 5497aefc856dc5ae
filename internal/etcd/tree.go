package etcd

import (
	"slices"
	"strconv"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// refusePrefix is where the refusing puts aim. No key ever exists below it.
const refusePrefix = state.Root + "refuse/"

// noLease is a lease that no cluster hands out: leases are given by the
// server, at random, or by clients as small positive numbers.
const noLease = 0x7fedcba987654321

// encode makes the request of a transaction. A flat one says by itself whether
// its guards held. A nested one can't: a compare that fails only skips its own
// branch. So every leaf with guards has a put in its else-branch that no
// server carries out, which fails the request as a whole before any write.
// Guards and writes are spread over the leaves independently, since a server
// evaluates all compares before it writes.
func encode(t kv.Txn, s kv.Shape) (*pb.TxnRequest, error) {
	compares := make([]*pb.Compare, 0, len(t.Guards))
	for _, g := range t.Guards {
		c, err := compare(g)
		if err != nil {
			return nil, err
		}
		compares = append(compares, c)
	}
	ops := make([]*pb.RequestOp, 0, len(t.Ops))
	for _, o := range t.Ops {
		op, err := operation(o)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	if s.Depth == 1 {
		return &pb.TxnRequest{Compare: compares, Success: ops}, nil
	}
	return &pb.TxnRequest{Success: grow(leaves(compares, ops, s.Leaf), s)}, nil
}

func leaves(compares []*pb.Compare, ops []*pb.RequestOp, size int) []*pb.RequestOp {
	var out []*pb.RequestOp
	for len(compares) > 0 || len(ops) > 0 {
		c, o := min(size, len(compares)), min(size, len(ops))
		leaf := &pb.TxnRequest{Compare: compares[:c], Success: ops[:o]}
		if c > 0 {
			leaf.Failure = []*pb.RequestOp{refusal(len(out))}
		}
		compares, ops = compares[c:], ops[o:]
		out = append(out, inner(leaf))
	}
	return out
}

// grow joins leaves level by level until the root holds the rest.
func grow(level []*pb.RequestOp, s kv.Shape) []*pb.RequestOp {
	for len(level) > s.Width {
		var up []*pb.RequestOp
		for group := range slices.Chunk(level, s.Width) {
			up = append(up, inner(&pb.TxnRequest{Success: group}))
		}
		level = up
	}
	return level
}

// refusal is a put that the server must refuse: it keeps the value of a key
// that does not exist, under a lease that does not exist. Every member decides
// it alike. A read at an impossible revision would not do: servers before
// 3.7.0 strip reads on members that no client waits at, and would diverge.
func refusal(n int) *pb.RequestOp {
	return &pb.RequestOp{Request: &pb.RequestOp_RequestPut{RequestPut: &pb.PutRequest{
		Key: []byte(refusePrefix + strconv.Itoa(n)), IgnoreValue: true, Lease: noLease,
	}}}
}
