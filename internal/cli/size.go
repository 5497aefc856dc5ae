package cli

import (
	"errors"
	"math"

	"github.com/dustin/go-humanize"

	"github.com/sigilgate/sigilform/internal/lang"
)

// size is the value of a flag that is a number of bytes, such as 512MiB.
type size int64

// String is the number as it is written.
func (s *size) String() string { return lang.SizeText(int64(*s)) }

// Set reads a number of bytes, with a unit or without.
func (s *size) Set(text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || n == 0 || n > math.MaxInt64 {
		return errors.New("not a size")
	}
	*s = size(n)
	return nil
}

// Type names it in messages.
func (s *size) Type() string { return "size" }
