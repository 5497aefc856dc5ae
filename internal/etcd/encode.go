package etcd

import (
	"fmt"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/kv"
)

// compare is one guard as etcd compares it.
func compare(g kv.Guard) (*pb.Compare, error) {
	c := &pb.Compare{Key: []byte(g.Key), Result: pb.Compare_EQUAL}
	switch g.Kind {
	case kv.Unmoved:
		c.Target, c.TargetUnion = pb.Compare_MOD, &pb.Compare_ModRevision{ModRevision: g.Revision}
	case kv.Exists:
		c.Target, c.TargetUnion = pb.Compare_CREATE, &pb.Compare_CreateRevision{CreateRevision: g.Revision}
	case kv.Empty:
		c.Target, c.TargetUnion = pb.Compare_CREATE, &pb.Compare_CreateRevision{}
		c.RangeEnd = rangeEnd(g.Key)
	case kv.NotAfter:
		// On an empty range etcd compares with 0, which is below any revision.
		c.Target, c.TargetUnion = pb.Compare_CREATE, &pb.Compare_CreateRevision{CreateRevision: g.Revision + 1}
		c.Result, c.RangeEnd = pb.Compare_LESS, rangeEnd(g.Key)
	case kv.Unwritten:
		c.Target, c.TargetUnion = pb.Compare_MOD, &pb.Compare_ModRevision{ModRevision: g.Revision + 1}
		c.Result, c.RangeEnd = pb.Compare_LESS, []byte(g.End)
	case kv.Differs:
		// On an empty range etcd takes no value to differ.
		c.Target, c.TargetUnion = pb.Compare_VALUE, &pb.Compare_Value{Value: []byte(g.Value)}
		c.Result, c.RangeEnd = pb.Compare_NOT_EQUAL, []byte(g.End)
	default:
		return nil, fmt.Errorf("internal error: the guard of %s has the unknown kind %q", g.Key, g.Kind)
	}
	return c, nil
}

// operation is one write as etcd does it.
func operation(o kv.Op) (*pb.RequestOp, error) {
	switch o.Kind {
	case kv.Put:
		return &pb.RequestOp{Request: &pb.RequestOp_RequestPut{RequestPut: &pb.PutRequest{Key: []byte(o.Key), Value: []byte(o.Value)}}}, nil
	case kv.Delete:
		return &pb.RequestOp{Request: &pb.RequestOp_RequestDeleteRange{RequestDeleteRange: &pb.DeleteRangeRequest{Key: []byte(o.Key)}}}, nil
	case kv.DeletePrefix:
		return &pb.RequestOp{Request: &pb.RequestOp_RequestDeleteRange{
			RequestDeleteRange: &pb.DeleteRangeRequest{Key: []byte(o.Key), RangeEnd: rangeEnd(o.Key)},
		}}, nil
	case kv.DeleteRange:
		return &pb.RequestOp{Request: &pb.RequestOp_RequestDeleteRange{
			RequestDeleteRange: &pb.DeleteRangeRequest{Key: []byte(o.Key), RangeEnd: []byte(o.End)},
		}}, nil
	default:
		return nil, fmt.Errorf("internal error: the operation on %s has the unknown kind %q", o.Key, o.Kind)
	}
}

func inner(t *pb.TxnRequest) *pb.RequestOp {
	return &pb.RequestOp{Request: &pb.RequestOp_RequestTxn{RequestTxn: t}}
}

// rangeEnd is the end of the range of all keys that start with prefix.
func rangeEnd(prefix string) []byte { return []byte(clientv3.GetPrefixRangeEnd(prefix)) }
