package fault

import "sync"

// Go runs f in a goroutine of its own. Where f panics, failed is told, there.
func Go(f func(), failed func(error)) {
	go func() {
		defer func() {
			if err := Of(recover()); err != nil {
				failed(err)
			}
		}()
		f()
	}()
}

// Group is work in goroutines that someone waits for. The zero value is ready.
type Group struct {
	// Failed, where it is set before anything is started, is told of the first
	// panic at once: for those who wait for something else than the end.
	Failed func(error)

	wait sync.WaitGroup
	once sync.Once
	err  error
}

// Go runs f in a goroutine of its own.
func (g *Group) Go(f func()) {
	g.wait.Add(1)
	go func() {
		defer g.wait.Done()
		defer func() {
			if err := Of(recover()); err != nil {
				g.once.Do(func() { g.fail(err) })
			}
		}()
		f()
	}()
}

func (g *Group) fail(err error) {
	g.err = err
	if g.Failed != nil {
		g.Failed(err)
	}
}

// Wait waits for all, and then panics with the first panic of any: what they
// should have come to is not there.
func (g *Group) Wait() {
	g.wait.Wait()
	if g.err != nil {
		panic(g.err) //nolint:forbidigo // it goes on where it would have gone without a goroutine
	}
}

// Quiet is f for a timer or the end of a context, whose goroutine nobody waits
// for: a panic only ends it. What f does must be something that nobody misses.
func Quiet(f func()) func() {
	return func() {
		defer func() { _ = recover() }()
		f()
	}
}
