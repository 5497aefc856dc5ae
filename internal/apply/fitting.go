package apply

import (
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// fenceGuards is how many guards every step has beside its own: the journal's
// position and the lock.
const fenceGuards = 2

// perStep is about what a step takes in the journal's head.
const perStep = 8

// headBytes is about what the journal's head has beside its steps, of which few
// take more.
const headBytes = 2 << 10

// fitting refuses an intent of which a write, with all that it must be sent
// with, fits no request. The error is a *kv.TooLarge that names the key.
func fitting(in *state.Intent, l kv.Limits) error {
	n, guard, need, all := len(in.Ops), 0, 0, 0
	last := lastUnit(in)
	end := &kv.TooLarge{Key: in.Ops[n-1].Key, Guards: fenceGuards}
	for i, op := range in.Ops {
		one := &kv.TooLarge{Key: op.Key, Ops: 2, Guards: fenceGuards, Bytes: opBytes(op)}
		for ; guard < len(in.Guards) && in.Guards[guard].At == i; guard++ {
			one.Guards++
			one.Bytes += guardBytes(in.Guards[guard].Guard)
		}
		for ; need < len(in.Needs) && in.Needs[need].At == i; need++ {
			one.Guards++
			one.Bytes += len(in.Ops[in.Needs[need].Of].Key) + perEntry
		}
		all += one.Bytes
		if i >= last {
			end.Ops, end.Guards, end.Bytes = end.Ops+1, end.Guards+one.Guards-fenceGuards, end.Bytes+one.Bytes
			continue
		}
		if err := within(one, l); err != nil {
			return err
		}
	}
	end.Ops++
	if err := within(end, l); err != nil {
		return err
	}
	if headOfSteps(all, l.MaxRequestBytes) > l.MaxRequestBytes/2 {
		least := l.MaxRequestBytes
		for headOfSteps(all, least) > least/2 {
			least += least / 8
		}
		return &kv.TooLarge{Key: "", Ops: n, Guards: len(in.Guards), Bytes: all, MaxBytes: l.MaxRequestBytes, MaxTxnOps: l.MaxTxnOps, Least: (least/1024 + 1) * 1024}
	}
	return nil
}

// headOfSteps is about how large the journal's head becomes with the steps that so
// many bytes take where a request holds at most so many.
func headOfSteps(all, request int) int {
	steps := all/max(roomOf(kv.Limits{MaxRequestBytes: request}, headBytes), 1) + 1
	return headBytes + steps*perStep
}

// lastUnit is the first write of what must be written at once at the end: the
// head, and the history by which a lost reply is found out.
func lastUnit(in *state.Intent) int {
	if n := len(in.Units); n > 1 {
		return in.Units[n-2]
	}
	return 0
}

// within fills in the limits, and returns what is beyond them.
func within(t *kv.TooLarge, l kv.Limits) error {
	t.MaxBytes, t.MaxTxnOps = l.MaxRequestBytes, l.MaxTxnOps
	if _, ok := kv.ShapeFor(max(t.Guards, t.Ops), l.MaxTxnOps); !ok || t.Bytes+requestOverhead > l.MaxRequestBytes {
		return t
	}
	return nil
}

// restorable refuses an intent that could not be undone: what it replaces must
// fit a request, too.
func restorable(before []kv.Entry, l kv.Limits) error {
	for i := range before {
		e := &before[i]
		one := &kv.TooLarge{
			Key: e.Key, Ops: 2, Guards: fenceGuards + 1,
			Bytes: opBytes(kv.Op{Key: e.Key, Value: e.Value}) + guardBytes(kv.Guard{Key: e.Key}),
		}
		if err := within(one, l); err != nil {
			return err
		}
	}
	return nil
}
