package kv

import (
	"maps"
	"slices"
	"strings"
)

// Referring are the Unnamed guards of a transaction, ready to be judged all at
// once: however many there are, a key is looked at once for each form.
type Referring struct {
	forms []form
	own   func(key string) bool
}

// form is what guards of one form look for.
type form struct {
	Guard
	byName map[string]Guard
}

// Referring takes the Unnamed guards of the transaction.
func (t Txn) Referring() *Referring { return ReferringOf(t.Guards, t.Ops, t.Spared...) }

// ReferringOf takes the Unnamed ones of the guards of a transaction with the
// operations. What the operations write or remove themselves is not looked at,
// nor is what is spared.
func ReferringOf(guards []Guard, ops []Op, spared ...string) *Referring {
	out := &Referring{own: covered(ops, spared)}
	type key struct {
		kind                      GuardKind
		key, form, beside, within string
	}
	at := map[key]int{}
	for _, g := range guards {
		if !g.Looks() {
			continue
		}
		k := key{g.Kind, g.Key, g.Form, g.Beside, g.Within}
		i, ok := at[k]
		if !ok {
			i = len(out.forms)
			at[k] = i
			out.forms = append(out.forms, form{Guard: g, byName: map[string]Guard{}})
		}
		out.forms[i].byName[g.Value] = g
	}
	return out
}

// None reports whether there are no such guards.
func (r *Referring) None() bool { return len(r.forms) == 0 }

// Prefixes are where all keys lie that the guards are about: sorted, none below
// another.
func (r *Referring) Prefixes() []string {
	var all []string
	for _, f := range r.forms {
		for _, g := range f.byName {
			all = append(all, g.Range().Key)
		}
	}
	slices.Sort(all)
	var out []string
	for _, next := range all {
		if n := len(out); n == 0 || !strings.HasPrefix(next, out[n-1]) {
			out = append(out, next)
		}
	}
	return out
}

// Moved lists the entries that keep a guard from holding.
func (r *Referring) Moved(s *Snapshot) []Moved {
	var out []Moved
	for _, prefix := range r.Prefixes() {
		for _, e := range s.Under(prefix) {
			out = r.judge(out, e, s)
		}
	}
	return out
}

func (r *Referring) judge(out []Moved, e Entry, s *Snapshot) []Moved {
	for _, f := range r.forms {
		name, ok := f.Names(e.Key, e.Value)
		if !ok {
			continue
		}
		if g, ok := f.byName[name]; ok && !r.own(e.Key) && r.beside(g, e, s) {
			out = append(out, Moved{Guard: g, Key: e.Key, Found: e.ModRevision})
		}
	}
	return out
}

// beside reports whether an entry has beside it what a guard asks for. What the
// operations write there themselves is not so afterwards.
func (r *Referring) beside(g Guard, e Entry, s *Snapshot) bool {
	if g.Beside == "" {
		return true
	}
	key := g.sibling(e.Key)
	other, ok := s.Get(key)
	return ok && other.Value == g.Within && !r.own(key)
}

// covered tells which keys operations write or remove, or are spared.
func covered(ops []Op, spared []string) func(key string) bool {
	keys, prefixes := map[string]bool{}, map[string]bool{}
	for _, key := range spared {
		keys[key] = true
	}
	for _, op := range ops {
		switch op.Kind {
		case Put, Delete:
			keys[op.Key] = true
		case DeletePrefix:
			prefixes[op.Key] = true
		case DeleteRange:
		}
	}
	return func(key string) bool {
		if keys[key] {
			return true
		}
		for i := range len(key) {
			if prefixes[key[:i+1]] {
				return true
			}
		}
		return false
	}
}

// mostNames is how many names are looked for one by one in a range: each costs
// the store a walk through it.
const mostNames = 8

