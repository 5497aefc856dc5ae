package webhook

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/retry"
)

const (
	// attempts is how often a message is sent at most.
	attempts = 5
	// attemptTime is how long one attempt may take.
	attemptTime = 10 * time.Second
	// maxReply is how much of a reply is read, so that the connection is free
	// for the next attempt. Nothing of it is shown.
	maxReply = 64 << 10
)

// Sender sends messages to one target.
type Sender struct {
	Target Target
	// Secret is the key of the signatures; without one nothing is signed.
	Secret []byte
	// Agent is the User-Agent.
	Agent string
	// Clock is the time, Sleep waits or returns the context's error, Random is
	// the source of ids of deliveries and of how much a wait varies.
	Clock  func() time.Time
	Sleep  func(ctx context.Context, d time.Duration) error
	Random io.Reader
}

// NotSent is the error for a message that did not arrive. It names no more of
// the target than scheme and host.
type NotSent struct {
	Target string
	// Status is that of the last reply, 0 where there was none.
	Status   int
	Attempts int
	Cause    error
}

// Failure says what went wrong last.
func (e *NotSent) Failure() *failure.Failure {
	times := "once"
	if e.Attempts > 1 {
		times = fmt.Sprintf("%d times", e.Attempts)
	}
	return &failure.Failure{
		Code: failure.Webhook, Summary: fmt.Sprintf("The webhook at %s could not be told", e.Target), Cause: e.Cause,
		Detail: fmt.Sprintf("It was tried %s: %s.", times, failure.Because(e.Cause)),
		Hint:   "check the URL and who may reach it; with --webhook-state the next run tells again",
	}
}

// Error is the failure on one line.
func (e *NotSent) Error() string { return failure.Text(e) }

// Unwrap returns the cause.
func (e *NotSent) Unwrap() error { return e.Cause }

// Send sends a message, and tries again where that may help.
func (s *Sender) Send(ctx context.Context, m Message) error {
	body, err := m.body()
	if err != nil {
		return err
	}
	delivery := make([]byte, 16)
	if _, err := io.ReadFull(s.Random, delivery); err != nil {
		return fmt.Errorf("choose the id of the delivery: %w", err)
	}
	client, end := client()
	defer end()
	waits := &retry.Waits{First: firstWait, Longest: maxWait}
	for n := 1; ; n++ {
		r := s.attempt(ctx, client, hex.EncodeToString(delivery), body)
		if r.err == nil {
			return nil
		}
		if n == attempts || !r.again || ctx.Err() != nil {
			return &NotSent{Target: s.Target.String(), Status: r.status, Attempts: n, Cause: r.err}
		}
		if err := s.wait(ctx, waits, r.after); err != nil {
			return &NotSent{Target: s.Target.String(), Status: r.status, Attempts: n, Cause: errors.Join(r.err, err)}
		}
	}
}

// client follows no redirect: the signed message is for one receiver.
func client() (c *http.Client, end func()) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: attemptTime}
	c = &http.Client{
		Transport: transport, Timeout: attemptTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, transport.CloseIdleConnections
}

// result is what became of one attempt.
type result struct {
	status int
	// again says that another attempt may help, after is what the receiver asks
	// to wait; 0 where it says nothing.
	again bool
	after time.Duration
	err   error
}

func (s *Sender) attempt(ctx context.Context, c *http.Client, delivery string, body []byte) result {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Target.url.String(), bytes.NewReader(body))
	if err != nil {
		return result{err: errors.New("the request can't be made")} // the cause would show the URL
	}
	at := timestamp(s.Clock())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", s.Agent)
	r.Header.Set(TimestampHeader, at)
	r.Header.Set(DeliveryHeader, delivery)
	if len(s.Secret) > 0 {
		r.Header.Set(SignatureHeader, sign(s.Secret, at, body))
	}
	reply, err := c.Do(r)
	if err != nil {
		return result{again: true, err: withoutURL(err)}
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(reply.Body, maxReply))
	_ = reply.Body.Close()
	return s.judge(reply)
}

// judge says what a reply means.
func (s *Sender) judge(reply *http.Response) result {
	code := reply.StatusCode
	out := result{status: code, err: fmt.Errorf("it answered %d %s", code, http.StatusText(code))}
	switch {
	case code >= 200 && code < 300:
		out.err = nil
	case code >= 300 && code < 400:
		out.err = fmt.Errorf("it answered %d %s, and redirects are not followed", code, http.StatusText(code))
	case code == http.StatusTooManyRequests, code >= 500:
		out.again, out.after = true, retryAfter(reply.Header.Get("Retry-After"), s.Clock())
	}
	return out
}

// withoutURL is the cause of an error of net/http, which repeats the URL.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
