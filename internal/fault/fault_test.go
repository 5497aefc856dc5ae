package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/fault"
)

func caught(f func()) (err error) {
	defer fault.Into(&err)
	f()
	return nil
}

func index(list []int, i int) int { return list[i] }

func throw(v any) { panic(v) } //nolint:forbidigo // what is caught here

// ended is a panic on purpose.
type ended struct{ error }

func (ended) Ended() {}

func TestOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    func()
		want string
	}{
		"nothing":         {func() {}, ""},
		"of Go's runtime": {func() { index(nil, 3) }, "index out of range [3] with length 0"},
		"a text":          {func() { throw("hunter2") }, "type string"},
		"an error":        {func() { throw(fmt.Errorf("the value is %s", "hunter2")) }, "type *fmt.wrapError"},
		"on purpose":      {func() { throw(ended{errors.New("the disk is full")}) }, "the disk is full"},
	} {
		err := caught(c.f)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if name == "an error" {
			c.want = "type *"
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
			continue
		}
		var f *fault.Fault
		if !errors.As(err, &f) {
			if name != "on purpose" {
				t.Errorf("%s: %T is not a fault", name, err)
			}
			continue
		}
		if strings.Contains(f.What+f.Stack, "hunter2") {
			t.Errorf("%s: it tells what the panic said:\n%s\n%s", name, f.What, f.Stack)
		}
		if first, _, _ := strings.Cut(f.Stack, "\n"); !strings.Contains(f.Stack, "fault_test.go") || strings.Contains(first, "fault.Of") {
			t.Errorf("%s: the stack is not that of the panic:\n%s", name, f.Stack)
		}
	}
}

// TestStackHasNoArguments: small values stand in Go's own traces as they are.
func TestStackHasNoArguments(t *testing.T) {
	t.Parallel()
	err := caught(func() { byValue([4]byte{0xde, 0xad, 0xbe, 0xef}, 3735928559) })
	var f *fault.Fault
	if !errors.As(err, &f) {
		t.Fatal(err)
	}
	if strings.Contains(f.Stack, "0xde") || !strings.Contains(f.Stack, "byValue\n") {
		t.Error(f.Stack)
	}
}

//go:noinline
func byValue(id [4]byte, n int) { index(nil, n+int(id[0])) }

func TestIntoJoins(t *testing.T) {
	t.Parallel()
	before := errors.New("before")
	run := func() (err error) {
		defer fault.Into(&err)
		err = before
		index(nil, 0)
		return err
	}
	var f *fault.Fault
	if err := run(); !errors.Is(err, before) || !errors.As(err, &f) {
		t.Errorf("got %v", err)
	}
}

func TestGoTells(t *testing.T) {
	t.Parallel()
	told := make(chan error, 1)
	fault.Go(func() { index(nil, 0) }, func(err error) { told <- err })
	var f *fault.Fault
	if err := <-told; !errors.As(err, &f) {
		t.Errorf("got %v", err)
	}
	fault.Go(func() { told <- nil }, func(err error) { t.Errorf("told of %v", err) })
	if err := <-told; err != nil {
		t.Error(err)
	}
}

// TestGroup: whoever waits gets the panic, with the stack of where it was, and
// after all others have ended.
func TestGroup(t *testing.T) {
	t.Parallel()
	for range 200 {
		done := make(chan struct{}, 2)
		err := caught(func() {
			var g fault.Group
			g.Go(func() { done <- struct{}{} })
			g.Go(func() { index(nil, 7) })
			g.Go(func() { done <- struct{}{} })
			g.Wait()
			t.Error("it goes on")
		})
		var f *fault.Fault
		if !errors.As(err, &f) || !strings.Contains(f.What, "[7]") || !strings.Contains(f.Stack, "fault_test.go") {
			t.Fatalf("got %v", err)
		}
		if len(done) != 2 {
			t.Fatalf("%d of 2 others ended", len(done))
		}
	}
	var g fault.Group
	g.Go(func() {})
	g.Wait()
}
