package crash_test

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

const claiming = "claim"

// claimed takes what a run is about to give to an object, and what only one may
// have, for another one: whoever comes first has it.
func (i *idea) claimed() []kv.Op {
	give := i.aim.gives[i.IntN(len(i.aim.gives))]
	p := strings.Split(strings.TrimPrefix(give.Key, prefix), "/")
	switch field := p[len(p)-1]; {
	case field == "device" && len(p) == 5:
		return i.placed(p[3])
	case field == "username" && len(p) == 3:
		return i.named(p[1], give.Value)
	case len(p) != 3 || p[0] != "nodes":
		return nil
	case field == "domain":
		return i.holds(i.below("nodes/", "/role", ""), p[1], field, give.Value)
	case field == "uuid":
		return i.holds(i.below("nodes/", "/role", "core"), p[1], field, give.Value)
	default:
		cell := i.now[prefix+"nodes/"+p[1]+"/cell_domain"]
		return i.holds(slices.DeleteFunc(i.below("nodes/", "/node_number", ""), func(n string) bool { return i.now[prefix+"nodes/"+n+"/cell_domain"] != cell }), p[1], field, give.Value)
	}
}

// holds gives a value to one of the nodes, but not to that which is to have it.
func (i *idea) holds(nodes []string, not, field, value string) []kv.Op {
	n, ok := i.one(nodes)
	if !ok || n == not {
		return nil
	}
	return []kv.Op{put("nodes/"+n+"/"+field, value)}
}

// named gives the name that a user is to have to another one.
func (i *idea) named(not, name string) []kv.Op {
	u, ok := i.aUser()
	if !ok || u == not {
		return nil
	}
	return []kv.Op{put("users/"+u+"/username", name)}
}
