package kv

// Moved lists what keeps a guard from holding at the snapshot's revision, as a
// store would find it: nothing where it holds. The snapshot must have been
// taken of all that the guard is about. Guards of the kind Unnamed are about a
// transaction as a whole: [Referring] judges those, and makes what it needs of
// the kind Differs.
func (s *Snapshot) Moved(g Guard) []Moved {
	switch g.Kind {
	case Unmoved, Exists:
		e, _ := s.Get(g.Key)
		compared := e.ModRevision
		if g.Kind == Exists {
			compared = e.CreateRevision
		}
		if compared == g.Revision {
			return nil
		}
		return []Moved{{Guard: g, Key: g.Key, Found: e.ModRevision}}
	case Unnamed, Unheld, Differs:
		return nil
	case Empty, NotAfter, Unwritten:
	}
	var out []Moved
	for _, e := range s.Within(g.Range()) {
		if g.broken(e) {
			out = append(out, Moved{Guard: g, Key: e.Key, Found: e.ModRevision})
		}
	}
	return out
}

// broken reports whether an entry in the range of a guard keeps it from holding.
func (g Guard) broken(e Entry) bool {
	switch g.Kind {
	case NotAfter:
		return e.CreateRevision > g.Revision
	case Unwritten:
		return e.ModRevision > g.Revision
	case Unmoved, Exists, Empty, Unnamed, Unheld, Differs:
	}
	return g.Kind == Empty
}

// Covers reports whether the operation writes or removes the key.
func (o Op) Covers(key string) bool {
	switch o.Kind {
	case Put, Delete:
		return o.Key == key
	case DeletePrefix:
		return len(key) >= len(o.Key) && key[:len(o.Key)] == o.Key
	case DeleteRange:
		return key >= o.Key && key < o.End
	}
	return false
}
