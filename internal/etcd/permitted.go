package etcd

import (
	"context"
	"slices"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/sigilgate/sigilform/internal/kv"
)

// permitted takes a snapshot without the optional parts that the user may not
// read, and says which those are.
func (c *Client) permitted(ctx context.Context, r SnapshotRequest) (*kv.Snapshot, error) {
	var denied []string
	keep := func(all []string, request func(string) *pb.RangeRequest) ([]string, error) {
		var out []string
		for _, name := range all {
			err := c.patiently(ctx, func(ctx context.Context) error {
				_, err := c.kv.Range(ctx, request(name))
				return err
			})
			switch {
			case err == nil:
				out = append(out, name)
			case is(err, rpctypes.ErrPermissionDenied):
				denied = append(denied, name)
			default:
				return nil, err
			}
		}
		return out, nil
	}
	var err error
	r.Optional, err = keep(r.Optional, func(key string) *pb.RangeRequest { return &pb.RangeRequest{Key: []byte(key), CountOnly: true} })
	if err != nil {
		return nil, err
	}
	r.Count, err = keep(r.Count, func(prefix string) *pb.RangeRequest {
		return &pb.RangeRequest{Key: []byte(prefix), RangeEnd: rangeEnd(prefix), CountOnly: true}
	})
	if err != nil {
		return nil, err
	}
	out, err := c.snapshot(ctx, r)
	if err != nil {
		return nil, err
	}
	slices.Sort(denied)
	out.Denied = denied
	return out, nil
}
