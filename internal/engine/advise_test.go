package engine

import (
	"strings"
	"testing"
)

// TestAdvise names the version, the members that run it, the advisory, and the
// release that ends it.
func TestAdvise(t *testing.T) {
	t.Parallel()
	found := advise(map[string]string{"ams": "3.6.13", "waw": "3.7.3", "hel": "3.6.13"})
	if len(found) != 1 || found.HasErrors() {
		t.Fatalf("got %+v", found)
	}
	text := found[0].Summary + " " + found[0].Detail + " " + found[0].Hint
	for _, want := range []string{"etcd 3.6.13", "GHSA-xg4h-6gfc-h4m8", "ams, hel", "3.6.14"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	if strings.Contains(text, "waw") {
		t.Errorf("a member that is not concerned is named: %q", text)
	}
	if old := advise(map[string]string{"ams": "3.5.27"}); len(old) != 4 {
		t.Errorf("got %+v", old)
	}
}
