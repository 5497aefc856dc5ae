package main

// kills counts which tests killed the mutants of a function and of a file: who
// killed one is likely to kill the next.
type kills map[string]map[string]int

func alike(mutants []*mutant, r *results) kills {
	k := kills{}
	for _, m := range mutants {
		k.count(m, r)
	}
	return k
}

func (k kills) count(m *mutant, r *results) {
	killer := r.of(m).Killer
	if killer == "" {
		return
	}
	for _, of := range []string{m.file, m.file + " " + m.name} {
		if k[of] == nil {
			k[of] = map[string]int{}
		}
		k[of][killer]++
	}
}

// killer is the test that killed most of the same function, else of the same file;
// empty where none did.
func (k kills) killer(m *mutant, s *suite, tests []string) string {
	best, most := "", 0
	for _, t := range tests {
		if n := k[m.file][s.name(t)] + 1000*k[m.file+" "+m.name][s.name(t)]; n > most {
			best, most = t, n
		}
	}
	return best
}
