package plan

import (
	"fmt"
	"slices"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// refuse makes a conflict of each holding that the plan takes and another
// object has too. What the network has twice already is not this plan's.
func (c *claims) refuse(held []holding) {
	for i := range held {
		if !held[i].taken {
			continue
		}
		for j := range held {
			if j != i && !held[i].sameObject(&held[j]) && (j > i || !held[j].taken) {
				c.m.conflict(c.m.claimedTwice(&held[i], &held[j]))
			}
		}
	}
}

// claimedTwice says who has what the plan would give to another, and where.
func (m *maker) claimedTwice(taker, has *holding) Conflict {
	value := taker.Value
	if m.secretClaim(taker) || m.secretClaim(has) {
		value = "(sensitive)"
	} else if taker.Holder.Field.Check.Free() {
		value = fmt.Sprintf("%q", taker.Value)
	}
	e := m.entry(has.Keys[0])
	detail := fmt.Sprintf("A %s is unique in %s. %s has it (revision %d), and this plan would write it for %s, too. ",
		taker.Noun, m.placeOf(taker), has.Keys[0], e.ModRevision, taker.Keys[0])
	return Conflict{
		Address: taker.want.Addr.String(),
		Summary: fmt.Sprintf("The %s %s belongs to %s already", taker.Noun, value+taker.among(), m.who(has)),
		Detail:  detail + m.whose(has),
		Hint:    m.hint(has),
	}
}

// among says of what is unique within another field's value within which.
func (h *holding) among() string {
	if h.Holder.Within == nil {
		return ""
	}
	return " in the " + h.Holder.Within.Name + " " + h.Within
}

// placeOf names what a value is unique in.
func (m *maker) placeOf(h *holding) string {
	switch {
	case h.Holder.Within != nil:
		return "its " + h.Holder.Within.Name
	case h.Holder.Field.Unique.Below:
		return "its " + string(m.layout.Catalogue().Kind(h.Holder.Kind).Parent)
	}
	return "the network"
}

// who names the object as a reader knows it.
func (m *maker) who(h *holding) string {
	switch {
	case h.parent != "":
		return fmt.Sprintf("a %s of %s %s", h.space, m.layout.Catalogue().Kind(h.space).Parent, h.parent)
	case h.live != nil:
		return string(h.live.Kind) + " " + h.id
	}
	return string(h.want.Kind) + " " + h.id
}

// whose says why the plan does not take the value away there.
func (m *maker) whose(h *holding) string {
	switch {
	case h.want == nil:
		return "That object was created by someone else, and no file declares it."
	case keys.Ignored(h.want.Ignore, h.Holder.Field.Name):
		return fmt.Sprintf("That is %s, where ignore_changes leaves it alone.", h.want.Addr)
	}
	return fmt.Sprintf("That is %s, which keeps it: its file names no other.", h.want.Addr)
}

func (m *maker) hint(h *holding) string {
	noun := h.Noun
	switch {
	case h.want != nil:
		return fmt.Sprintf("Give %s another %s in its file, or choose another here.", h.want.Addr, noun)
	case h.space == addr.User && m.in.Adopt:
		return fmt.Sprintf("Adopt that user with id = %s, or choose another %s.", h.id, noun)
	case h.space == addr.User:
		return fmt.Sprintf("Adopt that user with id = %s or --adopt, or choose another %s.", h.id, noun)
	case h.parent != "":
		return fmt.Sprintf("Declare the %s below that %s, or give this one another %s.", h.space, m.layout.Catalogue().Kind(h.space).Parent, noun)
	}
	return fmt.Sprintf("Choose another %s, or take it away there first: declare that %s here, or delete it.", noun, h.space)
}

// secretClaim reports whether a claim's value must not be shown: its field is
// sensitive, or was applied as such, or stands masked.
func (m *maker) secretClaim(h *holding) bool {
	if m.masked() && (state.LooksMasked(h.Value) || h.live != nil && m.standsMasked(h)) {
		return true
	}
	if h.want != nil {
		for i := range h.want.Fields {
			if f := &h.want.Fields[i]; f.Name == h.Holder.Field.Name && f.Sensitive {
				return true
			}
		}
		return m.in.State.Records[state.ID{Kind: h.want.Kind, ID: h.id}].Hides(h.Holder.Field.Name)
	}
	return slices.ContainsFunc(h.Keys, func(key string) bool { return m.in.State.ReleasedDigest(m.layout, key) != "" })
}

// standsMasked reports whether a key of the claim is masked in the snapshot.
func (m *maker) standsMasked(h *holding) bool {
	for _, key := range h.Keys {
		if value, _ := m.current(key); state.LooksMasked(value) {
			return true
		}
	}
	return false
}

// handOver notes which keys give up what others take: a reader must not see it
// at both.
func (c *claims) handOver(after, before []holding) {
	touched := func(h *holding) string { return firstKey(h.Keys, c.m.data.touches) }
	for i := range after {
		to := firstKey(after[i].Keys, c.m.data.putsTo)
		for j := range before {
			if from := touched(&before[j]); from != "" && to != "" && !after[i].sameObject(&before[j]) {
				c.m.plan.Handovers = append(c.m.plan.Handovers, Handover{From: from, To: to})
			}
		}
	}
}

func firstKey(of []string, fits func(string) bool) string {
	for _, key := range of {
		if fits(key) {
			return key
		}
	}
	return ""
}

// Handover is a value that must be unique and moves: the write at From gives it
// up, the write at To takes it. In an apply of several transactions both are
// seen at one revision, or there is one at which nobody has it; see
// [Plan.Sequence].
type Handover struct {
	From string `json:"from"`
	To   string `json:"to"`
}
