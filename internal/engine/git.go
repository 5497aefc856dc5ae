package engine

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"time"
)

// gitPatience is how long git may take; without an answer nothing is known.
const gitPatience = 2 * time.Second

// git asks git, without running what a repository's settings might name: its
// monitor, its hooks, and what fetches objects that are not there. Options come
// before the words of the command.
func git(ctx context.Context, folder string, options []string, args ...string) (string, bool) {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	words := []string{"-C", folder, "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull}
	words = append(append(words, options...), args...)
	cmd := exec.CommandContext(ctx, "git", words...) //nolint:gosec // the folder, and the names of settings, are arguments of options
	cmd.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "GIT_TERMINAL_PROMPT=0")
	var out bytes.Buffer
	cmd.Stdout, cmd.WaitDelay = &out, gitPatience
	if cmd.Run() != nil {
		return "", false
	}
	return strings.TrimSpace(out.String()), true
}

// withoutFilters takes away the programs that a repository names to convert its
// files: git would run them to see whether a file changed. It is not ok where
// the name of one can't be written as an option.
func withoutFilters(ctx context.Context, folder string) (options []string, ok bool) {
	names, _ := git(ctx, folder, nil, "config", "--null", "--name-only", "--get-regexp", `^filter\.`)
	for name := range strings.SplitSeq(names, "\x00") {
		if strings.Contains(name, "=") {
			return nil, false
		}
		switch {
		case strings.HasSuffix(name, ".clean"), strings.HasSuffix(name, ".smudge"), strings.HasSuffix(name, ".process"):
			options = append(options, "-c", name+"=")
		case strings.HasSuffix(name, ".required"):
			options = append(options, "-c", name+"=false")
		}
	}
	return options, true
}
