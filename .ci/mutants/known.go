package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	known   = "testdata/mutants"
	unnamed = "TODO: kill it, or say why it is left"
	// files begins the first line of a list that does not hold all of its package: it
	// names the files that it holds, and only they are examined unless others are
	// asked for.
	files = "files: "
)

func listOf(name string) string { return filepath.Join(known, name+".txt") }

// reasonsOf are the reasons of the known survivors.
func reasonsOf(name string) map[string]string {
	out := map[string]string{}
	text, err := os.ReadFile(listOf(name))
	if err != nil {
		return out // none is known yet
	}
	for line := range strings.Lines(string(text)) {
		if id, why, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t# "); ok {
			out[id] = why
		}
	}
	return out
}

// filesOf are the files that the list of a package holds, nil for all.
func filesOf(name string) []string {
	text, _ := os.ReadFile(listOf(name)) // none is known yet
	first, _, _ := strings.Cut(string(text), "\n")
	if list, ok := strings.CutPrefix(first, files); ok {
		return strings.Fields(list)
	}
	return nil
}

// listed takes the mutants of other files out, where a list names its own.
func listed(name string, mutants []*mutant) []*mutant {
	own := filesOf(name)
	if own == nil {
		return mutants
	}
	return slices.DeleteFunc(mutants, func(m *mutant) bool { return !slices.Contains(own, filepath.Base(m.file)) })
}

// report compares the survivors of a package with the known ones: what is new
// fails, what is gone is told.
func report(name string, mutants []*mutant, r *results, o options) (fresh bool, err error) {
	list, reasons := listOf(name), reasonsOf(name)
	survivors := map[string]bool{}
	for _, m := range mutants {
		if r.of(m).Killer == "" {
			survivors[m.id] = true
		}
	}
	o.tell("%s: %d mutants, %d survive, %d are known\n", name, len(mutants), len(survivors), len(reasons))
	if o.update {
		return false, write(name, survivors, reasons, o)
	}
	for _, m := range mutants {
		if why, ok := reasons[m.id]; survivors[m.id] && (!ok || why == unnamed) {
			o.tell("%s:%d: survives without a reason (reached: %v): %s\n", m.file, m.line, r.of(m).Reached, m.id)
			fresh = true
		}
	}
	for id := range reasons {
		if !survivors[id] && o.only.MatchString(id) {
			o.tell("%s: is gone, take it out: %s\n", list, id)
		}
	}
	return fresh, nil
}

func write(name string, survivors map[string]bool, reasons map[string]string, o options) error {
	if err := os.MkdirAll(known, 0o755); err != nil {
		return err
	}
	var lines []string
	for id := range survivors {
		why, ok := reasons[id]
		if !ok {
			why = unnamed
		}
		lines = append(lines, id+"\t# "+why+"\n")
	}
	for id, why := range reasons {
		if !o.only.MatchString(id) {
			lines = append(lines, id+"\t# "+why+"\n")
		}
	}
	slices.Sort(lines)
	if own := filesOf(name); own != nil {
		lines = slices.Insert(lines, 0, files+strings.Join(own, " ")+"\n")
	}
	return os.WriteFile(listOf(name), []byte(strings.Join(lines, "")), 0o644)
}
