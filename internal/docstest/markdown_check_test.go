package docstest

import "testing"

// TestMissing shows the comparison of shown and printed output that it can fail.
func TestMissing(t *testing.T) {
	t.Parallel()
	printed := "a  b\nid 6ba7b810-9dad-41d1-80b4-00c04fd430c1\n\nsaid at 2026-04-19T12:00:00Z\nlast 12 ms\n"
	tests := map[string]struct{ shown, want string }{
		"nothing shown":   {"", ""},
		"spaces":          {"a b\n", ""},
		"another id":      {"id 11111111-9dad-41d1-80b4-00c04fd430c1", ""},
		"another amount":  {"a b\n…\nlast 1.5 s", ""},
		"another time":    {"said at 2025-01-01T00:00:00Z", ""},
		"a line too much": {"a b\nnever said", "never said"},
		"a changed line":  {"a c", "a c"},
		"another order":   {"last 12 ms\na b", "a b"},
	}
	for name, tt := range tests {
		if got := missing(tt.shown, printed); got != tt.want {
			t.Errorf("%s: %q is missing, want %q", name, got, tt.want)
		}
	}
}

// TestBlocks reads a small document.
func TestBlocks(t *testing.T) {
	t.Parallel()
	text := "x\n\n```sh\na\nb # exit code 2\n```\n\n```\nprinted\n```\n\n" + notRun + ": reason -->\n```sh\nc\n```\n\ntext\n\n```hcl\nd\n```\n"
	got := blocks(text)
	want := []block{
		{line: 3, language: "sh", text: "a\nb # exit code 2\n", output: "printed\n"},
		{line: 13, language: "sh", text: "c\n", skip: notRun + ": reason -->"},
		{line: 19, language: "hcl", text: "d\n"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %d blocks: %+v", len(got), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("block %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}
