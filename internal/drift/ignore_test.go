package drift_test

import (
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/schema"
)

func rules(t *testing.T, texts ...string) (out drift.Rules) {
	t.Helper()
	for _, text := range texts {
		r, err := drift.ParseRule(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out = append(out, r)
	}
	return out
}

func TestIgnore(t *testing.T) {
	t.Parallel()
	for rule, c := range map[string]struct{ ignored, left, warnings int }{
		"core.ams":         {2, 1, 0},
		"core.*.region":    {1, 2, 0},
		"core.a*s.re*n":    {1, 2, 0},
		"*.region":         {1, 2, 0},
		"core.ams.links.*": {1, 2, 0},
		"*phone*":          {1, 1, 0},
		`user.*.device["*`: {1, 1, 0},
		"core.ams.status":  {0, 2, 0},
		"user.alice":       {0, 2, 0},
		"core.am":          {0, 2, 1},
		"core.ams.nothing": {0, 2, 1},
		"core.*.reg":       {0, 2, 1},
		"core.ams*ams":     {0, 2, 1},
		"ore.ams":          {0, 2, 1},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			values := live()
			values[core+"region"] = "de"
			values[links+"192.0.2.9"] = ""
			values["/sigilgate/routes/"+device+"/core_ip"] = "192.0.2.2"
			r := drift.Detect(schema.Network(), snapshot(values), applied(), nil)
			r.Ignore(rules(t, rule))
			if r.IgnoredFields != c.ignored || len(r.Objects) != c.left || len(r.Warnings) != c.warnings {
				t.Errorf("%d ignored, %d objects left, warnings %v", r.IgnoredFields, len(r.Objects), r.Warnings)
			}
		})
	}
}

func TestIgnoreAll(t *testing.T) {
	t.Parallel()
	values := live()
	values[core+"region"] = "de"
	r := drift.Detect(schema.Network(), snapshot(values), applied(), nil)
	r.Ignore(rules(t, "*.region", "core.ams"))
	if r.Drifted() || r.IgnoredFields != 1 || len(r.Warnings) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestMalformedRules(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "*", "*.*", "core", "a\nb.c", strings.Repeat("a.", 600)} {
		if _, err := drift.ParseRule(text); err == nil {
			t.Errorf("%q is fine", text)
		}
	}
}
