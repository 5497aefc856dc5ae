package etcdtest

import (
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Verbs do to a server what other programs of a network do. Each fails the
// test when the server does.
type Verbs struct{ api *clientv3.Client }

// VerbsOf are the verbs of a client, such as one that authenticates.
func VerbsOf(api *clientv3.Client) Verbs { return Verbs{api: api} }

// Put writes a key and returns the revision.
func (v Verbs) Put(tb testing.TB, key, value string) int64 {
	tb.Helper()
	r, err := v.api.Put(tb.Context(), key, value)
	if err != nil {
		tb.Fatalf("put %s: %v", key, err)
	}
	return r.Header.GetRevision()
}

// Delete removes a key and returns the revision.
func (v Verbs) Delete(tb testing.TB, key string) int64 {
	tb.Helper()
	r, err := v.api.Delete(tb.Context(), key)
	if err != nil {
		tb.Fatalf("delete %s: %v", key, err)
	}
	return r.Header.GetRevision()
}

// Get reads a key.
func (v Verbs) Get(tb testing.TB, key string) (kv.Entry, bool) {
	tb.Helper()
	found := v.entries(tb, key)
	if len(found) == 0 {
		return kv.Entry{}, false
	}
	return found[0], true
}

// Entries lists all keys below a prefix with their values.
func (v Verbs) Entries(tb testing.TB, prefix string) []kv.Entry {
	tb.Helper()
	return v.entries(tb, prefix, clientv3.WithPrefix())
}

// Keys lists all keys below a prefix.
func (v Verbs) Keys(tb testing.TB, prefix string) []string {
	tb.Helper()
	found := v.entries(tb, prefix, clientv3.WithPrefix(), clientv3.WithKeysOnly())
	out := make([]string, 0, len(found))
	for _, e := range found {
		out = append(out, e.Key)
	}
	return out
}

func (v Verbs) entries(tb testing.TB, key string, opts ...clientv3.OpOption) []kv.Entry {
	tb.Helper()
	r, err := v.api.Get(tb.Context(), key, opts...)
	if err != nil {
		tb.Fatalf("get %s: %v", key, err)
	}
	out := make([]kv.Entry, 0, len(r.Kvs))
	for _, e := range r.Kvs {
		out = append(out, kv.Entry{
			Key: string(e.GetKey()), Value: string(e.GetValue()), CreateRevision: e.GetCreateRevision(), ModRevision: e.GetModRevision(),
		})
	}
	return out
}

// Revision is the cluster's revision now.
func (v Verbs) Revision(tb testing.TB) int64 {
	tb.Helper()
	r, err := v.api.Get(tb.Context(), "revision")
	if err != nil {
		tb.Fatalf("read the revision: %v", err)
	}
	return r.Header.GetRevision()
}

// Compact forgets what was before a revision.
func (v Verbs) Compact(tb testing.TB, revision int64) {
	tb.Helper()
	if _, err := v.api.Compact(tb.Context(), revision); err != nil {
		tb.Fatalf("compact %d: %v", revision, err)
	}
}
