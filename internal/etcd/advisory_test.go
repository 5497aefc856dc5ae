package etcd_test

import (
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
)

// TestAdvisories spells out which versions have which known ways around the
// permissions of keys, and the release that ends each.
func TestAdvisories(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"3.4.23":      "CVE-2026-33343 3.4.42, CVE-2026-33413 3.4.42,  3.5.30, GHSA-xg4h-6gfc-h4m8 3.5.33",
		"3.4.42":      " 3.5.30, GHSA-xg4h-6gfc-h4m8 3.5.33",
		"3.5.27":      "CVE-2026-33343 3.5.28, CVE-2026-33413 3.5.28,  3.5.30, GHSA-xg4h-6gfc-h4m8 3.5.33",
		"3.5.29":      " 3.5.30, GHSA-xg4h-6gfc-h4m8 3.5.33",
		"3.5.32":      "GHSA-xg4h-6gfc-h4m8 3.5.33",
		"3.5.33":      "",
		"3.6.8":       "CVE-2026-33343 3.6.9, CVE-2026-33413 3.6.9,  3.6.11, GHSA-xg4h-6gfc-h4m8 3.6.14",
		"3.6.13":      "GHSA-xg4h-6gfc-h4m8 3.6.14",
		"3.6.14":      "",
		"3.7.0":       "GHSA-xg4h-6gfc-h4m8 3.7.1",
		"3.7.0-rc.1":  "GHSA-xg4h-6gfc-h4m8 3.7.1",
		"3.7.1-alpha": "GHSA-xg4h-6gfc-h4m8 3.7.1",
		"3.7.1":       "",
		"3.7.3":       "",
		"3.8.0":       "",
		"4.0.0":       "",
		"":            "",
		"3.6":         "",
		"3.6.x":       "",
		"3.-1.0":      "",
	} {
		var got []string
		for _, a := range etcd.AdvisoriesOf(version) {
			got = append(got, a.ID+" "+a.FixedIn)
			if a.Summary == "" {
				t.Errorf("%s: an advisory says nothing", version)
			}
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s: got %q, want %q", version, text, want)
		}
	}
}
