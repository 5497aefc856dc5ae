package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/sigilgate/sigilform/internal/fault"
)

// progressAfter is how long a stage may take in silence.
const progressAfter = 300 * time.Millisecond

// progress is one line on a terminal that says what takes long. It is gone
// before anything else is printed.
type progress struct {
	w     io.Writer
	mu    sync.Mutex
	timer *time.Timer
	drawn bool
}

// watch shows progress where somebody sees it.
func (a *app) watch() {
	if _, ok := terminal(a.stderr); !ok || a.out.quiet || a.isJSON() || a.engine.Log != nil {
		return
	}
	a.progress = &progress{w: a.stderr}
}

// stage says what is done now.
func (p *progress) stage(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
	draw := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.timer != nil {
			p.draw(what)
		}
	}
	if p.drawn {
		p.draw(what)
	}
	p.timer = time.AfterFunc(progressAfter, fault.Quiet(draw))
}

func (p *progress) draw(what string) {
	_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s …", what)
	p.drawn = true
}

// clear takes the line away.
func (a *app) clear() {
	if a.progress == nil {
		return
	}
	p := a.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	if p.drawn {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
