package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/veil"
	"github.com/sigilgate/sigilform/internal/webhook"
)

// TestPrivate: no message holds more of a private value than its beginning, where
// somebody made it a part of an address or of a field's name. Whether anything is
// new is told by the whole values.
func TestPrivate(t *testing.T) {
	t.Parallel()
	const uuid, like = "51329cc7-64c0-4147-a96c-3faeb9a24b8b", "51329cc7-0000-4147-a96c-3faeb9a24b8b"
	r := receive(t)
	s, _ := sender(t, r.URL)
	v := new(veil.Veil)
	v.Know(uuid, like)
	n := &webhook.Notifier{Sender: s, State: webhook.NewState(), Veil: v}
	for _, id := range []string{uuid, like} {
		report := drifted("")
		report.Objects[0].Address = `core["` + id + `"]`
		report.Objects[0].Fields[0].Name = "settings." + id
		if _, err := n.Observe(t.Context(), report, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	got := r.got()
	if len(got) != 2 {
		t.Fatalf("%d messages came", len(got))
	}
	for i, want := range []string{"51329cc7…", "51329cc7…2"} {
		var m webhook.Message
		if err := json.Unmarshal(got[i].body, &m); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(got[i].body), "3faeb9a24b8b") {
			t.Errorf("it holds the whole value: %s", got[i].body)
		}
		address := `core["` + want + `"]`
		if m.Objects[0].Address != address || m.Objects[0].Fields[0] != "settings."+want || !strings.HasSuffix(m.Text, "in "+address) {
			t.Errorf("it says %+v, not %s", m, address)
		}
	}
}
