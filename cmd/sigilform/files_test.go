package main

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// fileEndsWithin is far above what it takes to say that a file is no use, also of
// a pipe, which is waited for.
const fileEndsWithin = 30 * time.Second

// TestAnyFileOfAnyFlag gives each flag of each command that names a file, as the
// help says, each kind of thing that a name may lead to: the command ends soon,
// with an error or its work, and never crashes. A new flag is found by itself.
func TestAnyFileOfAnyFlag(t *testing.T) {
	t.Parallel()
	tried := 0
	var wg sync.WaitGroup
	free := make(chan struct{}, flagsAtOnce)
	for _, words := range allCommands(t, nil) {
		flags := regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+) (FILE|DIR|RECIPIENT|FORMAT=FILE)\b`).FindAllStringSubmatch(helpOf(t, words), -1)
		for _, flag := range flags {
			tried++
			dir := aroundFiles(t)
			free <- struct{}{}
			wg.Go(func() {
				defer func() { <-free }()
				anyFile(t, dir, words, flag[1], map[string]string{"RECIPIENT": "@", "FORMAT=FILE": "junit="}[flag[2]])
			})
		}
	}
	wg.Wait()
	if tried < 100 {
		t.Errorf("only %d flags were found", tried)
	}
}

func helpOf(t *testing.T, words []string) string {
	t.Helper()
	out, err := program(t, t.TempDir(), append(slices.Clone(words), "--help")).Output()
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	return string(out)
}

// allCommands are those below one, as its help lists them.
func allCommands(t *testing.T, words []string) [][]string {
	t.Helper()
	var out [][]string
	help := helpOf(t, words)
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z-]+) {2,}[A-Z]?[a-z]`).FindAllStringSubmatch(help, -1) {
		sub := append(slices.Clone(words), m[1])
		if m[1] == "help" || m[1] == "completion" || !strings.Contains(helpOf(t, sub), "Usage:\n  sigilform "+strings.Join(sub, " ")) {
			continue
		}
		out = append(out, allCommands(t, sub)...)
	}
	if len(out) == 0 {
		return [][]string{words}
	}
	return out
}

// flagsAtOnce are so many since pipes are waited for, which costs nothing.
const flagsAtOnce = 12

// aroundFiles is a folder with a configuration and one of each kind of file.
func aroundFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "n.hcl", "network \"n\" {}\ncore \"a\" {\n  ip = \"192.0.2.1\"\n}\n")
	write(t, dir, "binary", "\xff\xfe\x00\x01")
	write(t, dir, "empty", "")
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(syscall.Mkfifo(at("pipe"), 0o600), syscall.Symlink("loop", at("loop")), syscall.Mkdir(at("folder"), 0o700)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// anyFile runs a command on each kind of file, one after the other.
func anyFile(t *testing.T, dir string, words []string, flag, before string) {
	t.Helper()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, file := range []string{at("pipe"), at("folder"), at("binary"), at("empty"), at("loop"), at("nowhere"), at("n.hcl/x"), "/dev/zero"} {
		args := append(slices.Clone(words), "--"+flag+"="+before+file)
		args = append(args, besides(words, flag)...)
		ctx, cancel := context.WithTimeout(t.Context(), fileEndsWithin)
		var said bytes.Buffer
		c := exec.CommandContext(ctx, "sigilform", args...)
		c.Dir, c.Env = dir, slices.Concat(program(t, dir, nil).Env, []string{"SIGILFORM_TIMEOUT=1s"})
		c.Stdout, c.Stderr = &said, &said
		_ = c.Run()
		late := ctx.Err()
		cancel()
		if code := c.ProcessState.ExitCode(); late != nil || code < 0 || code > 6 || code == 1 && !strings.Contains(strings.ToLower(said.String()), "error: ") {
			t.Errorf("%q: exit code %d, %v\n%s", args, code, late, said.String())
		}
	}
}

// besides is what a flag means nothing without.
func besides(words []string, flag string) []string {
	args := map[string][]string{"rollback": {"1"}, "lock break": {"1"}, "acl password": {"root"}, "acl can-i": {"read", "/x", "--as", "u"}}[strings.Join(words, " ")]
	nowhere := []string{"--endpoints=https://127.0.0.1:1"}
	switch flag {
	case "cacert":
		args = append(args, nowhere...)
	case "cert":
		args = append(append(args, nowhere...), "--key=n.hcl")
	case "key":
		args = append(append(args, nowhere...), "--cert=n.hcl")
	case "password-file":
		args = append(append(args, nowhere...), "--user=a")
	case "encrypt-to":
		args = append(args, "--out=saved")
	case "webhook-secret-file", "webhook-state":
		args = append(args, "--webhook=http://127.0.0.1:1")
	}
	return args
}
