package webhook

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/sigilgate/sigilform/internal/retry"
)

const (
	// firstWait is that after the first attempt; each next one is twice as long.
	firstWait = time.Second
	// maxWait is how long is waited at most, whatever the receiver asks for.
	maxWait = 30 * time.Second
)

// wait waits before the next attempt: as long as the receiver asks, else twice as
// long each time, a part of it by chance so that many senders don't come back at
// once.
func (s *Sender) wait(ctx context.Context, waits *retry.Waits, asked time.Duration) error {
	d := waits.Next()
	if asked > 0 {
		return s.Sleep(ctx, min(asked, maxWait))
	}
	var chance [1]byte
	if _, err := io.ReadFull(s.Random, chance[:]); err != nil {
		return fmt.Errorf("vary the wait: %w", err)
	}
	return s.Sleep(ctx, d/2+d/2*time.Duration(chance[0])/255)
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		if seconds > int(maxWait/time.Second) {
			return maxWait
		}
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.Sub(now)
	}
	return 0
}
