package engine

import (
	"context"
	"fmt"
	"runtime/metrics"
	"time"

	"github.com/sigilgate/sigilform/internal/config"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/fault"
	"github.com/sigilgate/sigilform/internal/lang"
)

// Limits bound what reading and evaluating a configuration may use.
type Limits struct {
	// Timeout is how long it may take, DefaultEvalTimeout where it is 0.
	Timeout time.Duration
	// Memory is how many bytes its values may take, lang's default where it is 0.
	Memory int64
}

// The limits of an evaluation, unless a command says otherwise.
const (
	DefaultEvalTimeout = time.Minute
	DefaultEvalMemory  = lang.DefaultBudget
)

// heapShare is how many times the memory of the values the whole program may
// take meanwhile: what was parsed, the network that is made, and what is not
// collected yet.
const heapShare = 4

// settled are the limits with their defaults.
func (l Limits) settled() Limits {
	if l.Timeout <= 0 {
		l.Timeout = DefaultEvalTimeout
	}
	if l.Memory <= 0 {
		l.Memory = DefaultEvalMemory
	}
	return l
}

// How often the memory is looked at, and how long an evaluation that is to stop
// may take to do so before it is left to itself.
const (
	look  = 10 * time.Millisecond
	grace = 300 * time.Millisecond
)

// bounded carries out an evaluation within limits. The evaluator can't be
// stopped from outside: it stops by itself between two steps, and where one
// step does not end, it is left behind and what it makes is never looked at.
func bounded[T any](ctx context.Context, l Limits, w *config.Watch, evaluate func(context.Context) (T, diag.List)) (T, diag.List) {
	l = l.settled()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	before, done := heapBytes(), make(chan evaluated[T], 1)
	fault.Go(func() {
		var out evaluated[T]
		out.value, out.found = evaluate(ctx)
		done <- out
	}, func(err error) { done <- evaluated[T]{fault: err} })
	await(ctx, l, cancel, before, done)
	select {
	case out := <-done:
		if out.fault != nil {
			panic(out.fault) //nolint:forbidigo // it goes on where it is told
		}
		return out.value, out.found
	default:
		var none T
		return none, diag.List{w.Stopped(context.Cause(ctx))}
	}
}

type evaluated[T any] struct {
	value T
	found diag.List
	fault error
}

// await waits for the end of an evaluation, and ends the context where it takes
// too much. What is done stays in the channel.
func await[T any](ctx context.Context, l Limits, cancel context.CancelCauseFunc, before int64, done chan evaluated[T]) {
	end, tick := time.NewTimer(l.Timeout), time.NewTicker(look)
	defer end.Stop()
	defer tick.Stop()
	stopping := ctx.Done()
	var over <-chan time.Time
	for {
		select {
		case out := <-done:
			done <- out
			return
		case <-over:
			return
		case <-stopping:
			stopping, over = nil, time.After(grace)
		case <-end.C:
			cancel(tooLong(l.Timeout))
		case <-tick.C:
			if heapBytes()-before > heapShare*l.Memory {
				cancel(tooMuch(l.Memory))
			}
		}
	}
}

// heapBytes is what the objects of the program take.
func heapBytes() int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int64(sample[0].Value.Uint64()) //nolint:gosec // no memory has so many bytes
}

func tooLong(limit time.Duration) *config.Stop {
	return &config.Stop{
		Summary: "The evaluation takes too long",
		Detail:  fmt.Sprintf("Reading and evaluating the configuration was not done after %s. This is what was being evaluated then.", limit),
		Hint:    "make the lists and texts smaller, or raise the limit with --eval-timeout",
	}
}

func tooMuch(limit int64) *config.Stop {
	return &config.Stop{
		Summary: "The evaluation needs too much memory",
		Detail: fmt.Sprintf("The program took more than %s, which is %d times what the values of one evaluation may take. "+
			"This is what was being evaluated then.", lang.SizeText(heapShare*limit), heapShare),
		Hint: "make the lists and texts smaller, or raise the limit with --eval-memory",
	}
}
