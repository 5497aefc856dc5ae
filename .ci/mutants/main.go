// Command mutants changes the code of packages, one small thing at a time, and
// runs the tests that reach it: a change that they let pass is a survivor. The
// known ones stand in testdata/mutants/PACKAGE.txt with the reason why they are
// left; a new one fails, and one that is gone is told.
//
//	go run ./.ci/mutants [-update] [-only REGEXP] [-by PACKAGE,…] [-patience 1m] PACKAGE…
//
// All mutants of a package are built into one program, in which an environment
// variable switches one of them on: a mutant costs its tests and no build. What was
// found is kept in .tools/mutants, mutant by mutant: a run that is cut off goes on
// where it was.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

const kept = ".tools/mutants"

// above are the packages whose tests are asked after a package's own, by turns.
func above(name string) []string {
	return map[string][]string{
		"kv":    {"keys", "state", "acl", "plan", "etcd", "apply"},
		"keys":  {"state", "acl", "plan", "engine"},
		"state": {"plan", "apply"},
		"acl":   {"plan", "apply"},
		"plan":  {"apply", "engine"},
		"apply": {"etcd", "engine"},
	}[name]
}

func main() {
	o := options{tell: func(format string, args ...any) { _, _ = fmt.Fprintf(os.Stdout, format, args...) }}
	flag.BoolVar(&o.update, "update", false, "write the survivors anew, and keep their reasons")
	flag.DurationVar(&o.patience, "patience", time.Minute, "how long the tests of one mutant may take, of each package")
	only := flag.String("only", "", "only these mutants: a regular expression of file, function, operator and line, between tabs; without it, those of the files that the list names")
	by := flag.String("by", "", "ask the tests of these packages only, e.g. kv,plan")
	flag.Parse()
	o.only = regexp.MustCompile(*only)
	if *by != "" {
		o.by = strings.Split(*by, ",")
	}
	fail := false
	for _, name := range flag.Args() {
		fresh, err := examine(context.Background(), name, o)
		if err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		fail = fail || fresh
	}
	if fail {
		os.Exit(1)
	}
}

type options struct {
	update   bool
	patience time.Duration
	only     *regexp.Regexp
	by       []string
	tell     teller
}

// teller prints what happens, a line at a time.
type teller func(format string, args ...any)

// examine finds the survivors of a package, and compares them with the known ones.
func examine(ctx context.Context, name string, o options) (fresh bool, err error) {
	dir, work := filepath.Join("internal", name), filepath.Join(kept, name)
	if err := os.MkdirAll(work, 0o755); err != nil {
		return false, err
	}
	sources, all, err := collect(dir)
	if err != nil {
		return false, err
	}
	file, dropped, err := overlay(ctx, dir, work, sources)
	if err != nil {
		return false, err
	}
	r, err := open(filepath.Join(work, "results.json"))
	if err != nil {
		return false, err
	}
	var mutants []*mutant
	for _, m := range all {
		if !dropped[m.number] && o.only.MatchString(m.id) {
			mutants = append(mutants, m)
		}
	}
	if o.only.String() == "" {
		mutants = listed(name, mutants)
	}
	o.tell("%s: %d mutants, and %d that do not compile\n", name, len(mutants), len(dropped))
	tested := o.by
	if tested == nil {
		tested = append([]string{name}, above(name)...)
	}
	reasons := reasonsOf(name)
	for _, t := range tested {
		// Who is named is asked by the package's own tests only.
		named := func(m *mutant) bool { return t != name && reasons[m.id] != "" && reasons[m.id] != unnamed }
		asked := slices.DeleteFunc(slices.Clone(mutants), named)
		if err := round(ctx, filepath.Join("internal", t), dir, work, file, asked, r, o); err != nil {
			return false, err
		}
	}
	return report(name, mutants, r, o)
}

// round runs the tests of one package on the mutants that are still alive.
func round(ctx context.Context, tests, dir, work, overlay string, mutants []*mutant, r *results, o options) error {
	var left []*mutant
	for _, m := range mutants {
		if r.of(m).Killer == "" {
			left = append(left, m)
		}
	}
	if len(left) == 0 {
		return nil
	}
	o.tell("%s: %d mutants\n", tests, len(left))
	s, err := prepare(ctx, tests, dir, work, o.tell)
	if err != nil {
		return err
	}
	if err := s.compile(ctx, "mutants", "-overlay", overlay, "-gcflags=github.com/sigilgate/sigilform/"+dir+"=-N -l", "-ldflags=-w"); err != nil {
		return err
	}
	like := alike(mutants, r)
	for _, m := range left {
		reaching := s.reaching(m)
		ask := r.unasked(m, s, reaching)
		killer, passed, err := s.try(ctx, m, like.killer(m, s, ask), ask, o.patience)
		if err != nil {
			return err
		}
		if err := r.add(m, s, killer, passed, len(reaching) > 0); err != nil {
			return err
		}
		like.count(m, r)
	}
	return r.save()
}
