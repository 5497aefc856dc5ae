package etcd

import (
	"context"
	"slices"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"

	"github.com/sigilgate/sigilform/internal/kv"
)

// maxFoundPerGuard bounds how many keys below one guarded prefix are named.
const maxFoundPerGuard = 64

// moved reads what the guards are about, without values, and lists those that
// do not hold, in the order of the guards.
func (c *Client) moved(ctx context.Context, guards []kv.Guard) ([]kv.Moved, error) {
	requests := make([]*pb.RangeRequest, 0, len(guards))
	for _, g := range guards {
		requests = append(requests, inspection(g))
	}
	answers, err := c.readAll(ctx, requests)
	if err != nil {
		return nil, err
	}
	var out []kv.Moved
	for i, g := range guards {
		out = append(out, judge(g, answers[i].GetKvs())...)
	}
	return slices.Clip(out), nil
}

// inspection asks for what would break the guard, and for no more of it than is shown.
func inspection(g kv.Guard) *pb.RangeRequest {
	r := &pb.RangeRequest{Key: []byte(g.Key), KeysOnly: true}
	switch g.Kind {
	case kv.Empty:
		r.RangeEnd, r.Limit = rangeEnd(g.Key), maxFoundPerGuard
	case kv.NotAfter:
		r.RangeEnd, r.Limit, r.MinCreateRevision = rangeEnd(g.Key), maxFoundPerGuard, g.Revision+1
	case kv.Unwritten:
		r.RangeEnd, r.Limit, r.MinModRevision = []byte(g.End), maxFoundPerGuard, g.Revision+1
	case kv.Unmoved, kv.Exists, kv.Unnamed, kv.Unheld, kv.Differs:
	}
	return r
}

func judge(g kv.Guard, found []*keyValue) []kv.Moved {
	switch g.Kind {
	case kv.Unmoved, kv.Exists:
		var mod, compared int64
		if len(found) > 0 {
			mod, compared = found[0].GetModRevision(), found[0].GetModRevision()
			if g.Kind == kv.Exists {
				compared = found[0].GetCreateRevision()
			}
		}
		if compared == g.Revision {
			return nil
		}
		return []kv.Moved{{Guard: g, Key: g.Key, Found: mod}}
	case kv.Empty, kv.NotAfter, kv.Unwritten, kv.Unnamed, kv.Unheld, kv.Differs:
	}
	out := make([]kv.Moved, 0, len(found))
	for _, e := range found {
		out = append(out, kv.Moved{Guard: g, Key: string(e.GetKey()), Found: e.GetModRevision()})
	}
	return out
}
