package lang

import (
	"fmt"
	"math"
)

// DefaultBudget is how many bytes the values of one evaluation may take, unless
// someone says otherwise.
const DefaultBudget = 1 << 30

// Budget is what one evaluation may use. Whatever makes values or repeats an
// expression charges it: every function, every loop, every part of a template.
// Once it is used up, or the evaluation is to stop, everything that charges
// fails, with the same error. It is not safe for concurrent use.
type Budget struct {
	limit, used int64
	stop        func() error
	turns       uint
	err         error
}

// Renew begins another evaluation, with as much as the first one had.
func (b *Budget) Renew(stop func() error) { b.used, b.err, b.stop = 0, nil, stop }

// NewBudget makes a budget of so many bytes. Between steps it asks whether the
// evaluation is to stop.
func NewBudget(limit int64, stop func() error) *Budget { return &Budget{limit: limit, stop: stop} }

// OverBudget is the error of an evaluation whose values would take more than
// they may.
type OverBudget struct{ Limit int64 }

// Error says how much they may take.
func (e *OverBudget) Error() string {
	return "the values would take more than the " + SizeText(e.Limit) + " that one evaluation may use"
}

// SizeText is a number of bytes as people write it: exact where it is whole.
func SizeText(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= unit.size && n%unit.size == 0 {
			return fmt.Sprintf("%d %s", n/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// Err is why nothing is evaluated any more; nil while there is room.
func (b *Budget) Err() error { return b.err }

// Room fails where so many bytes would not fit, before they are made.
func (b *Budget) Room(n int64) error {
	if b.err == nil && (n < 0 || n > b.limit-b.used) {
		b.err = &OverBudget{Limit: b.limit}
	}
	return b.err
}

// asked is how many charges lie between two questions whether to stop.
const asked = 32

// Charge takes some bytes, or fails.
func (b *Budget) Charge(n int64) error {
	if err := b.Room(n); err != nil {
		return err
	}
	b.used += n
	if b.turns++; b.turns%asked == 0 {
		b.err = b.stop()
	}
	return b.err
}

// times multiplies, and stays at the largest number where the product has none.
func times(a, b int64) int64 {
	if a > 0 && b > math.MaxInt64/a {
		return math.MaxInt64
	}
	return a * b
}

// plus adds, and stays at the largest number where the sum has none.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
