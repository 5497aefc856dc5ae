// Command mutants changes the code of packages, one small thing at a time, and
// runs the package's own tests on each: a change that they let pass is a survivor.
// The known ones stand in testdata/mutants/PACKAGE.txt with the reason why they
// are left; a new one fails, and one that is gone is told.
//
//	go run ./.ci/mutants [-update] PACKAGE…
//
// What gremlins found is kept in .tools/mutants, and used again until a file of
// the package changes: so a long run can be cut off between two packages.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	kept    = ".tools/mutants"
	known   = "testdata/mutants"
	unnamed = "TODO: kill it, or say why it is left"
	// outside is the reason for all that no test of the package itself runs.
	outside = "not run by the package's own tests, only by those of packages above it"
)

func main() {
	update := flag.Bool("update", false, "write the survivors anew, and keep their reasons")
	flag.Parse()
	failed := false
	for _, name := range flag.Args() {
		fresh, err := examine(name, *update)
		if err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		failed = failed || fresh
	}
	if failed {
		os.Exit(1)
	}
}

// examine compares the survivors of a package with the known ones.
func examine(name string, update bool) (fresh bool, err error) {
	dir, found := filepath.Join("internal", name), filepath.Join(kept, name+".json")
	if stale(found, dir) {
		if err := mutate(dir, found); err != nil {
			return false, err
		}
	}
	survivors, err := read(found, dir)
	if err != nil {
		return false, err
	}
	list := filepath.Join(known, name+".txt")
	reasons := map[string]string{}
	if text, err := os.ReadFile(list); err == nil {
		for line := range strings.Lines(string(text)) {
			if what, why, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t# "); ok {
				reasons[what] = why
			}
		}
	}
	if update {
		return false, write(list, survivors, reasons)
	}
	return compare(name, survivors, reasons), nil
}

// stale reports whether a file of the package changed since it was examined.
func stale(found, dir string) bool {
	info, err := os.Stat(found)
	if err != nil {
		return true
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	return slices.ContainsFunc(files, func(f string) bool {
		changed, err := os.Stat(f)
		return err != nil || changed.ModTime().After(info.ModTime())
	})
}

func mutate(dir, found string) error {
	if err := os.MkdirAll(kept, 0o755); err != nil {
		return err
	}
	// The whole tree is copied for the tests: not what was built in it.
	c := exec.Command(".ci/gremlins", "unleash", "./"+dir, "--output", found, "--workers", "1", "--timeout-coefficient", "10", "--invert-logical", "--invert-loopctrl")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("mutate %s: %w", dir, err)
	}
	return nil
}

// report is what gremlins writes.
type report struct {
	Files []struct {
		Name      string `json:"file_name"`
		Mutations []struct {
			Line   int    `json:"line"`
			Column int    `json:"column"`
			Type   string `json:"type"`
			Status string `json:"status"`
		} `json:"mutations"`
	} `json:"files"`
}

// read lists the survivors: by the text of their line and not its number, so
// that a change elsewhere in the file leaves them what they are.
func read(found, dir string) ([]string, error) {
	text, err := os.ReadFile(found)
	if err != nil {
		return nil, err
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", found, err)
	}
	var out []string
	for _, f := range r.Files {
		source, err := lines(filepath.Join(dir, filepath.Base(f.Name)))
		if err != nil {
			return nil, err
		}
		for _, m := range f.Mutations {
			if m.Status != "LIVED" && m.Status != "NOT COVERED" || m.Line > len(source) {
				continue
			}
			out = append(out, strings.Join([]string{filepath.Base(f.Name), m.Status, m.Type, fmt.Sprint(m.Column), strings.TrimSpace(source[m.Line-1])}, "\t"))
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func lines(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	for s := bufio.NewScanner(f); s.Scan(); {
		out = append(out, s.Text())
	}
	return out, nil
}

func write(list string, survivors []string, reasons map[string]string) error {
	if err := os.MkdirAll(known, 0o755); err != nil {
		return err
	}
	var b strings.Builder
	for _, s := range survivors {
		why, ok := reasons[s]
		switch {
		case ok:
		case strings.Contains(s, "\tNOT COVERED\t"):
			why = outside
		default:
			why = unnamed
		}
		b.WriteString(s + "\t# " + why + "\n")
	}
	return os.WriteFile(list, []byte(b.String()), 0o644)
}

// compare tells what is new, which fails, and what is gone.
func compare(name string, survivors []string, reasons map[string]string) (fresh bool) {
	for _, s := range survivors {
		if why, ok := reasons[s]; !ok || why == unnamed {
			fmt.Printf("%s: survives without a reason: %s\n", name, s)
			fresh = true
		}
	}
	for s := range reasons {
		if !slices.Contains(survivors, s) {
			fmt.Printf("%s: is gone, take it out of %s/%s.txt: %s\n", name, known, name, s)
		}
	}
	fmt.Printf("%s: %d survivors, %d known\n", name, len(survivors), len(reasons))
	return fresh
}
