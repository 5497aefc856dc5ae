package render

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/veil"
)

const private = "51329cc7-64c0-4147-a96c-3faeb9a24b8b"

func veiled(values ...string) *veil.Veil {
	v := new(veil.Veil)
	v.Know(values...)
	return v
}

// TestSecretsAreStronger: where a secret and a private value overlap, nothing of
// either is shown.
func TestSecretsAreStronger(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]string{
		"other":                 "x 51329cc7… y",
		private:                 "x (sensitive) y",
		private[:8]:             "x (sensitive) y",
		private[20:]:            "x (sensitive) y",
		"x " + private[:4]:      "(sensitive) y",
		private[30:] + " y":     "x (sensitive)",
		"x " + private + " y":   "(sensitive)",
		private[4:6]:            "x 51329cc7… y", // too short to be looked for
		private + " y" + "more": "x 51329cc7… y",
	} {
		r := Options{Secrets: []string{secret}, Veil: veiled(private)}.redactor()
		if got := r.text("x " + private + " y"); got != want {
			t.Errorf("with the secret %q it is %q, want %q", secret, got, want)
		}
	}
}

// TestPrivateJSON: in values and in names that others gave, whatever JSON makes of
// their signs; nothing else changes.
func TestPrivateJSON(t *testing.T) {
	t.Parallel()
	odd := "Zoë \"<b>\\\u202e\n of many signs"
	in := map[string]any{"id": private, private: "name", "odd": "it is " + odd, "text": []any{odd, nil, "plain \\ \""}, "secret": "hunter22"}
	o := Options{Secrets: []string{"hunter22"}, Veil: veiled(private, odd)}
	for _, secrets := range [][]string{nil, {"hunter22"}} {
		o.Secrets = secrets
		var out bytes.Buffer
		if err := writeJSON(&out, in, o); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%v:\n%s", err, out.String())
		}
		short := string([]rune(odd)[:veil.Shown]) + "…"
		list, _ := got["text"].([]any)
		if got["id"] != "51329cc7…" || got["51329cc7…"] != "name" || got["odd"] != "it is "+short || len(list) != 3 || list[0] != short || list[2] != "plain \\ \"" {
			t.Errorf("it became\n%s", out.String())
		}
		if (got["secret"] == masked) != (secrets != nil) {
			t.Errorf("the secret became %v", got["secret"])
		}
	}
}

// TestWhatIsWrongStaysInItsPlace: where a source line is shortened, what is wrong in
// it is marked where it is then, as text and as JSON.
func TestWhatIsWrongStaysInItsPlace(t *testing.T) {
	t.Parallel()
	code := `  uuid = "` + private + `" oops`
	at := strings.Index(code, "oops")
	found := diag.Diagnostic{
		Severity: diag.Error, Summary: "Wrong", Range: &diag.Range{File: "a.hcl"},
		Snippet: &diag.Snippet{Line: 1, Code: code, Start: at, End: at + 4},
		Related: []diag.Place{{Message: "here", Range: &diag.Range{File: "b.hcl"}, Snippet: &diag.Snippet{Line: 1, Code: code, Start: at, End: at + 4}}},
	}
	marked := func(s *diag.Snippet) string { return s.Code[s.Start:s.End] }
	l := diag.List{found}
	r := Report{Validation: &ValidationDocument{Diagnostics: l}}
	for name, write := range map[string]func(*bytes.Buffer, Options) error{
		"validation": func(w *bytes.Buffer, o Options) error { return Validation(w, NewValidation(l), o) },
		"report":     func(w *bytes.Buffer, o Options) error { return r.Write(w, JSON, o) },
		"lines":      func(w *bytes.Buffer, o Options) error { return r.Write(w, NDJSON, o) },
		"error":      func(w *bytes.Buffer, o Options) error { return Error(w, ErrorDocument{Diagnostics: l}, o) },
		"findings":   func(w *bytes.Buffer, o Options) error { return Diagnostics(w, l, o) },
	} {
		var out bytes.Buffer
		if err := write(&out, Options{Format: JSON, Veil: new(veil.Veil), Strict: true}); err != nil {
			t.Fatal(err)
		}
		var d struct {
			Diagnostics []diag.Diagnostic
			Diagnostic  *diag.Diagnostic
		}
		if err := json.NewDecoder(&out).Decode(&d); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out.String())
		}
		if d.Diagnostic != nil {
			d.Diagnostics = append(d.Diagnostics, *d.Diagnostic)
		}
		if len(d.Diagnostics) != 1 {
			t.Fatalf("%s: %+v", name, d)
		}
		for _, s := range []*diag.Snippet{d.Diagnostics[0].Snippet, d.Diagnostics[0].Related[0].Snippet} {
			if s.Code != `  uuid = "51329cc7…" oops` || marked(s) != "oops" {
				t.Errorf("%s marks %q of %q", name, marked(s), s.Code)
			}
		}
	}
	if found.Snippet.Code != code || found.Related[0].Snippet.Code != code {
		t.Error("the finding itself has changed")
	}
	var out bytes.Buffer
	if err := Diagnostics(&out, l, Options{Veil: veiled(private)}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "1 │   uuid = \"51329cc7…\" oops\n    │                      ^^^^\n") {
		t.Errorf("it is marked elsewhere:\n%s", out.String())
	}
}
