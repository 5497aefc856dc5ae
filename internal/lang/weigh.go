package lang

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
)

// What values cost: about what they take in memory.
const (
	// elementCost is one element of a list, or a small value.
	elementCost = 256
	// lookedCost is one element of what a function is given, which looks at each.
	lookedCost = 64
	// textCost is one byte of a text: it is copied some times until it is a value.
	textCost = 4
	// heldCost is one element of a value that is looked through.
	heldCost = 8
)

// maxExponent bounds numbers: a larger one has a text of megabytes, and takes
// minutes to write down. 2 to this power has 9,864 digits.
const maxExponent = 1 << 15

// Errors of numbers that nothing can be done with.
var (
	errTooLargeNumber = errors.New("a number has at most 9,864 digits before the point, and as many zeros behind it")
	errInfinite       = errors.New("a number can't be infinite")
)

// checkNumber refuses a number that can't be written down.
func checkNumber(v cty.Value) error {
	f := v.AsBigFloat()
	switch {
	case f.IsInf():
		return errInfinite
	case f.MantExp(nil) > maxExponent || f.MantExp(nil) < -maxExponent:
		return errTooLargeNumber
	}
	return nil
}

// CheckNumbers refuses a value that holds a number that can't be written down.
func CheckNumbers(v cty.Value) error {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown() || v.IsNull():
		return nil
	case v.Type() == cty.Number:
		return checkNumber(v)
	case !v.CanIterateElements():
		return nil
	}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if err := CheckNumbers(e); err != nil {
			return err
		}
	}
	return nil
}

// Hold charges for a value that is kept, with everything in it, as often as it
// is there: a list of lists of lists may hold the same one a million times, and
// whatever looks through it does so as often.
func (b *Budget) Hold(v cty.Value) error {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown() || v.IsNull():
		return nil
	case v.Type() == cty.Number:
		return checkNumber(v)
	case !v.CanIterateElements():
		return nil
	}
	count, texts := int64(v.LengthInt()), flat(v.Type())
	if t := v.Type(); t.IsCollectionType() {
		if texts = flat(t.ElementType()); texts > 0 {
			count = times(count, texts)
		}
	}
	if err := b.Charge(times(count, heldCost)); err != nil || texts > 0 {
		return err
	}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if err := b.Hold(e); err != nil {
			return err
		}
	}
	return nil
}

// flat is how many texts a value of a type holds where it can hold nothing else;
// 0 where it may hold more.
func flat(t cty.Type) int64 {
	switch {
	case t == cty.String, t == cty.Bool:
		return 1
	case !t.IsObjectType():
		return 0
	}
	count := int64(1)
	for _, a := range t.AttributeTypes() {
		if a != cty.String && a != cty.Bool {
			return 0
		}
		count++
	}
	return count
}

// weight is what a value takes by itself, without what its elements take.
func weight(v cty.Value) int64 {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown() || v.IsNull():
		return elementCost
	case v.Type() == cty.String:
		return elementCost + textCost*int64(len(v.AsString()))
	case v.CanIterateElements():
		return elementCost + times(int64(v.LengthInt()), elementCost)
	}
	return elementCost
}

// textSize is about what all texts of a value take when they are written one
// behind the other. It stops where that is more than the limit.
func textSize(v cty.Value, limit int64) int64 {
	v, _ = v.Unmark()
	switch {
	case !v.IsKnown() || v.IsNull():
		return 4
	case v.Type() == cty.String:
		return int64(len(v.AsString())) + 2
	case !v.CanIterateElements():
		return 8
	}
	total := int64(2)
	for it := v.ElementIterator(); it.Next() && total <= limit; {
		key, e := it.Element()
		total = plus(total, textSize(e, limit-total)+1)
		if key.Type() == cty.String && !v.Type().IsSetType() {
			total = plus(total, int64(len(key.AsString()))+4)
		}
	}
	return total
}
