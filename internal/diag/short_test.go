package diag_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/diag"
)

func TestShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	for in, want := range map[string]string{
		"":      "",
		"short": "short",
		`The prefix "` + long + `" begins with no slash.`: `The prefix "` + long[:60] + `…" begins with no slash.`,
		long:                                     long[:60] + "…",
		"core.a[\"" + long + "\"] is wrong":      "core.a[\"" + long[:60] + "…\"] is wrong",
		`"` + strings.Repeat(`\"`, 200) + `" is`: `"` + strings.Repeat(`\"`, 30) + `…" is`,
		`"` + strings.Repeat("ä", 121) + `"`:     `"` + strings.Repeat("ä", 60) + `…"`,
		strings.Repeat("word ", 2000):            strings.Repeat("word ", 800) + "…",
	} {
		if got := diag.Short(in); got != want {
			t.Errorf("%.80q: got %.200q, want %.200q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if got := diag.Short(text); !utf8.ValidString(got) || len([]rune(got)) > len([]rune(text))+1 || diag.Short(got) != got {
			t.Fatalf("%q: %q", text, got)
		}
	})
}

func TestTally(t *testing.T) {
	t.Parallel()
	var all diag.List
	for i := range 250_000 {
		all = append(all, diag.Diagnostic{Severity: diag.Error, Summary: "s", Address: fmt.Sprintf("core.pool[%q]", fmt.Sprint(i, `]"`)), Attribute: "ip"})
	}
	for i := range 300 {
		all = append(all, diag.Diagnostic{Severity: diag.Warning, Summary: "w", Address: fmt.Sprintf("core.c%d", i)})
	}
	all = append(all, diag.Diagnostic{Severity: diag.Error, Summary: "another attribute", Address: "core.pool[0]", Attribute: "domain"},
		diag.Diagnostic{Severity: diag.Error, Summary: "no object"})
	got := all.Bounded()
	if len(got) != diag.MaxOfOneBlock+diag.MaxFindings+2+2 {
		t.Fatalf("%d findings", len(got))
	}
	rest := got[len(got)-2:]
	if rest[0].Summary != "And 249980 more errors at ip in core.pool" || rest[0].More != 249_980 || rest[0].Severity != diag.Error ||
		rest[1].Summary != "And 100 more warnings elsewhere" || rest[1].Severity != diag.Warning {
		t.Errorf("%+v", rest)
	}
	if again := got.Bounded(); len(again) != len(got) {
		t.Errorf("bounded twice: %d findings", len(again))
	}
	if few := all[:3].Bounded(); len(few) != 3 {
		t.Errorf("%+v", few)
	}
}
