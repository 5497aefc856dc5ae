package render

import (
	"strings"
)

// memberSet is the changes of one set of an object.
type memberSet struct {
	name    string
	members []*FieldDocument
}

// sets splits fields into plain ones and sets, both in order.
func sets(fields []*FieldDocument) (single []*FieldDocument, many []memberSet) {
	at := map[string]int{}
	for _, f := range fields {
		set, _, ok := strings.Cut(f.Name, ".")
		if !f.Member || !ok {
			single = append(single, f)
			continue
		}
		i, known := at[set]
		if !known {
			i = len(many)
			at[set] = i
			many = append(many, memberSet{name: set})
		}
		many[i].members = append(many[i].members, f)
	}
	return single, many
}

// member is what a member names, as it is printed: an address where it is
// known. What others wrote can't pass for one.
func (p *page) member(f *FieldDocument) string {
	for _, v := range []*ValueDocument{f.New, f.Old, f.Last} {
		if v != nil && v.Address != "" {
			return p.address(v.Address)
		}
	}
	_, member, _ := strings.Cut(f.Name, ".")
	member = p.redact.text(member)
	if shown := spelt(member); shown != member || !likeAddress(member) {
		return shown
	}
	return `"` + member + `"`
}

func likeAddress(s string) bool {
	return strings.ContainsAny(s, ".[") && s[0] >= 'a' && s[0] <= 'z' && !strings.Contains(s, ":")
}

// change is one group of members to which the same happens for the same reason.
type memberChange struct {
	sign  string
	note  string
	names []string
}

// set is the line of a set: links: + core.waw, - 10.0.0.9.
func (p *page) set(s memberSet) string {
	var groups []memberChange
	for _, f := range s.members {
		sign, note := p.sign(f.action()), p.note(f)
		i := 0
		for i < len(groups) && (groups[i].sign != sign || groups[i].note != note) {
			i++
		}
		if i == len(groups) {
			groups = append(groups, memberChange{sign: sign, note: note})
		}
		groups[i].names = append(groups[i].names, p.member(f))
	}
	parts := make([]string, len(groups))
	for i, g := range groups {
		note := g.note
		if i+1 < len(groups) && groups[i+1].note == note {
			note = "" // said once, after the last of them
		}
		members := memberNames(g.names)
		for j := range members {
			members[j] = g.sign + " " + members[j]
		}
		if i > 0 && groups[i-1].note != g.note {
			parts[i] = "; "
		} else if i > 0 {
			parts[i] = ", "
		}
		parts[i] += strings.Join(members, ", ") + note
	}
	return p.name(s.name) + ": " + strings.Join(parts, "")
}

// members are names as they are printed: instances of one block in one pair of
// brackets.
func memberNames(all []string) []string {
	groups := groupAddresses(all)
	out := make([]string, len(groups))
	for i, g := range groups {
		out[i] = g.full()
	}
	return out
}
