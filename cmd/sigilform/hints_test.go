package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// hints holds what every command of a script advises to what that command takes.
type hints struct {
	// flags are those of each command, by its words.
	flags func() map[string][]string
}

func newHints(t *testing.T) *hints {
	t.Helper()
	return &hints{flags: sync.OnceValue(func() map[string][]string {
		out := map[string][]string{}
		for _, words := range allCommands(t, nil) {
			for _, m := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+)`).FindAllStringSubmatch(helpOf(t, words), -1) {
				out[strings.Join(words, " ")] = append(out[strings.Join(words, " ")], m[1])
			}
		}
		return out
	})}
}

// ofMembers are flags of etcd's own, which hints name as well.
func ofMembers() []string {
	return []string{"client-cert-auth", "trusted-ca-file", "max-request-bytes", "max-txn-ops", "auth-token", "auto-compaction-retention"}
}

var (
	advised = regexp.MustCompile(`(?m)(?:^ *hint: |"hint": ")(.*)$`)
	quoted  = regexp.MustCompile("`([^`]*)`")
	aFlag   = regexp.MustCompile(`--([a-z][a-z-]+)`)
)

// after checks what a verb that runs the program has printed.
func (h *hints) after(verb func(*testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		verb(ts, neg, args)
		if at := slices.Index(args, "sigilform"); at >= 0 {
			h.check(ts, args[at+1:])
		}
	}
}

// check fails where a hint names a flag that the command does not have. Within
// `sigilform …` it is that command which must have it, and other programs have
// flags of their own.
func (h *hints) check(ts *testscript.TestScript, args []string) {
	said := ts.ReadFile("stdout") + "\n" + ts.ReadFile("stderr")
	if !aFlag.MatchString(said) {
		return
	}
	own := h.command(args)
	for _, m := range advised.FindAllStringSubmatch(said, -1) {
		plain := quoted.ReplaceAllStringFunc(m[1], func(text string) string {
			if other, ok := strings.CutPrefix(strings.Trim(text, "`"), "sigilform "); ok {
				h.has(ts, h.command(strings.Fields(other)), other, m[1])
			} else if strings.HasPrefix(text, "`--") {
				return text
			}
			return ""
		})
		h.has(ts, own, plain, m[1])
	}
}

// command is the one that words begin with.
func (h *hints) command(words []string) string {
	for n := min(2, len(words)); n > 0; n-- {
		if name := strings.Join(words[:n], " "); h.flags()[name] != nil {
			return name
		}
	}
	return ""
}

func (h *hints) has(ts *testscript.TestScript, command, text, hint string) {
	for _, m := range aFlag.FindAllStringSubmatch(text, -1) {
		if m[1] != "help" && !slices.Contains(h.flags()[command], m[1]) && !slices.Contains(ofMembers(), m[1]) {
			ts.Fatalf("sigilform %s has no flag --%s, and a hint names it: %s", command, m[1], hint)
		}
	}
}

// TestHintsAreOfEveryCommand: without the flags of the commands nothing would be
// checked.
func TestHintsAreOfEveryCommand(t *testing.T) {
	t.Parallel()
	h := newHints(t)
	for command, flag := range map[string]string{"apply": "lock-timeout", "acl password": "ask", "rollback": "moved"} {
		if !slices.Contains(h.flags()[command], flag) {
			t.Errorf("%s has no --%s: %q", command, flag, slices.Sorted(maps.Keys(h.flags())))
		}
	}
	if got := h.command([]string{"acl", "password", "dana", "--json"}); got != "acl password" {
		t.Errorf("got %q", got)
	}
}