// Watched are the guards that, put in the place of the Unnamed ones, hold as
// long as nothing has moved since the snapshot that could break those. They may
// be broken where nothing is named: then a newer snapshot tells.
//
// A key that names by its own text was created. Of keys whose value names,
// those that are there are watched one by one, as far as they are no more than
// most; else no value in the range may be the name; and where there are many
// names, nothing in the range may change.
func (r *Referring) Watched(s *Snapshot, most int) []Guard {
	seen := map[Guard]bool{}
	for _, f := range r.forms {
		for _, g := range append(r.watch(f, s, most-len(seen)), r.siblings(f, s)...) {
			seen[g] = true
		}
	}
	return slices.DeleteFunc(slices.SortedFunc(maps.Keys(seen), Guard.Compare), func(g Guard) bool {
		return g.Kind == NotAfter && watchedAnyway(g, seen)
	})
}

// siblings guard what lies beside the keys that have a name already: it may come
// to be what the guard asks for.
func (r *Referring) siblings(f form, s *Snapshot) (out []Guard) {
	if f.Beside == "" {
		return nil
	}
	for _, e := range s.Under(f.Key) {
		name, of := f.Names(e.Key, e.Value)
		if _, asked := f.byName[name]; !of || !asked || r.own(e.Key) {
			continue
		}
		other, _ := s.Get(f.sibling(e.Key))
		out = append(out, Guard{Kind: Unmoved, Key: f.sibling(e.Key), Revision: other.ModRevision})
	}
	return out
}

// watch are the guards for one form.
func (r *Referring) watch(f form, s *Snapshot, most int) []Guard {
	var out []Guard
	few := true
	if !f.namesByKey() {
		out, few = r.points(f, s, most)
	}
	for _, g := range f.byName {
		span := g.Range()
		if few {
			out = append(out, Guard{Kind: NotAfter, Key: span.Key, Revision: s.Revision})
			continue
		}
		differing, ok := differs(g, s, most)
		if !ok || len(f.byName) > mostNames {
			return []Guard{{Kind: Unwritten, Key: f.Key, End: Below(f.Key).End, Revision: s.Revision}}
		}
		out = append(out, differing...)
	}
	return out
}

// differs guards that no value in the range of a guard is the name, but for
// what has that value and names nothing, or is the transaction's own. Ranges
// between such are the more, the more there are; ok is false for too many.
func differs(g Guard, s *Snapshot, most int) (out []Guard, ok bool) {
	span := g.Range()
	from := span.Key
	cut := func(to string) {
		if to <= from {
			return
		}
		next := Guard{Kind: Differs, Key: from, End: to, Value: g.Value}
		if len(s.Within(next.Range())) == 0 {
			next = Guard{Kind: Unwritten, Key: from, End: to, Revision: s.Revision}
		}
		out = append(out, next)
	}
	for _, e := range s.Within(span) {
		if e.Value != g.Value {
			continue
		}
		if len(out) >= most {
			return nil, false
		}
		cut(e.Key)
		from = e.Key + "\x00"
	}
	cut(span.End)
	return out, true
}

// watchedAnyway reports whether another guard watches all that a NotAfter does.
func watchedAnyway(g Guard, seen map[Guard]bool) bool {
	for i := range len(g.Key) {
		wider := Below(g.Key[:i+1])
		if seen[Guard{Kind: Unwritten, Key: wider.Key, End: wider.End, Revision: g.Revision}] ||
			i+1 < len(g.Key) && seen[Guard{Kind: NotAfter, Key: wider.Key, Revision: g.Revision}] {
			return true
		}
	}
	return false
}

// namesByKey reports whether keys of the form name by their own text.
func (f form) namesByKey() bool { return slices.Contains(strings.Split(f.Form, "/"), NamePart) }

// points guards each key of a form by itself; ok is false where there are more
// than most.
func (r *Referring) points(f form, s *Snapshot, most int) (out []Guard, ok bool) {
	for _, e := range s.Under(f.Key) {
		if _, of := f.Names(e.Key, e.Value); !of || r.own(e.Key) {
			continue
		}
		if len(out) >= most {
			return nil, false
		}
		out = append(out, Guard{Kind: Unmoved, Key: e.Key, Revision: e.ModRevision})
	}
	return out, true
}
