package etcd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// check refuses what a server would refuse anyway, or would do in no certain
// order: a key that is written twice, and a write below a deleted prefix.
// Both are faults of the program that made the transaction.
func check(t kv.Txn) error {
	for _, g := range t.Guards {
		if g.Key == "" {
			return errors.New("internal error: a guard has no key")
		}
	}
	ops := slices.Clone(t.Ops)
	slices.SortStableFunc(ops, func(a, b kv.Op) int { return strings.Compare(a.Key, b.Key) })
	below := ""
	for i, o := range ops {
		switch {
		case o.Key == "":
			return errors.New("internal error: a write has no key")
		case strings.HasPrefix(o.Key, refusePrefix):
			return fmt.Errorf("internal error: the key %s is reserved", o.Key)
		case i > 0 && ops[i-1].Key == o.Key:
			return fmt.Errorf("internal error: the key %s is written twice in one transaction", o.Key)
		case o.Kind == kv.Put && below != "" && strings.HasPrefix(o.Key, below):
			return fmt.Errorf("internal error: the key %s is written below the prefix %s, which the same transaction deletes", o.Key, below)
		}
		if o.Kind == kv.DeletePrefix && (below == "" || !strings.HasPrefix(o.Key, below)) {
			below = o.Key
		}
	}
	return nil
}
