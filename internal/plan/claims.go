package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// holding is what one object holds of what is unique.
type holding struct {
	keys.Held
	space      addr.Kind
	id, parent string
	// want is the wanted object, live the live one; one of them may be nil.
	want *keys.Object
	live *keys.Live
	// taken says that it comes with this plan: a key of it is written, or the
	// object becomes ours.
	taken bool
}

func (h *holding) sameObject(o *holding) bool {
	return h.space == o.space && h.id == o.id && h.parent == o.parent
}

// claims compares what must be unique with the whole network: as it will be
// after the plan, whoever wrote it, and as it is.
type claims struct {
	m *maker
	// after are the holdings of each claim that the plan takes, before those that
	// the network has of these claims now.
	after, before map[keys.Claim][]holding
	// taken are the values that are taken, by noun: what stands masked in a
	// snapshot can be found among them.
	taken map[string][]string
}

// checkClaims refuses what would be twice in the network, and notes which
// values move from one object to another.
func (m *maker) checkClaims() {
	c := &claims{m: m, after: map[keys.Claim][]holding{}, before: map[keys.Claim][]holding{}, taken: map[string][]string{}}
	others := c.collectWanted()
	m.warnTwice()
	if len(c.taken) == 0 {
		return
	}
	c.collectOthers(others)
	var taken []holding
	for _, claim := range c.sorted() {
		c.refuse(c.after[claim])
		c.handOver(c.after[claim], c.before[claim])
		taken = append(taken, c.guarded(c.after[claim])...)
	}
	m.guardClaims(taken)
}

// guarded are the holdings that come by a write of the plan.
func (c *claims) guarded(held []holding) (out []holding) {
	for i := range held {
		if h := &held[i]; h.taken && firstKey(h.Keys, c.m.data.putsTo) != "" {
			out = append(out, *h)
		}
	}
	return out
}

// collectWanted notes what the wanted objects take, and returns what they have
// and do not take.
func (c *claims) collectWanted() (others []holding) {
	m := c.m
	for _, id := range sortedIDs(m.wanted) {
		w := m.wanted[id]
		_, ours := m.in.State.Records[id]
		at := holding{space: keys.Space(w.Kind), id: w.ID, parent: w.Parent, want: w}
		at.live = m.live[liveID{space: at.space, parent: w.Parent, id: w.ID}]
		for _, h := range m.layout.Held(w.Kind, w.ID, w.Parent, m.after) {
			at.Held = h
			at.taken = !ours || slices.ContainsFunc(h.Keys, m.data.putsTo)
			if !at.taken {
				others = append(others, at)
				continue
			}
			claim := m.layout.Canonical(h)
			c.after[claim] = append(c.after[claim], at)
			c.taken[h.Noun] = append(c.taken[h.Noun], h.Value)
		}
	}
	return others
}

func sortedIDs(wanted map[state.ID]*keys.Object) []state.ID {
	out := make([]state.ID, 0, len(wanted))
	for id := range wanted {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b state.ID) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ID, b.ID))
	})
	return out
}

// collectOthers adds what else there is of the claims that are taken: what
// wanted objects keep, what others hold, and what the network has now.
func (c *claims) collectOthers(kept []holding) {
	m := c.m
	for i := range kept {
		c.add(c.after, kept[i])
	}
	for i := range m.lives {
		l := &m.lives[i]
		at := holding{space: keys.Space(l.Kind), id: l.ID, parent: l.Parent, live: l}
		at.want = m.wantedAs(l)
		for _, h := range m.layout.Held(l.Kind, l.ID, l.Parent, m.current) {
			at.Held = h
			c.add(c.before, at)
		}
		if at.want != nil {
			continue
		}
		for _, h := range m.layout.Held(l.Kind, l.ID, l.Parent, m.after) {
			at.Held = h
			c.add(c.after, at)
		}
	}
}

// add keeps a holding of a claim that is taken.
func (c *claims) add(to map[keys.Claim][]holding, h holding) {
	if len(c.taken[h.Noun]) == 0 {
		return
	}
	h.Value = c.plain(&h)
	claim := c.m.layout.Canonical(h.Held)
	if _, ok := c.after[claim]; ok {
		to[claim] = append(to[claim], h)
	}
}

// plain is a live value. One that stands masked in a snapshot is found by its
// digest: first the object's own, as it is nearly always, then what is taken.
func (c *claims) plain(h *holding) string {
	masked, ok := c.m.unmasked(h.Value)
	if !ok || h.live == nil {
		return h.Value
	}
	kinds := []addr.Kind{h.live.Kind}
	if h.space == keys.Node {
		kinds = append(kinds, addr.Core, addr.Entry) // its role may be gone, or another's
	}
	fits := func(guess string) bool {
		return slices.ContainsFunc(kinds, func(kind addr.Kind) bool {
			return state.FieldDigest(c.m.digest, state.ID{Kind: kind, ID: h.id}, h.Holder.Field.Name, guess) == masked
		})
	}
	guesses := c.taken[h.Noun]
	if h.want != nil {
		for i := range h.want.Fields {
			if f := &h.want.Fields[i]; f.Name == h.Holder.Field.Name && fits(f.Value) {
				return f.Value
			}
		}
	}
	if i := slices.IndexFunc(guesses, fits); i >= 0 {
		return guesses[i]
	}
	return h.Value
}

func (c *claims) sorted() []keys.Claim {
	out := make([]keys.Claim, 0, len(c.after))
	for claim := range c.after {
		out = append(out, claim)
	}
	slices.SortFunc(out, func(a, b keys.Claim) int {
		return cmp.Or(strings.Compare(a.Noun, b.Noun), strings.Compare(a.Within, b.Within), strings.Compare(a.Value, b.Value))
	})
	return out
}

// after is the value of a key after the plan, current the one that it has now.
func (m *maker) after(key string) (value string, ok bool) {
	if value, ok := m.data.puts[key]; ok {
		return value, true
	}
	if m.data.removes(key) {
		return "", false
	}
	return m.current(key)
}

func (m *maker) current(key string) (value string, ok bool) {
	e, ok := m.in.Snapshot.Get(key)
	return e.Value, ok
}
