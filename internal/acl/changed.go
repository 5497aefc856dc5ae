package acl

import "github.com/sigilgate/sigilform/internal/kv"

// Changed says what a subject gains and loses, a sentence each, gains first:
// "core.ams may now write the status of entry.shop", "core.waw may no longer …".
// What another of the grants allows at both ends is neither gained nor lost.
func (w Words) Changed(subject string, from, to []Grant) []string {
	gained, lost := w.Phrases(gains(from, to)), w.Phrases(gains(to, from))
	out := make([]string, 0, len(gained)+len(lost))
	for _, p := range gained {
		out = append(out, subject+" may now "+p.Text)
	}
	for _, p := range lost {
		out = append(out, subject+" may no longer "+p.Text)
	}
	return out
}

// gains are the permissions that have something which others don't allow.
func gains(before, after []Grant) []Grant {
	had := map[kv.Access]area{kv.Read: newArea(before, kv.Read), kv.Write: newArea(before, kv.Write)}
	var out []Grant
	for _, g := range after {
		for _, access := range []kv.Access{kv.Read, kv.Write} {
			if had[access].covers(g.Range) {
				g.Access &^= access
			}
		}
		if g.Access != 0 {
			out = append(out, g)
		}
	}
	return out
}
