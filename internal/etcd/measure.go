package etcd

import (
	"math"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"google.golang.org/protobuf/proto"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Size is what a transaction comes to.
type Size struct {
	// Bytes is the size that the server holds against its limit: the request
	// with the envelope that it is replicated in.
	Bytes int
	// Ops and Guards are counted over the whole transaction, Depth is the
	// number of levels, 1 for a flat one.
	Ops, Guards, Depth int
	// Widest is what the server holds against its limit: the entries of a flat
	// transaction, and of a nested one those of all levels together.
	Widest int
}

// Measure says how large the transaction is, before anything is sent. The
// error is a *kv.TooLarge where it fits no request.
func Measure(t kv.Txn, l kv.Limits) (Size, error) {
	_, size, err := build(watching(t, t.Referring(), &kv.Snapshot{}, 0), l, "")
	return size, err
}

// build makes the request and checks it against the limits.
func build(t kv.Txn, l kv.Limits, username string) (*pb.TxnRequest, Size, error) {
	size := Size{Ops: len(t.Ops), Guards: len(t.Guards)}
	if err := check(t); err != nil {
		return nil, size, err
	}
	s, ok := kv.ShapeFor(max(len(t.Guards), len(t.Ops)), l.MaxTxnOps)
	if !ok {
		s = kv.Shape{Depth: 1} // no level holds it; its size is still worth knowing
	}
	size.Depth, size.Widest = s.Depth, max(size.Ops, size.Guards)
	if s.Depth > 1 {
		size.Widest = s.Width*(s.Depth-1) + s.Leaf
	}
	request, err := encode(t, s)
	if err != nil {
		return nil, size, err
	}
	// The largest values that the envelope's own numbers can have.
	size.Bytes = proto.Size(&pb.InternalRaftRequest{
		Header: &pb.RequestHeader{ID: math.MaxUint64, Username: username, AuthRevision: math.MaxUint32}, Txn: request,
	})
	if !ok || size.Bytes > l.MaxRequestBytes {
		return nil, size, tooLarge(size, l)
	}
	return request, size, nil
}

func tooLarge(s Size, l kv.Limits) error {
	return &kv.TooLarge{Bytes: s.Bytes, MaxBytes: l.MaxRequestBytes, Ops: s.Ops, Guards: s.Guards, MaxTxnOps: l.MaxTxnOps}
}
