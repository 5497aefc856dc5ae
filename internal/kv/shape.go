package kv

import "math"

// Shape is how a transaction is spread over levels. Each level may hold as
// many entries as the level above it left of the store's limit.
type Shape struct {
	// Depth is the number of levels; 1 is a flat transaction.
	Depth int
	// Width is the number of entries of a level above the leaves, Leaf the
	// number of guards, and of writes, of a leaf.
	Width, Leaf int
}

// Capacity is how many guards, and how many writes, a shape holds.
func (s Shape) Capacity() int {
	out := s.Leaf
	for range s.Depth - 1 {
		if out > math.MaxInt32/max(s.Width, 1) {
			return math.MaxInt32
		}
		out *= s.Width
	}
	return out
}

// ShapeFor is the shallowest shape that holds n guards and n writes; ok is
// false where none does.
func ShapeFor(n, limit int) (s Shape, ok bool) {
	for depth := 1; depth <= limit; depth++ {
		width := limit / depth
		s = Shape{Depth: depth, Width: width, Leaf: limit - width*(depth-1)}
		if s.Capacity() >= n {
			return s, true
		}
		if s.Width < 2 {
			break
		}
	}
	return Shape{}, false
}

// MostEntries is how many guards, and how many writes, the largest shape holds.
func MostEntries(limit int) int {
	most := 0
	for depth := 1; depth <= limit; depth++ {
		width := limit / depth
		most = max(most, Shape{Depth: depth, Width: width, Leaf: limit - width*(depth-1)}.Capacity())
		if width < 2 {
			break
		}
	}
	return most
}
