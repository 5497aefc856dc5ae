package etcd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// check refuses what a server would refuse anyway, or would do in no certain
// order: a key that is written twice, a range that ends before it begins, and a
// put of what the same transaction deletes by prefix or range.
// Both are faults of the program that made the transaction.
func check(t kv.Txn) error {
	if err := checkGuards(t.Guards); err != nil {
		return err
	}
	ops := slices.Clone(t.Ops)
	slices.SortStableFunc(ops, func(a, b kv.Op) int { return strings.Compare(a.Key, b.Key) })
	var deleted kv.Op
	for i, o := range ops {
		switch {
		case o.Key == "":
			return errors.New("internal error: a write has no key")
		case strings.HasPrefix(o.Key, refusePrefix):
			return fmt.Errorf("internal error: the key %s is reserved", o.Key)
		case o.Kind == kv.DeleteRange && o.End <= o.Key:
			return fmt.Errorf("internal error: the range from %s ends before it begins", o.Key)
		case i > 0 && ops[i-1].Key == o.Key:
			return fmt.Errorf("internal error: the key %s is written twice in one transaction", o.Key)
		case o.Kind == kv.Put && deleted.Covers(o.Key):
			return fmt.Errorf("internal error: the key %s is put, and deleted by the range or prefix from %s in the same transaction", o.Key, deleted.Key)
		}
		if reach(o) != "" && reach(o) > reach(deleted) {
			deleted = o
		}
	}
	return nil
}

// reach is where a deletion of many keys ends, exclusive, and empty for other
// writes. Of the deletions that begin before a key, the one that reaches
// farthest covers it if any does.
func reach(o kv.Op) string {
	switch o.Kind {
	case kv.DeletePrefix:
		return string(rangeEnd(o.Key))
	case kv.DeleteRange:
		return o.End
	case kv.Put, kv.Delete:
	}
	return ""
}

func checkGuards(guards []kv.Guard) error {
	for _, g := range guards {
		switch {
		case g.Key == "":
			return errors.New("internal error: a guard has no key")
		case g.Kind == kv.Unwritten && g.End != kv.Beyond && g.End <= g.Key:
			return fmt.Errorf("internal error: the guarded range from %s ends before it begins", g.Key)
		}
	}
	return nil
}
