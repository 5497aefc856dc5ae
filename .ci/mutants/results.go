package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// results is what is known of mutants, kept in a file.
type results struct {
	file  string
	all   map[string]*result
	saved time.Time
}

// saveEvery is how much a run that is cut off may lose.
const saveEvery = 5 * time.Second

// result is what is known of one mutant. It holds as long as the function is what
// it was.
type result struct {
	Hash    string `json:"hash"`
	Killer  string `json:"killer,omitempty"`
	Reached bool   `json:"reached"`
	// Passed are the tests that let it pass, by the hash of what they are.
	Passed map[string]string `json:"passed,omitempty"`
}

func open(file string) (*results, error) {
	r := &results{file: file, all: map[string]*result{}}
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &r.all); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

func (r *results) of(m *mutant) *result {
	if known := r.all[m.id]; known != nil && known.Hash == m.hash {
		if known.Passed == nil {
			known.Passed = map[string]string{}
		}
		return known
	}
	return &result{Hash: m.hash, Passed: map[string]string{}}
}

// unasked are the tests that say nothing yet about a mutant.
func (r *results) unasked(m *mutant, s *suite, tests []string) []string {
	known := r.of(m)
	var out []string
	for _, t := range tests {
		if known.Passed[s.name(t)] != s.tests[t].Hash {
			out = append(out, t)
		}
	}
	return out
}

func (s *suite) name(test string) string { return filepath.Base(s.dir) + "." + test }

func (r *results) add(m *mutant, s *suite, killer string, passed []string, reached bool) error {
	known := r.of(m)
	known.Reached = known.Reached || reached
	if killer != "" {
		known.Killer, known.Passed = s.name(killer), nil
		s.tell("  %d %s:%d %s\n", m.number, m.file, m.line, known.Killer)
	} else if len(passed) > 0 {
		for _, t := range passed {
			known.Passed[s.name(t)] = s.tests[t].Hash
		}
		s.tell("  %d %s:%d survives %d tests\n", m.number, m.file, m.line, len(passed))
	}
	if r.all[m.id] == known && killer == "" && len(passed) == 0 {
		return nil
	}
	r.all[m.id] = known
	if time.Since(r.saved) < saveEvery {
		return nil
	}
	return r.save()
}

func (r *results) save() error {
	r.saved = time.Now()
	return save(r.file, r.all)
}
