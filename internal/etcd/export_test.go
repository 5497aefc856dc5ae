package etcd

import (
	"context"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
)

// AfterEnable sets what is called between turning authentication on and the proof.
func AfterEnable(c *Client, do func()) { c.afterEnable = do }

// IsShutOut reports whether an error says that a user is not let in.
func IsShutOut(err error) bool { return isShutOut(err) }

// Exact reports whether a watch asks the servers how far it is.
func Exact(ctx context.Context, c *Client) bool { return c.exact(ctx) }

// HastyVersion reports whether a server of a version may not be asked.
func HastyVersion(text string) bool {
	v, ok := parseVersion(text)
	_, old := hasty().fixFor(v)
	return old || !ok
}

// Joining puts what several ranges tell together, without a server.
type Joining struct{ *joiner }

// NewJoining begins behind a revision.
func NewJoining(ranges int, after int64) Joining {
	return Joining{joiner: newJoiner(ranges, after, time.Time{})}
}

// Add is what a range's watch tells, Progress how far it says that it is.
func (j Joining) Add(i int, events ...kv.Event)  { j.add(i, events) }
func (j Joining) Progress(i int, revision int64) { j.progress(i, revision, time.Time{}) }

// Arrives waits for a revision, with some time for each request.
func (j Joining) Arrives(ctx context.Context, timeout time.Duration, revision int64) bool {
	w := &Watch{client: &Client{settings: &settings{Config: Config{Timeout: timeout}}}, join: j.joiner}
	return w.arrives(ctx, revision)
}

// Nearing grows as long as ranges come nearer to a revision.
func (j Joining) Nearing(revision int64) int64 { return j.nearing(revision) }

// Take is what the caller takes.
func (j Joining) Take() (batches []kv.Batch, e error) { return j.take() }
