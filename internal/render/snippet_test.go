package render

import (
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/diag"
)

func snippetText(s diag.Snippet, secrets ...string) string {
	p := newPage(Options{Secrets: secrets})
	p.snippet(&s, plain)
	return p.b.String()
}

func TestSnippet(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name    string
		snippet diag.Snippet
		secrets []string
		want    string
	}{
		{"a word", diag.Snippet{Line: 9, Code: "ip = oops", Start: 5, End: 9}, nil, `
  9 │ ip = oops
    │      ^^^^
`},
		{"a place between characters", diag.Snippet{Line: 9, Code: "ip = ", Start: 5, End: 5}, nil, `
  9 │ ip =
    │      ^
`},
		{"tabs", diag.Snippet{Line: 9, Code: "\tip\t= x", Start: 6, End: 7}, nil, `
  9 │     ip  = x
    │           ^
`},
		{"wide characters", diag.Snippet{Line: 9, Code: `"東京" x`, Start: 9, End: 10}, nil, `
  9 │ "東京" x
    │        ^
`},
		{"escapes", diag.Snippet{Line: 9, Code: "a\x1bb x", Start: 4, End: 5}, nil, `
  9 │ a\eb x
    │      ^
`},
		{"several lines", diag.Snippet{Line: 9, Code: "a {\n  b\n}\n", Start: 2, End: 9}, nil, `
   9 │ a {
     │   ^
  10 │   b
     │   ^
  11 │ }
     │ ^
`},
		{"a secret before", diag.Snippet{Line: 9, Code: `x = "hunter22" oops`, Start: 15, End: 19}, []string{"hunter22"}, `
  9 │ x = "(sensitive)" oops
    │                   ^^^^
`},
		{"out of bounds", diag.Snippet{Line: 9, Code: "ab", Start: 7, End: 99}, nil, `
  9 │ ab
    │   ^
`},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			if got := snippetText(x.snippet, x.secrets...); got != x.want[1:] {
				t.Errorf("got\n%swant\n%s", got, x.want[1:])
			}
		})
	}
}

func TestSnippetIsCut(t *testing.T) {
	t.Parallel()
	got := snippetText(diag.Snippet{Line: 1, Code: strings.Repeat("a\n", 100), Start: 0, End: 150})
	if n := strings.Count(got, "\n"); n > 2*maxSnippet+1 || !strings.Contains(got, "more lines") {
		t.Errorf("%d lines:\n%s", n, got)
	}
	got = snippetText(diag.Snippet{Line: 1, Code: strings.Repeat("é", 10<<20/2), Start: 10 << 19, End: 10 << 20})
	if len(got) > 10*maxSource {
		t.Errorf("a line of 10 MiB is shown in %d bytes", len(got))
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("core \"a\" {\n\tip = 東京\r\n}", 3, 20)
	f.Add("\xff\xfe", -1, 7)
	f.Add(strings.Repeat("x", 500), 450, 460)
	f.Fuzz(func(t *testing.T, code string, start, end int) {
		got := snippetText(diag.Snippet{Line: 1, Code: code, Start: start, End: end}, "secret")
		for line := range strings.Lines(got) {
			if unsafe(strings.TrimSuffix(line, "\n")) {
				t.Errorf("%q lets something through", line)
			}
		}
	})
}
