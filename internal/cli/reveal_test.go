package cli

import (
	"bytes"
	"errors"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/veil"
)

// TestReveal: off a terminal only who forces it sees private values whole. The
// script private has the terminal.
func TestReveal(t *testing.T) {
	t.Parallel()
	const private = "51329cc7-64c0-4147-a96c-3faeb9a24b8b"
	for value, want := range map[string]struct {
		shown   string
		refused bool
	}{
		"": {shown: "51329cc7…"}, revealForce: {shown: private}, revealHere: {shown: "51329cc7…", refused: true}, "yes": {shown: "51329cc7…", refused: true},
	} {
		var out, said bytes.Buffer
		a := newApp(schema.Network())
		a.engine.Veil.Know(private)
		a.stdout, a.stderr = &veil.Writer{To: &out, Veil: a.engine.Veil}, &veil.Writer{To: &said, Veil: a.engine.Veil, Strict: true}
		err := a.reveal(value)
		if (err != nil) != want.refused {
			t.Errorf("--reveal=%s: %v", value, err)
		}
		if f := (*failure.Failure)(nil); want.refused && (!errors.As(err, &f) || f.Code != failure.Usage || codeOf(err) != failure.ExitError) {
			t.Errorf("--reveal=%s ends with %v", value, err)
		}
		_, _ = a.stdout.Write([]byte(private))
		a.note(private)
		if out.String() != want.shown || said.String() != want.shown+"\n" {
			t.Errorf("--reveal=%s shows %s, and beside it %s", value, out.String(), said.String())
		}
		if a.veilOf(&bytes.Buffer{}) == nil {
			t.Errorf("--reveal=%s is also for what is no stream", value)
		}
	}
}
