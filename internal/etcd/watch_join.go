package etcd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sigilgate/sigilform/internal/kv"
)

// The bounds of what a watch keeps. Beyond the first ones a caller that is
// behind gets one batch of several revisions; beyond the last one, which no
// network of a size that makes sense reaches, a snapshot is the shorter way.
const (
	maxWaiting      = 8_192
	maxWaitingBytes = 8 << 20
	maxHeldBytes    = 128 << 20
)

// joiner puts the events of several ranges together: a revision is complete
// once each range's watch has got there.
type joiner struct {
	mu sync.Mutex
	// at is how far each range's watch is, for certain; done is what was passed on.
	at   []int64
	done int64
	// told is the greatest revision that each range's watch told an event of.
	told []int64
	// begun says which ranges the server has begun to watch.
	begun []bool
	// open are the events of revisions that are not complete, in any order,
	// openFrom is the least of them, and openTo the greatest; 0 where there are none.
	open           []kv.Event
	openBytes      int
	openTo, target int64
	// waiting are complete revisions that the caller has not taken.
	waiting      []kv.Batch
	waitingBytes int
	// newEvents and newBytes are what came since waiting was last made one.
	newEvents, newBytes int
	heard               time.Time
	lost                *WatchLost
	// ready is told that there is something to take, asked that there is
	// something to ask the server for, moved that more is complete.
	ready, asked, moved chan struct{}
}

func newJoiner(ranges int, after int64, now time.Time) *joiner {
	j := &joiner{
		at: make([]int64, ranges), told: make([]int64, ranges), begun: make([]bool, ranges), done: after, heard: now,
		ready: make(chan struct{}, 1), asked: make(chan struct{}, 1), moved: make(chan struct{}, 1),
	}
	for i := range j.at {
		j.at[i] = after
	}
	return j
}

// tell wakes who waits on the channel, or the next one who will.
func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// add takes events of one range. What is of a revision that was complete
// already would be half a revision: the watch is lost then.
func (j *joiner) add(i int, events []kv.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range events {
		if e.ModRevision <= j.at[i] {
			j.end(fmt.Sprintf("the server told of revision %d after it had said that it was at %d", e.ModRevision, j.at[i]), nil)
			return
		}
		j.openBytes += e.Bytes()
		j.openTo = max(j.openTo, e.ModRevision)
		j.told[i] = max(j.told[i], e.ModRevision)
	}
	j.open = append(j.open, events...)
	if j.openBytes+j.waitingBytes > maxHeldBytes {
		j.end("more was written than could be compared", nil)
		return
	}
	tell(j.asked)
}

// progress notes that a range's watch has told everything up to a revision.
func (j *joiner) progress(i int, revision int64, now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if revision <= j.at[i] {
		return
	}
	j.at[i] = revision
	if to := slices.Min(j.at); to > j.done {
		j.pass(to, now)
	}
}

// pass passes on all revisions up to one, and says so.
func (j *joiner) pass(to int64, now time.Time) {
	j.release(to)
	if to >= j.target {
		j.heard = now
	}
	tell(j.ready)
	tell(j.moved)
}

// release passes on all revisions up to one that is complete.
func (j *joiner) release(to int64) {
	var rest, whole []kv.Event
	for _, e := range j.open {
		if e.ModRevision <= to {
			whole = append(whole, e)
			j.openBytes -= e.Bytes()
		} else {
			rest = append(rest, e)
		}
	}
	j.open = rest
	slices.SortFunc(whole, func(a, b kv.Event) int {
		return cmp.Or(cmp.Compare(a.ModRevision, b.ModRevision), strings.Compare(a.Key, b.Key))
	})
	for len(whole) > 0 {
		n := 1
		for n < len(whole) && whole[n].ModRevision == whole[0].ModRevision {
			n++
		}
		j.wait(kv.Batch{Revision: whole[0].ModRevision, Events: slices.Clip(whole[:n])})
		whole = whole[n:]
	}
	// What follows the last event is complete, too.
	if last := len(j.waiting) - 1; last < 0 || j.waiting[last].Revision < to {
		if last >= 0 && len(j.waiting[last].Events) == 0 {
			j.waiting[last].Revision = to
		} else {
			j.wait(kv.Batch{Revision: to})
		}
	}
	j.done = to
}

// wait keeps a batch until the caller takes it. What is kept becomes one batch
// when it is much, and again when as much has come since: a caller that is far
// behind is then told of each key once.
func (j *joiner) wait(b kv.Batch) {
	size := b.Bytes()
	j.waiting = append(j.waiting, b)
	j.waitingBytes += size
	j.newBytes += size
	j.newEvents += max(len(b.Events), 1)
	if j.newEvents <= maxWaiting && j.newBytes <= maxWaitingBytes {
		return
	}
	one := kv.Join(j.waiting)
	j.waiting, j.waitingBytes = []kv.Batch{one}, one.Bytes()
	j.newEvents, j.newBytes = 0, 0
}

// take returns what is complete. What came before a loss is taken first.
func (j *joiner) take() ([]kv.Batch, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := j.waiting
	j.waiting, j.waitingBytes, j.newEvents, j.newBytes = nil, 0, 0, 0
	if len(out) == 0 && j.lost != nil {
		return nil, j.lost
	}
	return out, nil
}

func (j *joiner) lose(reason string, cause error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.end(reason, cause)
}

func (j *joiner) end(reason string, cause error) {
	if j.lost == nil {
		j.lost = &WatchLost{Reason: reason, Revision: j.done, Heard: j.heard, Cause: cause}
	}
	j.open, j.openBytes = nil, 0
	tell(j.ready)
}

// behind reports whether a revision was told of, or is known to be there, that
// is not complete yet.
func (j *joiner) behind() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lost == nil && j.done < max(j.openTo, j.target)
}

// aim asks to get to a revision that the cluster is at.
func (j *joiner) aim(revision int64, now time.Time) (reached bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.target = max(j.target, revision)
	if j.done >= j.target {
		j.heard = now
		return true
	}
	tell(j.asked)
	return false
}

// nearing is a number that grows as long as ranges come nearer to a revision, and
// no longer: what is told of later ones does not count.
func (j *joiner) nearing(revision int64) (sum int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, at := range j.at {
		sum += min(revision, max(at, j.told[i]))
	}
	return sum
}

// complete is the revision up to which everything was told.
func (j *joiner) complete() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.done
}

func (j *joiner) heardAt() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.heard
}
