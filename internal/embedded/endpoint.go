package embedded

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// dialTimeout is enough for a loopback connection on a busy machine.
const dialTimeout = 2 * time.Second

// Endpoint is where the embedded server of a configuration's folder listens,
// and whether it does: while `sigilform dev` runs. What a killed one left
// behind is removed.
func Endpoint(ctx context.Context, config string) (string, bool) {
	dir := filepath.Join(config, Folder)
	name := filepath.Join(dir, endpointFile)
	text, err := os.ReadFile(name) //nolint:gosec // a file of our own folder
	if err != nil {
		return "", false
	}
	endpoint := strings.TrimSpace(string(text))
	if !held(dir) {
		return endpoint, false
	}
	return endpoint, answers(ctx, endpoint)
}

// held reports whether a process holds the folder. Where none does, the
// endpoint is of one that was killed, and is removed under the lock.
func held(dir string) bool {
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil || !got {
		return err == nil
	}
	_ = removeIfThere(filepath.Join(dir, endpointFile))
	_ = lock.Unlock()
	return false
}

func answers(ctx context.Context, endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	d := net.Dialer{Timeout: dialTimeout}
	conn, err := d.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}
