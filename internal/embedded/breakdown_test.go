package embedded

import (
	"errors"
	"reflect"
	"syscall"
	"testing"

	"go.uber.org/zap"

	"github.com/sigilgate/sigilform/internal/fault"
)

// TestGivingUpEndsTheCall: where etcd gives up in a goroutine of ours, that one
// goes on with the reason; ended silently, nobody would be left to say it.
func TestGivingUpEndsTheCall(t *testing.T) {
	t.Parallel()
	for name, log := range map[string]func(*zap.Logger, string, ...zap.Field){"fatal": (*zap.Logger).Fatal, "panic": (*zap.Logger).Panic} {
		b := newBreakdown()
		call := func() (err error) {
			defer fault.Into(&err)
			log(b.logger(), "no room", zap.Error(syscall.ENOSPC))
			return errors.New("it went on")
		}
		err := call()
		var gaveUp *GaveUp
		if !errors.As(err, &gaveUp) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: got %v", name, err)
		}
		if !errors.Is(b.err(), syscall.ENOSPC) {
			t.Errorf("%s: the reason is %v", name, b.err())
		}
	}
}

// TestGivingUpEndsTheGoroutine: one of etcd's own just ends, so that the process
// goes on, and the reason is told.
func TestGivingUpEndsTheGoroutine(t *testing.T) {
	t.Parallel()
	b := newBreakdown()
	// A goroutine without any function of ours, as one that etcd started.
	go reflect.ValueOf(b.logger().Fatal).Call([]reflect.Value{reflect.ValueOf("no room"), reflect.ValueOf(zap.Error(syscall.ENOSPC))})
	<-b.happened
	if err := b.err(); err.Error() != "etcd gave up: no room: no space left on device" {
		t.Errorf("got %v", err)
	}
}
