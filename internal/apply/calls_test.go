package apply

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/kv"
)

// TestBatches: a batch is of one kind, and no two of its calls are about the
// same permission, since they are made side by side.
func TestBatches(t *testing.T) {
	t.Parallel()
	grant := func(role, key string, access kv.Access) kv.AuthOp {
		return kv.AuthOp{Kind: kv.GrantPermission, Role: role, Key: key, Access: access}
	}
	all := []kv.AuthOp{
		{Kind: kv.AddRole, Role: "a"},
		{Kind: kv.AddRole, Role: "b"},
		grant("a", "/x", kv.ReadWrite), grant("b", "/x", kv.Read), grant("a", "/y", kv.Read), grant("a", "/x", kv.Write),
		{Kind: kv.DeleteRole, Role: "a"},
	}
	for range 3 * batchCalls {
		all = append(all, kv.AuthOp{Kind: kv.DeleteUser, User: string(rune('a' + len(all)))})
	}
	want := []int{2, 3, 1, 1, batchCalls, batchCalls, batchCalls}
	for i := 0; len(all) > 0; i++ {
		batch := nextBatch(all)
		if i >= len(want) || len(batch) != want[i] {
			t.Fatalf("batch %d has %d calls, want %v", i, len(batch), want)
		}
		all = all[len(batch):]
	}
}
