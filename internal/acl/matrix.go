package acl

import (
	"cmp"
	"maps"
	"slices"
	"sort"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Cell counts how many ranges of a kind a user may read and write as a whole.
type Cell struct {
	Read  int `json:"read"`
	Write int `json:"write"`
	Of    int `json:"of"`
	// ReadsPart and WritesPart say that a part of another range is allowed too:
	// some members of a map.
	ReadsPart  bool `json:"reads_part,omitempty"`
	WritesPart bool `json:"writes_part,omitempty"`
}

// Row is one user, with a cell for each kind.
type Row struct {
	User  string
	Roles []string
	Cells []Cell
}

// Matrix answers for all users and kinds of data what [Can] answers for one
// user and one range. Its rows are sorted by user. It takes each user about as
// long as there are permissions of it, however many ranges the kinds have.
func Matrix(a *kv.Auth, all []Kind) []Row {
	s := newShelf(all)
	out := make([]Row, 0, len(a.Users))
	for _, user := range slices.Sorted(maps.Keys(a.Users)) {
		roles := a.Users[user]
		row := Row{User: user, Roles: roles}
		if !a.Enabled || slices.Contains(roles, kv.RootName) {
			row.Cells = s.everything()
		} else {
			row.Cells = s.cells(a, roles)
		}
		out = append(out, row)
	}
	return out
}

// shelf is all ranges of all kinds in order, with how many of each kind come
// before each: what lies between two of them is counted by a subtraction.
type shelf struct {
	ranges []kv.Range
	kinds  []int
	before [][]int
	width  int
}

func newShelf(kinds []Kind) *shelf {
	type placed struct {
		kv.Range
		kind int
	}
	var all []placed
	for i, k := range kinds {
		for _, r := range k.Ranges {
			all = append(all, placed{Range: r, kind: i})
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Or(a.Compare(b.Range), cmp.Compare(a.kind, b.kind)) })
	s := &shelf{width: len(kinds), before: [][]int{make([]int, len(kinds))}}
	for _, p := range all {
		s.ranges, s.kinds = append(s.ranges, p.Range), append(s.kinds, p.kind)
		next := slices.Clone(s.before[len(s.before)-1])
		next[p.kind]++
		s.before = append(s.before, next)
	}
	return s
}

// total is how many ranges of a kind there are.
func (s *shelf) total(kind int) int { return s.before[len(s.ranges)][kind] }

func (s *shelf) everything() []Cell {
	out := make([]Cell, s.width)
	for i := range out {
		n := s.total(i)
		out[i] = Cell{Read: n, Write: n, Of: n}
	}
	return out
}

func (s *shelf) cells(a *kv.Auth, roles []string) []Cell {
	var all []Grant
	for _, role := range roles {
		for r, access := range a.Roles[role] {
			all = append(all, Grant{Range: r, Access: access})
		}
	}
	read, write := s.count(newArea(all, kv.Read)), s.count(newArea(all, kv.Write))
	out := make([]Cell, s.width)
	for i := range out {
		out[i] = Cell{Read: read[i].whole, Write: write[i].whole, Of: s.total(i), ReadsPart: read[i].part, WritesPart: write[i].part}
	}
	return out
}

// share is how many ranges of a kind are covered, and whether a part of
// another one is.
type share struct {
	whole int
	part  bool
}

// count counts the ranges that an area covers, kind by kind.
func (s *shelf) count(a area) []share {
	out := make([]share, s.width)
	for _, r := range a {
		// from is the first range with a key at or after the start, to the first
		// one that begins after the end.
		from := sort.Search(len(s.ranges), func(i int) bool { return reach(s.ranges[i]) > r.Key })
		to := len(s.ranges)
		if r.End != kv.Beyond {
			to = sort.Search(len(s.ranges), func(i int) bool { return s.ranges[i].Key >= r.End })
		}
		if from < to && !r.Covers(whole(s.ranges[from])) {
			out[s.kinds[from]].part = true
			from++
		}
		if from < to && !r.Covers(whole(s.ranges[to-1])) {
			to--
			out[s.kinds[to]].part = true
		}
		s.sum(out, from, to)
	}
	return out
}

// sum adds what lies between two places.
func (s *shelf) sum(out []share, from, to int) {
	if from >= to {
		return
	}
	for kind := range out {
		out[kind].whole += s.before[to][kind] - s.before[from][kind]
	}
}

// whole is a range with its end spelled out.
func whole(r kv.Range) kv.Range { return kv.Range{Key: r.Key, End: reach(r)} }
