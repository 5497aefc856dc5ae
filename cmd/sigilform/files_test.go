package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net"
	"os"
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

var every = flag.Bool("every", false, "give each flag of each command each kind of file, not a sample of them")

// TestAnyFileOfAnyFlag gives each flag of each command that names a file, as the
// help says, each kind of thing that a name may lead to: the command ends soon,
// with an error or its work, and never crashes; what can't be read it says, with
// what to do. A new flag is found by itself. The flags of one name are read in one
// place, so the first gets all kinds, the others some of them in turn.
func TestAnyFileOfAnyFlag(t *testing.T) {
	t.Parallel()
	tried, seen := 0, map[string]bool{}
	var wg sync.WaitGroup
	free := make(chan struct{}, flagsAtOnce)
	for _, words := range allCommands(t, nil) {
		flags := regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+) (FILE|DIR|RECIPIENT|FORMAT=FILE)\b`).FindAllStringSubmatch(helpOf(t, words), -1)
		for _, flag := range flags {
			tried++
			dir := aroundFiles(t)
			files := kindsOfFile(dir)
			if seen[flag[1]] && !*every {
				at := tried % len(files)
				files = files[at : at+1]
			}
			seen[flag[1]] = true
			free <- struct{}{}
			wg.Go(func() {
				defer func() { <-free }()
				anyFile(t, dir, files, words, flag[1], map[string]string{"RECIPIENT": "@", "FORMAT=FILE": "junit="}[flag[2]])
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
	makeSocket(t, at("socket"))
	return dir
}

// makeSocket makes one with a name of any length.
func makeSocket(t *testing.T, name string) {
	t.Helper()
	short, err := os.MkdirTemp("/tmp", "s") //nolint:usetesting // the name of a socket has a hundred characters at most
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(short) //nolint:errcheck // empty
	l, err := net.Listen("unix", filepath.Join(short, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if err := os.Rename(filepath.Join(short, "s"), name); err != nil {
		t.Fatal(err)
	}
}

// kindsOfFile are one name of each kind. The sensible ones for a flag come with
// the scripts.
func kindsOfFile(dir string) []string {
	out := []string{"/dev/zero", "/proc/self/mem"}
	for _, name := range []string{"pipe", "folder", "socket", "binary", "empty", "loop", "nowhere", "n.hcl/x"} {
		out = append(out, filepath.Join(dir, name))
	}
	return out
}

// unreadable are those from which nothing can be read, and why.
var unreadable = map[string]string{
	"zero": "it is larger than", "mem": "nothing can be read from it", "pipe": "nobody writes into it", "folder": "it is a folder", "socket": "it is a socket",
}

// readers are commands that read what readFlags name before anything else is done.
var readers = []string{"apply", "plan", "drift", "destroy", "status"}

var readFlags = []string{"var-file", "password-file", "webhook-secret-file", "cacert", "cert", "key", "encrypt-to"}

// anyFile runs a command on each kind of file, one after the other.
func anyFile(t *testing.T, dir string, files, words []string, flag, before string) {
	t.Helper()
	for _, file := range files {
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
		} else if why := unreadable[filepath.Base(file)]; code == 1 && why != "" && slices.Contains(readers, words[0]) && slices.Contains(readFlags, flag) {
			if text := strings.Join(strings.Fields(said.String()), " "); !strings.Contains(text, why) || !strings.Contains(text, "hint: ") {
				t.Errorf("%q says neither why nor what to do\n%s", args, said.String())
			}
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
