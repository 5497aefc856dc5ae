package plan

import "container/heap"

// components finds the groups of units that may not come after each other
// (Tarjan's strongly connected components, without recursion: a network may be
// one long chain).
func components(units []*unit, next map[*unit][]*unit) [][]*unit {
	c := &connector{next: next, order: map[*unit]int{}, low: map[*unit]int{}, onStack: map[*unit]bool{}}
	for _, u := range units {
		if c.order[u] == 0 {
			c.visit(u)
		}
	}
	return c.groups
}

type connector struct {
	next       map[*unit][]*unit
	order, low map[*unit]int
	onStack    map[*unit]bool
	stack      []*unit
	groups     [][]*unit
}

// frame is a unit on the way, with how many of its edges were followed.
type frame struct {
	u *unit
	i int
}

func (c *connector) visit(root *unit) {
	path := []frame{c.enter(root)}
	for len(path) > 0 {
		f := &path[len(path)-1]
		if edges := c.next[f.u]; f.i < len(edges) {
			v := edges[f.i]
			f.i++
			if c.order[v] == 0 {
				path = append(path, c.enter(v))
			} else if c.onStack[v] {
				c.low[f.u] = min(c.low[f.u], c.order[v])
			}
			continue
		}
		u := f.u
		path = path[:len(path)-1]
		if len(path) > 0 {
			above := path[len(path)-1].u
			c.low[above] = min(c.low[above], c.low[u])
		}
		if c.low[u] == c.order[u] {
			c.take(u)
		}
	}
}

func (c *connector) enter(u *unit) frame {
	n := len(c.order) + 1
	c.order[u], c.low[u], c.onStack[u] = n, n, true
	c.stack = append(c.stack, u)
	return frame{u: u}
}

// take makes a group of what lies on the stack down to a unit.
func (c *connector) take(u *unit) {
	var group []*unit
	for {
		top := c.stack[len(c.stack)-1]
		c.stack = c.stack[:len(c.stack)-1]
		c.onStack[top] = false
		group = append(group, top)
		if top == u {
			break
		}
	}
	c.groups = append(c.groups, group)
}

// inOrder lists the units that have joined no other: none before those that
// must come before it, else by their turns.
func (s *sequencer) inOrder() []*unit {
	waits := map[*unit]int{}
	var ready turns
	units := s.list()
	for _, u := range units {
		for _, v := range u.next {
			if v.root() != u {
				waits[v.root()]++
			}
		}
	}
	for _, u := range units {
		if u.into == nil && waits[u] == 0 {
			heap.Push(&ready, u)
		}
	}
	out := make([]*unit, 0, len(units))
	done := map[*unit]bool{}
	for _, first := range units {
		// What is left where none may come next is parted from a unit that was too
		// large: the first one goes on.
		if ready.Len() == 0 && first.into == nil && !done[first] {
			heap.Push(&ready, first)
		}
		out = append(out, ready.drain(waits, done)...)
	}
	return out
}

// drain takes out what may come next, and what may come then.
func (t *turns) drain(waits map[*unit]int, done map[*unit]bool) []*unit {
	var out []*unit
	for t.Len() > 0 {
		u, _ := heap.Pop(t).(*unit)
		done[u] = true
		out = append(out, u)
		for _, v := range u.next {
			v = v.root()
			if v == u || done[v] {
				continue
			}
			if waits[v]--; waits[v] == 0 {
				heap.Push(t, v)
			}
		}
	}
	return out
}

// turns are the units that may come next, the first one on top.
type turns []*unit

func (t turns) Len() int           { return len(t) }
func (t turns) Less(i, j int) bool { return compareUnits(t[i], t[j]) < 0 }
func (t turns) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }

// Push adds a unit; see [heap.Interface].
func (t *turns) Push(x any) {
	if u, ok := x.(*unit); ok {
		*t = append(*t, u)
	}
}

// Pop takes the last unit; see [heap.Interface].
func (t *turns) Pop() any {
	old := *t
	u := old[len(old)-1]
	*t = old[:len(old)-1]
	return u
}
