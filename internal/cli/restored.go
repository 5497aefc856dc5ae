package cli

import (
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
)

// tellRestored says beside a result what it can't be read without, and in it
// where it is JSON.
func (a *app) tellRestored(r state.Restored) {
	a.restored = render.NewRestored(r)
	a.clear()
	a.note(
		fmt.Sprintf("note: the cluster was restored from a snapshot: it holds what cluster %s had at serial %d,", render.Escape(r.From), r.Serial),
		fmt.Sprintf("applied by %s at %s. What was applied after that is not in it.", render.Escape(r.Actor), r.Time.Format(time.RFC3339)),
		"",
	)
}
