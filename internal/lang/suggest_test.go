package lang_test

import (
	"testing"

	"github.com/sigilgate/sigilform/internal/lang"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"regoin", []string{"region", "role"}, "region"},
		{"asm", []string{"ams", "waw"}, "ams"},
		{"pi", []string{"ip", "region"}, "ip"},
		{"ipp", []string{"ip"}, "ip"},
		{"sma", []string{"ams"}, ""},
		{"ams", []string{"ams"}, ""},
		{"domain", []string{"ip", "region"}, ""},
		{"", []string{"ip"}, ""},
	} {
		if got := lang.Nearest(c.name, c.candidates); got != c.want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", c.name, c.candidates, got, c.want)
		}
	}
}
