package kv

// Moved lists what keeps a guard from holding at the snapshot's revision, as a
// store would find it: nothing where it holds. The snapshot must have been
// taken of all that the guard is about.
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
	case Empty, NotAfter:
	}
	var out []Moved
	for _, e := range s.Under(g.Key) {
		if g.Kind == Empty || e.CreateRevision > g.Revision {
			out = append(out, Moved{Guard: g, Key: e.Key, Found: e.ModRevision})
		}
	}
	return out
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
