package engine

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/user"
	"strings"
	"time"
)

// gitPatience is how long git may take; without an answer the commit is unknown.
const gitPatience = 2 * time.Second

// Actor is who applies: the person that a CI service names, else user@host.
func (e *Engine) Actor() string {
	for _, name := range []string{"SIGILFORM_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN"} {
		if who := plainLine(e.Env.Get(name)); who != "" {
			return who
		}
	}
	name, host := e.Env.Get("USER"), "localhost"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	if name == "" {
		name = "unknown"
	}
	return plainLine(name + "@" + host)
}

// maxActor keeps a variable of the environment from filling the history.
const maxActor = 128

// plainLine drops what would break a line or a table.
func plainLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
	return s[:min(len(s), maxActor)]
}

// commit is the source commit of a configuration: what a CI service says, else
// what git says of the folder, with "-dirty" where files differ from it. It is
// empty where there is none.
func (e *Engine) commit(ctx context.Context, folder string) string {
	for _, name := range []string{"GITHUB_SHA", "CI_COMMIT_SHA"} {
		if sha := e.Env.Get(name); isCommit(sha) {
			return sha
		}
	}
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	sha, ok := git(ctx, folder, "rev-parse", "--verify", "--quiet", "HEAD")
	if !ok || !isCommit(sha) {
		return ""
	}
	if changed, ok := git(ctx, folder, "status", "--porcelain", "--", "."); !ok || changed != "" {
		return sha + "-dirty"
	}
	return sha
}

// git asks git without running what a repository's settings might name.
func git(ctx context.Context, folder string, args ...string) (string, bool) {
	args = append([]string{"-C", folder, "-c", "core.fsmonitor=false", "--no-optional-locks"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // fixed words; the folder is one argument and no option
	var out bytes.Buffer
	cmd.Stdout, cmd.WaitDelay = &out, gitPatience
	if cmd.Run() != nil {
		return "", false
	}
	return strings.TrimSpace(out.String()), true
}

func isCommit(s string) bool {
	return len(s) >= 7 && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}
