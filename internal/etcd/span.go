package etcd

import (
	"cmp"
	"slices"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// span is a range of keys: from inclusive, to exclusive. An empty to is the
// one key from.
type span struct{ from, to string }

func (s span) page(from string, revision int64, size int) *pb.RangeRequest {
	r := &pb.RangeRequest{Key: []byte(from), Revision: revision}
	if s.to != "" {
		r.RangeEnd, r.Limit = []byte(s.to), int64(size)
	}
	return r
}

func (s span) end() string {
	if s.to == "" {
		return s.from + "\x00"
	}
	return s.to
}

// merge makes disjoint, sorted spans of prefixes and keys: what overlaps or
// touches becomes one, so that no key is read twice.
func merge(prefixes, keys []string) []span {
	all := make([]span, 0, len(prefixes)+len(keys))
	for _, p := range prefixes {
		all = append(all, span{from: p, to: string(rangeEnd(p))})
	}
	for _, k := range keys {
		all = append(all, span{from: k})
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.end(), a.end())) })
	var out []span
	for _, s := range all {
		last := len(out) - 1
		switch {
		case last >= 0 && s.end() <= out[last].end():
		case last >= 0 && s.from <= out[last].end():
			out[last].to = s.end()
		default:
			out = append(out, s)
		}
	}
	return out
}
