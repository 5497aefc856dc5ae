package cli

import (
	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

// driftStream prints the updates of a watch.
type driftStream struct {
	app   *app
	flags *driftFlags
	// blind says that the last line was that nothing is known.
	blind bool
}

// update prints what is new.
func (s *driftStream) update(u *engine.WatchUpdate) error {
	if u.First {
		s.app.clear()
	}
	if s.whole(u) {
		return s.report(u)
	}
	var lines []render.DriftEventDocument
	switch {
	case u.Blind != nil && !s.blind:
		lines = append(lines, render.NewDriftUnknown(u.Report, u.At, u.Why()))
	case u.Blind == nil && s.blind:
		lines = append(lines, render.NewDriftKnown(u.Report, u.At))
	}
	s.blind = u.Blind != nil
	for i := range u.Events {
		lines = append(lines, render.NewDriftEvent(&u.Events[i], u.Report))
	}
	if len(lines) == 0 {
		return nil
	}
	o := s.app.options()
	o.Secrets = u.Secrets
	return render.DriftEvents(s.app.stdout, lines, o)
}

// whole reports whether all of the drift is printed, and not only what is new: at
// the start, and where the network is compared again and again, each time.
func (s *driftStream) whole(u *engine.WatchUpdate) bool {
	switch {
	case s.flags.transitions || u.Blind != nil || s.blind:
		return false
	case s.flags.watch:
		return u.First
	}
	return u.Checked
}

func (s *driftStream) report(u *engine.WatchUpdate) error {
	o := s.app.options()
	o.Secrets, o.Journal, o.Lines = u.AllSecrets(), u.Journal, true
	return render.Drift(s.app.stdout, u.Report, o)
}
