package render

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/diag"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	r := newRedactor([]string{"hunter22", "abcdef", "defghi", "abc", "line one is long\nline two is long\n", "tab\there"})
	for in, want := range map[string]string{
		"nothing":                 "nothing",
		"x hunter22 y":            "x (sensitive) y",
		"abcdefghi":               "(sensitive)",
		"abc stays: too short":    "abc stays: too short",
		"only line two is long":   "only (sensitive)",
		`escaped tab\there`:       "escaped (sensitive)",
		"hunter22hunter22":        "(sensitive)",
		"line one is long\nline2": "(sensitive)\nline2",
	} {
		if got := r.text(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// Redacted JSON stays JSON with the same names, whatever the secret.
func TestRedactJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.OneOf(rapid.SampledFrom([]string{"name", `":"`, `"text"`, "null", `\u00`, "\n\t\"\\x", "\x1b[31m"}), rapid.StringN(4, 12, -1)).Draw(t, "secret")
		around := rapid.String().Draw(t, "around")
		in := map[string]any{"name": around + secret + around, "list": []string{secret, "other"}, "text": nil}
		text, err := encodeJSON(in)
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]any
		clean := newRedactor([]string{secret}).json(text)
		if err := json.Unmarshal([]byte(clean), &out); err != nil {
			t.Fatalf("%v:\n%s", err, clean)
		}
		if len(out) != 3 {
			t.Fatalf("names are lost:\n%s", clean)
		}
		if name, ok := out["name"].(string); len(secret) >= MinSecret && (!ok || strings.Contains(strings.ReplaceAll(name, masked, ""), secret)) {
			t.Fatalf("the secret %q is in\n%s", secret, clean)
		}
	})
}

func TestEscapedJSON(t *testing.T) {
	t.Parallel()
	in := "\u202e\u009b\x7f\U000e0041 <b> & \\ 🙂"
	text, err := encodeJSON(in)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(text, "\u202e\u009b\x7f\U000e0041") || !strings.Contains(text, "<b> &") {
		t.Errorf("not escaped as it should be: %q", text)
	}
	var out string
	if err := json.Unmarshal([]byte(text), &out); err != nil || out != in {
		t.Errorf("%q came back as %q: %v", in, out, err)
	}
}

// TestCutSecretIsRedacted: a message that was cut within a secret shows no part
// of it.
func TestCutSecretIsRedacted(t *testing.T) {
	t.Parallel()
	secret := "zz" + strings.Repeat("s3cr3t", 100)
	for _, text := range []string{`the value "` + secret + `" is wrong`, "key=" + secret + " is wrong", secret} {
		var out strings.Builder
		d := ErrorDocument{Summary: text, Detail: text, Hint: text, Diagnostics: diag.List{{Severity: diag.Error, Summary: text, Detail: text}}}
		for _, format := range []Format{Text, JSON} {
			if err := Error(&out, d, Options{Format: format, Secrets: []string{secret}}); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(out.String(), "s3cr3t") || !strings.Contains(out.String(), masked) {
			t.Errorf("%.40q: %s", text, out.String())
		}
	}
}
