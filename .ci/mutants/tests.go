package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// suite are the tests of one package, as far as they run the examined one.
type suite struct {
	dir    string // of the tests
	target string // the examined package
	work   string
	flags  []string
	tell   teller
	tests  map[string]*test
}

// test is what is known of one: how long it takes, and what it runs.
type test struct {
	Hash    string   `json:"hash"`
	Seconds float64  `json:"seconds"`
	Blocks  []string `json:"blocks"` // file:line.column,line.column
	reached []block
}

type block struct {
	file                   string
	line, col, line2, col2 int
}

// prepare records what each test runs, where that is not known yet.
func prepare(ctx context.Context, dir, target, work string, tell teller) (*suite, error) {
	s := &suite{dir: dir, target: target, work: work, tell: tell, tests: map[string]*test{}}
	if err := s.compile(ctx, "covering", "-cover", "-covermode=set", "-coverpkg=./"+target); err != nil {
		return nil, err
	}
	hashes, err := s.hashes()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(work, filepath.Base(dir)+".tests.json")
	known := map[string]*test{}
	if text, err := os.ReadFile(file); err == nil {
		if err := json.Unmarshal(text, &known); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	for name, hash := range hashes {
		t := known[name]
		if t == nil || t.Hash != hash {
			if t, err = s.record(ctx, name, hash); err != nil {
				return nil, err
			}
			known[name] = t
			if err := save(file, known); err != nil {
				return nil, err
			}
		}
		for _, text := range t.Blocks {
			t.reached = append(t.reached, parseBlock(text))
		}
		s.tests[name] = t
	}
	return s, nil
}

func (s *suite) binary(kind string) string {
	full, _ := filepath.Abs(filepath.Join(s.work, filepath.Base(s.dir)+"."+kind))
	return full
}

func (s *suite) compile(ctx context.Context, kind string, flags ...string) error {
	args := append([]string{"test", "-c", "-o", s.binary(kind)}, flags...)
	out, err := exec.CommandContext(ctx, "go", append(args, "./"+s.dir)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("compile the tests of %s: %w\n%s", s.dir, err, out)
	}
	help, _ := exec.CommandContext(ctx, s.binary(kind), "-h").CombinedOutput()
	// Long matrices take every seventh instant only.
	if s.flags = []string{"-test.short"}; bytes.Contains(help, []byte("-rapid.seed")) {
		s.flags = append(s.flags, "-rapid.seed=1", "-rapid.checks=30", "-rapid.nofailfile", "-rapid.shrinktime=1ms") // the same draws for each mutant
	}
	return nil
}

var testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(\w+ \*testing\.T\)`)

// hashes names every test, with what its record depends on: the examined package
// and the test's own file.
func (s *suite) hashes() (map[string]string, error) {
	product, err := filepath.Glob(filepath.Join(s.target, "*.go"))
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, name := range product {
		if !strings.HasSuffix(name, "_test.go") {
			text, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			parts = append(parts, string(text))
		}
	}
	of := digest(parts...)
	files, err := filepath.Glob(filepath.Join(s.dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for _, m := range testFunc.FindAllSubmatch(text, -1) {
			if string(m[1]) != "TestMain" {
				out[string(m[1])] = digest(of, string(text))
			}
		}
	}
	return out, nil
}

// record runs one test alone and keeps what it reached.
func (s *suite) record(ctx context.Context, name, hash string) (*test, error) {
	profile, err := filepath.Abs(filepath.Join(s.work, "cover.out"))
	if err != nil {
		return nil, err
	}
	started := time.Now()
	c := exec.CommandContext(ctx, s.binary("covering"), append([]string{"-test.run", "^" + name + "$", "-test.coverprofile", profile}, s.flags...)...)
	c.Dir = s.dir
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s fails without any mutant: %w\n%s", name, err, out)
	}
	t := &test{Hash: hash, Seconds: time.Since(started).Seconds()}
	s.tell("  %s: %.1f s\n", name, t.Seconds)
	text, err := os.ReadFile(profile)
	if err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if at, rest, ok := strings.Cut(lines.Text(), " "); ok && strings.HasSuffix(rest, " 1") {
			t.Blocks = append(t.Blocks, filepath.Base(at))
		}
	}
	return t, nil
}

func parseBlock(text string) block {
	var b block
	b.file, text, _ = strings.Cut(text, ":")
	n := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == ',' })
	for i, to := range []*int{&b.line, &b.col, &b.line2, &b.col2} {
		*to, _ = strconv.Atoi(n[i])
	}
	return b
}

func (b block) holds(m *mutant) bool {
	line, col := m.runs.Line, m.runs.Column
	after := line > b.line || line == b.line && col >= b.col
	before := line < b.line2 || line == b.line2 && col <= b.col2
	return b.file == filepath.Base(m.file) && after && before
}

// reaching lists the tests that run a mutant, the quickest first.
func (s *suite) reaching(m *mutant) []string {
	var out []string
	for name, t := range s.tests {
		if slices.ContainsFunc(t.reached, func(b block) bool { return b.holds(m) }) {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if d := s.tests[a].Seconds - s.tests[b].Seconds; d != 0 {
			return map[bool]int{true: -1, false: 1}[d < 0]
		}
		return strings.Compare(a, b)
	})
	return out
}

// firstBatch is for how long the first tests of a mutant run, in one process; those
// that follow run three times as long, and so on. Most mutants fall to the first,
// and a process for each test would take longer than the tests.
const firstBatch = 2.0

// try runs tests on a mutant: first the one that is likely to fail, if there is one
// (it may take all of the patience), then the quickest. It returns the first that
// fails, and those that passed within the patience.
func (s *suite) try(ctx context.Context, m *mutant, likely string, tests []string, patience time.Duration) (killer string, passed []string, err error) {
	if i := slices.Index(tests, likely); i >= 0 {
		killer, err := s.run(ctx, m, tests[i:i+1], s.tests[likely].Seconds)
		if killer != "" || err != nil {
			return killer, nil, err
		}
		tests, passed = slices.Delete(slices.Clone(tests), i, i+1), []string{likely}
	}
	spent, size := 0.0, firstBatch
	for ; len(tests) > 0; size *= 3 {
		n, seconds := 1, s.tests[tests[0]].Seconds
		for n < len(tests) && seconds+s.tests[tests[n]].Seconds < size {
			seconds += s.tests[tests[n]].Seconds
			n++
		}
		if spent += seconds; spent > patience.Seconds() && len(passed) > 0 {
			return "", passed, nil
		}
		killer, err := s.run(ctx, m, tests[:n], seconds)
		if killer != "" || err != nil {
			return killer, passed, err
		}
		passed, tests = append(passed, tests[:n]...), tests[n:]
	}
	return "", passed, nil
}

// atMost runs a program that may compute for so many seconds: what turns in a circle
// ends soon, and on a busy machine nothing else does.
const atMost = `ulimit -t "$1" && shift && exec "$0" "$@"`

// spun reports whether a program ended since it computed for too long.
func spun(e *exec.ExitError) bool {
	status, ok := e.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGXCPU || status.Signal() == syscall.SIGKILL)
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)

func (s *suite) run(ctx context.Context, m *mutant, tests []string, seconds float64) (killer string, err error) {
	// What a mutant that does not end has filled the disk with goes with it.
	scratch, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	limited, cancel := context.WithTimeout(ctx, time.Duration((5*seconds+20)*float64(time.Second)))
	defer cancel()
	args := slices.Concat([]string{"-c", atMost, s.binary("mutants"), strconv.Itoa(int(8*seconds) + 5)},
		[]string{"-test.failfast", "-test.run", "^(" + strings.Join(tests, "|") + ")$"}, s.flags)
	c := exec.CommandContext(limited, "sh", args...)
	c.Dir, c.Env, c.WaitDelay = s.dir, append(os.Environ(), "TMPDIR="+scratch, "SIGILFORM_MUTANT="+strconv.Itoa(m.number)), time.Second
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case limited.Err() != nil, errors.As(err, &exit) && spun(exit):
		return "does not end: " + tests[0], nil
	case err == nil:
		return "", nil
	case !errors.As(err, &exit):
		return "", err
	}
	if f := failed.FindSubmatch(out); f != nil {
		return string(f[1]), nil
	}
	return "panics: " + tests[0], nil
}

func save(file string, value any) error {
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
