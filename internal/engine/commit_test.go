package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const sha = "0123456789abcdef0123456789abcdef01234567"

// repository is a git repository of a test.
type repository struct{ dir string }

func newRepository(t *testing.T) repository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("these tests need git, as building sigilform does: ", err)
	}
	r := repository{dir: t.TempDir()}
	r.git(t, "init", "-q")
	return r
}

func (r repository) git(t *testing.T, args ...string) {
	t.Helper()
	settings := []string{"-c", "user.name=t", "-c", "user.email=t@example.net", "-c", "commit.gpgsign=false"}
	cmd := exec.CommandContext(t.Context(), "git", append(settings, args...)...)
	cmd.Dir = r.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (r repository) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCommitIsSaid(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("f", 40)
	for _, c := range []struct {
		named string
		env   Environment
		want  string
	}{
		{sha, Environment{"SIGILFORM_COMMIT=" + other}, sha},
		{"", Environment{"SIGILFORM_COMMIT=" + strings.ToUpper(sha) + "-dirty", "GITHUB_SHA=" + other}, sha + "-dirty"},
		{"", Environment{"GITHUB_SHA=" + sha, "CI_COMMIT_SHA=" + other}, sha},
		{"", Environment{"CI_COMMIT_SHA=" + sha}, sha},
		{"", Environment{"CI_COMMIT_SHA=\x1b[31m"}, ""},
		{"", nil, ""},
	} {
		if got, err := (&Engine{Env: c.env}).commit(t.Context(), t.TempDir(), c.named); got != c.want || err != nil {
			t.Errorf("%q, %q: %q, %v", c.named, c.env, got, err)
		}
	}
	if got, err := (&Engine{Env: Environment{"SIGILFORM_COMMIT=main"}}).commit(t.Context(), t.TempDir(), ""); err == nil || got != "" {
		t.Errorf("a commit that is none: %q, %v", got, err)
	}
}

func TestParseCommit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		sha: true, sha[:7]: true, sha[:6]: false, sha + sha[:24]: true, sha + sha[:25]: false, "": false, "-dirty": false,
		sha + "-dirty": true, sha + "-dirty-dirty": false, "main": false, sha + "\n": false,
	} {
		if _, ok := ParseCommit(text); ok != want {
			t.Errorf("%q: %v", text, ok)
		}
	}
}

func TestCommitOfGit(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	if got := commitOf(t.Context(), r.dir); got != "" {
		t.Errorf("no commit yet: %q", got)
	}
	r.git(t, "commit", "-q", "--allow-empty", "-m", "x")
	clean := commitOf(t.Context(), r.dir)
	if !isSHA(clean) {
		t.Errorf("a clean folder: %q", clean)
	}
	r.write(t, "network.hcl", "")
	if got := commitOf(t.Context(), r.dir); got != clean+dirty {
		t.Errorf("a changed folder: %q", got)
	}
}

// TestNothingOfARepositoryRuns lays out every program that a repository's
// settings can name and git runs to look at its state. None may run.
func TestNothingOfARepositoryRuns(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{"filter.a", "filter.A.b", "filter.a=b"} {
		r, ran := newEvilRepository(t, filter)
		if got := commitOf(t.Context(), r.dir); !strings.HasSuffix(got, dirty) {
			t.Errorf("%s: a changed file: %q", filter, got)
		}
		_ = author(t.Context(), r.dir)
		if text, err := os.ReadFile(ran); err == nil {
			t.Errorf("%s: something ran: %s", filter, text)
		}
		// What must not run would have left its trace.
		r.git(t, "status")
		if _, err := os.Stat(ran); err != nil {
			t.Errorf("%s: the test tests nothing: %v", filter, err)
		}
	}
}

// newEvilRepository names a program wherever one can be named, which leaves a
// trace in a file when it is run.
func newEvilRepository(t *testing.T, filter string) (r repository, ran string) {
	t.Helper()
	r, ran = newRepository(t), filepath.Join(t.TempDir(), "ran")
	r.write(t, "evil", "#!/bin/sh\necho \"$0 $*\" >>"+ran+"\ncat\n")
	evil := filepath.Join(r.dir, "evil")
	r.write(t, "network.hcl", "one\n")
	r.git(t, "add", "-A")
	r.git(t, "commit", "-q", "-m", "x")
	hooks := filepath.Join(r.dir, ".git", "hooks")
	for _, err := range []error{
		os.Chmod(evil, 0o700), os.MkdirAll(hooks, 0o700), os.MkdirAll(filepath.Join(r.dir, ".git", "info"), 0o700),
		os.Symlink(evil, filepath.Join(hooks, "post-index-change")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{
		filter + ".clean", filter + ".smudge", "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass",
		"credential.helper", "diff.external", "pager.status", "pager.config", "gpg.program",
	} {
		r.git(t, "config", name, evil)
	}
	r.git(t, "config", filter+".required", "true")
	r.write(t, filepath.Join(".git", "info", "attributes"), "network.hcl "+strings.Replace(filter, ".", "=", 1)+"\n")
	// As long a text and another time, so that git must look into the file.
	r.write(t, "network.hcl", "two\n")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(r.dir, "network.hcl"), old, old); err != nil {
		t.Fatal(err)
	}
	return r, ran
}
