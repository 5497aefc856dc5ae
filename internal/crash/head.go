package crash

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

// HeadInput is an operation on the head: an apply, or where Apply is empty a
// read.
type HeadInput struct {
	// From is the serial that the apply starts from, Apply its id.
	From  int64
	Apply string
}

// HeadOutput is what an operation on the head returned.
type HeadOutput struct {
	// Committed says that the apply was carried out.
	Committed bool
	// Serial and Apply are what a read found.
	Serial int64
	Apply  string
}

// headState is the head.
type headState struct {
	serial int64
	apply  string
}

// Head is the model of the head: a register that an apply moves on by one, if
// it still is where the apply starts from.
func Head() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return headState{} },
		Step: func(s, input, output any) (bool, any) {
			return stepHead(s.(headState), input.(HeadInput), output.(HeadOutput)) //nolint:forcetypeassert // porcupine returns what it was given
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
	}
}

func stepHead(s headState, in HeadInput, out HeadOutput) (bool, any) {
	switch {
	case in.Apply == "":
		return s == headState{serial: out.Serial, apply: out.Apply}, s
	case !out.Committed:
		return true, s
	}
	return s.serial == in.From, headState{serial: in.From + 1, apply: in.Apply}
}
