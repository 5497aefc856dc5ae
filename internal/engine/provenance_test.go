package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestActor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  Environment
		want string
	}{
		{Environment{"SIGILFORM_ACTOR=me", "GITHUB_ACTOR=hub"}, "me"},
		{Environment{"GITHUB_ACTOR=hub", "GITLAB_USER_LOGIN=lab"}, "hub"},
		{Environment{"GITLAB_USER_LOGIN=lab"}, "lab"},
		{Environment{"SIGILFORM_ACTOR=a\x1b[31m\nb"}, "a[31mb"},
	} {
		if got := (&Engine{Env: c.env}).Actor(); got != c.want {
			t.Errorf("%q: %q", c.env, got)
		}
	}
	if got := (&Engine{}).Actor(); !strings.Contains(got, "@") {
		t.Errorf("without CI: %q", got)
	}
	if got := (&Engine{Env: Environment{"SIGILFORM_ACTOR=" + strings.Repeat("x", 1000)}}).Actor(); len(got) != maxActor {
		t.Errorf("a long name has %d bytes", len(got))
	}
}

func TestCommit(t *testing.T) {
	t.Parallel()
	const sha = "0123456789abcdef0123456789abcdef01234567"
	if got := (&Engine{Env: Environment{"CI_COMMIT_SHA=" + sha}}).commit(t.Context(), t.TempDir()); got != sha {
		t.Errorf("CI: %q", got)
	}
	if got := (&Engine{}).commit(t.Context(), t.TempDir()); got != "" {
		t.Errorf("no repository: %q", got)
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Log("there is no git on this machine: it is not asked")
		return
	}
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q")
	git("commit", "-q", "--allow-empty", "-m", "x")
	clean := (&Engine{}).commit(t.Context(), dir)
	if !isCommit(clean) {
		t.Errorf("a clean folder: %q", clean)
	}
	if err := os.WriteFile(filepath.Join(dir, "network.hcl"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := (&Engine{}).commit(t.Context(), dir); got != clean+"-dirty" {
		t.Errorf("a changed folder: %q", got)
	}
}
