package engine

import (
	"context"
	"strings"
)

// dirty marks a commit that the files differ from.
const dirty = "-dirty"

// commit is the source commit of a configuration: what the command line says,
// or the environment, or a CI service; else what git says of the folder, with
// "-dirty" where files differ from it. It is empty where there is none.
func (e *Engine) commit(ctx context.Context, folder, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	const variable = "SIGILFORM_COMMIT"
	if said := e.Env.Get(variable); said != "" {
		if sha, ok := ParseCommit(said); ok {
			return sha, nil
		}
		return "", invalid(variable+" is not a commit", "", "set it to 7 to 64 hexadecimal digits, or leave it out")
	}
	for _, name := range []string{"GITHUB_SHA", "CI_COMMIT_SHA"} {
		if sha := e.Env.Get(name); isSHA(sha) {
			return sha, nil
		}
	}
	return commitOf(ctx, folder), nil
}

// commitOf asks git.
func commitOf(ctx context.Context, folder string) string {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	sha, ok := git(ctx, folder, nil, "rev-parse", "--verify", "--quiet", "HEAD")
	if !ok || !isSHA(sha) {
		return ""
	}
	options, ok := withoutFilters(ctx, folder)
	if !ok {
		return sha + dirty // git can't be asked
	}
	if changed, ok := git(ctx, folder, options, "status", "--porcelain", "--ignore-submodules=all", "--", "."); !ok || changed != "" {
		return sha + dirty
	}
	return sha
}

// ParseCommit reads the name of a commit: 7 to 64 hexadecimal digits, with
// "-dirty" behind them where the files differ from it.
func ParseCommit(text string) (sha string, ok bool) {
	sha = strings.ToLower(text)
	return sha, isSHA(strings.TrimSuffix(sha, dirty))
}

func isSHA(s string) bool {
	return len(s) >= 7 && len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}
