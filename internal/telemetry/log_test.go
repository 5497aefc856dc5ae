package telemetry_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/telemetry"
	"github.com/sigilgate/sigilform/internal/veil"
)

// TestLogShortens: whatever is logged holds no more of a private value than its
// beginning, and nothing of a secret.
func TestLogShortens(t *testing.T) {
	t.Parallel()
	const known, unknown = "a-badge-of-many-signs", "51329cc7-64c0-4147-a96c-3faeb9a24b8b"
	for _, format := range []string{telemetry.Text, telemetry.JSON} {
		var out bytes.Buffer
		mask := &render.Mask{Veil: new(veil.Veil)}
		mask.Veil.Know(known)
		log := telemetry.Log(&out, format, slog.LevelDebug, mask)
		log.Info("before "+known, "key", "/users/7/devices/"+unknown+"/status", "error", errors.New("of "+unknown))
		mask.Know("hunter22")
		log.Info("after", "both", "hunter22 "+known, "one in the other", strings.Replace(known, "many", "hunter22", 1))
		got := out.String()
		for _, hidden := range []string{known, unknown, "hunter22"} {
			if strings.Contains(got, hidden) {
				t.Errorf("%s holds %s:\n%s", format, hidden, got)
			}
		}
		for _, want := range []string{"before a-badge-…", "/devices/51329cc7…/status", "of 51329cc7…", "(sensitive) a-badge-…"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %s:\n%s", format, want, got)
			}
		}
	}
}
