package keys

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Location is what a key is about.
type Location struct {
	// Space is the kind of the object, [Node] for both kinds of nodes.
	Space addr.Kind
	ID    string
	// Parent is the user's id of a device; empty for a key of its route.
	Parent string
	base   schema.Base
	// path is what follows the object's prefix.
	path string
}

// Locate finds the object that a key belongs to. ok is false for a key that
// belongs to none: a counter, another program's, a stray one.
func (l Layout) Locate(key string) (Location, bool) {
	rest, ok := strings.CutPrefix(key, l.prefix)
	if !ok {
		return Location{}, false
	}
	c, rest, ok := l.collection(rest)
	if !ok {
		return Location{}, false
	}
	id, path, ok := cut(rest, c.parts)
	if !ok {
		return Location{}, false
	}
	at := Location{Space: c.space, ID: id, base: c.base, path: path}
	for _, k := range l.below {
		if k.Parent != c.space {
			continue
		}
		if below, ok := strings.CutPrefix(path, k.Path); ok {
			if id, path, ok := cut(below, 1); ok {
				return Location{Space: k.Name, ID: id, Parent: at.ID, path: path}, true
			}
		}
	}
	return at, true
}

// collection finds the known path of one or two parts that a key begins with.
func (l Layout) collection(key string) (c collection, rest string, ok bool) {
	i := strings.IndexByte(key, '/')
	if i < 0 {
		return collection{}, "", false
	}
	if c, ok = l.collections[key[:i]]; ok {
		return c, key[i+1:], true
	}
	j := strings.IndexByte(key[i+1:], '/')
	if j < 0 {
		return collection{}, "", false
	}
	c, ok = l.collections[key[:i+1+j]]
	return c, key[i+j+2:], ok
}

// cut parts an identity from what follows it, where neither has an empty part.
func cut(rest string, parts int) (id, path string, ok bool) {
	at := 0
	for range parts {
		i := strings.IndexByte(rest[at:], '/')
		if i <= 0 {
			return "", "", false
		}
		at += i + 1
	}
	if at == 0 || at == len(rest) {
		return "", "", false
	}
	return rest[:at-1], rest[at:], true
}
