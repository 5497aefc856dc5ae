package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestActor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		named string
		env   Environment
		want  string
	}{
		{"flag", Environment{"SIGILFORM_ACTOR=me"}, "flag"},
		{"", Environment{"SIGILFORM_ACTOR=me", "GITHUB_ACTIONS=true", "GITHUB_ACTOR=hub"}, "me"},
		{"", Environment{"GITHUB_ACTIONS=true", "GITHUB_ACTOR=hub", "GITLAB_USER_LOGIN=lab"}, "hub"},
		{"", Environment{"GITHUB_ACTOR=left over", "GITLAB_USER_LOGIN=lab"}, "lab"},
		{"\x1b", Environment{"SIGILFORM_ACTOR=a\x1b[31m\nb"}, "a[31mb"},
		{" Zoë\u202e\u2028\xff ", nil, "Zoë"},
	} {
		if got := (&Engine{Env: c.env}).actor(t.Context(), t.TempDir(), c.named); got != c.want {
			t.Errorf("%q, %q: %q", c.named, c.env, got)
		}
	}
	for _, long := range []string{strings.Repeat("x", 1000), strings.Repeat("é", 1000), "x" + strings.Repeat("é", 1000)} {
		got := (&Engine{}).actor(t.Context(), t.TempDir(), long)
		if len(got) > maxActor || len(got) < maxActor-1 || !utf8.ValidString(got) {
			t.Errorf("a long name has %d bytes: %q", len(got), got)
		}
	}
}

// TestActorOfGit: whoever would sign a commit in the folder applies; without
// git it is the account.
func TestActorOfGit(t *testing.T) {
	// Not the settings of whoever runs the tests.
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	if got := (&Engine{}).actor(t.Context(), t.TempDir(), ""); !strings.Contains(got, "@") || strings.Contains(got, "<") {
		t.Errorf("without git: %q", got)
	}
	r := newRepository(t)
	for _, c := range []struct{ name, mail, want string }{
		{"Ada Example", "ada@example.net", "Ada Example <ada@example.net>"},
		{"", "ada@example.net", "ada@example.net"},
		{"Ada\tExample", "", "AdaExample"},
	} {
		r.git(t, "config", "user.name", c.name)
		r.git(t, "config", "user.email", c.mail)
		if got := (&Engine{}).actor(t.Context(), r.dir, ""); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	if got := (&Engine{Env: Environment{"GITLAB_USER_LOGIN=lab"}}).actor(t.Context(), r.dir, ""); got != "lab" {
		t.Errorf("in CI: %q", got)
	}
	if got := (&Engine{}).actor(t.Context(), filepath.Join(r.dir, "none"), ""); strings.Contains(got, "Ada") {
		t.Errorf("another folder: %q", got)
	}
}
