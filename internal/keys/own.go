package keys

import (
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Own are the ranges of an object's keys, known ones and not, without those
// that the network writes all day: what is operational, rotated, or a stamp. A
// user's hold its devices, too; those with the UUIDs are known to be there, and
// have such keys themselves.
func (l Layout) Own(kind addr.Kind, id, parent string, devices ...string) []kv.Range {
	daily := l.daily(kind, id, parent)
	for _, device := range devices {
		daily = append(daily, l.daily(addr.Device, device, id)...)
	}
	slices.Sort(daily)
	var out []kv.Range
	for _, prefix := range l.Prefixes(kind, id, parent) {
		from := prefix
		for _, key := range daily {
			if strings.HasPrefix(key, prefix) {
				out = append(out, kv.Range{Key: from, End: key})
				from = key + "\x00"
			}
		}
		out = append(out, kv.Range{Key: from, End: kv.Below(prefix).End})
	}
	return out
}

// daily are the keys of an object that the network writes all day.
func (l Layout) daily(kind addr.Kind, id, parent string) []string {
	var out []string
	for _, f := range l.index(kind).fields {
		if f.Daily() && !f.Many() {
			out = append(out, l.base(f.Base, kind, id, parent)+f.Key)
		}
	}
	return out
}

// Daily reports whether the network writes a key of an object of a kind, or of
// a device below it, all day.
func (l Layout) Daily(kind addr.Kind, key string) bool {
	at, ok := l.Locate(key)
	if !ok {
		return false
	}
	if at.Space != Space(kind) {
		kind = at.Space
	}
	f, _, known := l.index(kind).find(at.base, at.path)
	return known && f.Daily()
}
