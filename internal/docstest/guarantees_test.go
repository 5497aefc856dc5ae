package docstest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	named    = regexp.MustCompile("`(Test\\w+)(?:/[^`]*)?`")
	scripts  = regexp.MustCompile("scripts? ((?:`\\w+`(?:, | and )?)+)")
	quoted   = regexp.MustCompile("`(\\w+)`")
	declared = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

// TestGuaranteesNameTests: each promise names what holds it, and each test that
// the page names is there.
func TestGuaranteesNameTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "guarantees.md"))
	if err != nil {
		t.Fatal(err)
	}
	there, found := testsDeclared(t), named.FindAllStringSubmatch(string(text), -1)
	if len(found) < 100 {
		t.Fatalf("the page names only %d tests", len(found))
	}
	for _, m := range found {
		if !there[m[1]] {
			t.Errorf("there is no %s", m[1])
		}
	}
	for _, m := range scripts.FindAllStringSubmatch(string(text), -1) {
		for _, name := range quoted.FindAllStringSubmatch(m[1], -1) {
			if _, err := os.Stat(filepath.Join(root, "testdata", "script", name[1]+".txtar")); err != nil {
				t.Errorf("there is no script %s", name[1])
			}
		}
	}
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) == 4 && !strings.Contains(cells[2], "`") && cells[1] != " promise " && !strings.HasPrefix(cells[1], "---") &&
			!strings.Contains(cells[2], "the same") {
			t.Errorf("nothing holds:%s", cells[1])
		}
	}
}

// testsDeclared are the names of all tests of the repository.
func testsDeclared(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
				out[m[1]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}
