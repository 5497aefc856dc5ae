package embedded_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/sigilgate/sigilform/internal/embedded"
)

// versions writes keys into buckets of the database, and compares others.
func versions(t *testing.T, name string, write map[string]string, want ...map[string]string) {
	t.Helper()
	db, err := bbolt.Open(name, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for bucket, pair := range write {
			key, value, _ := strings.Cut(pair, "=")
			if err := tx.Bucket([]byte(bucket)).Put([]byte(key), []byte(value)); err != nil {
				return err
			}
		}
		for _, pairs := range want {
			for bucket, pair := range pairs {
				key, value, _ := strings.Cut(pair, "=")
				if got := string(tx.Bucket([]byte(bucket)).Get([]byte(key))); got != value {
					t.Errorf("%s of %s is %s", key, bucket, got)
				}
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestNewerDataIsFound: what a later etcd has written is not called damaged, and
// is left as it is.
func TestNewerDataIsFound(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]map[string]string{
		"the storage":        {"meta": "storageVersion=3.99.0"},
		"the storage, later": {"meta": "storageVersion=9.0.0"},
		"the cluster":        {"cluster": "clusterVersion=3.99.0"},
		"both":               {"meta": "storageVersion=3.99.0", "cluster": "clusterVersion=3.99.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filled(t, 10)
			db := etcdFile(t, dir, "snap/db")
			versions(t, db, keys)
			_, err := embedded.Start(context(), embedded.Options{Dir: dir})
			var newer *embedded.Newer
			if !errors.As(err, &newer) {
				t.Fatalf("error: %v", err)
			}
			// Nothing of it was made older. etcd keeps its own open that it gave up on.
			text, err := os.ReadFile(db)
			if err != nil {
				t.Fatal(err)
			}
			kept := filepath.Join(t.TempDir(), "db")
			if err := os.WriteFile(kept, text, 0o600); err != nil {
				t.Fatal(err)
			}
			versions(t, kept, nil, keys)
		})
	}
}
