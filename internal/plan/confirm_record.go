package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// confirmText: a record that is written is spelled as sigilform spells one, and says
// nothing that it does not know.
func (c *confirmer) confirmText(key, text string, r *state.Record) error {
	if spelling, err := state.EncodeRecord(r); c.writes(key) && (err != nil || replaced(spelling) != replaced(text)) {
		return unsound("the record %s is not spelled as sigilform spells one", key)
	}
	return nil
}

// replaced spells what stands for bytes that are not UTF-8 in one way: it is escaped
// where a record is made of such bytes, and not where that one is read and written.
func replaced(text string) string { return strings.ReplaceAll(text, `\ufffd`, "\ufffd") }

// confirmLeft: what goes has no notes of how it is treated from then on, and that it
// is protected from being deleted is shown.
func (c *confirmer) confirmLeft(change *Change) error {
	id := state.ID{Kind: change.Kind, ID: change.ID}
	if len(change.Notes) > 0 && !state.IsACL(id.Kind) {
		return unsound("it says how %s is treated, which goes", change.Address)
	}
	if r := c.state.Records[id]; r != nil && r.Protected && change.Action == Delete && !change.Protected {
		return unsound("it does not show that %s is protected", change.Address)
	}
	return nil
}

// confirmTreated: how an object is treated from now on is what the notes of its
// change say.
func (c *confirmer) confirmTreated(key string, change *Change, was, r *state.Record) error {
	hidden := slices.AppendSeq(was.Hidden(), maps.Keys(c.released(was, r)))
	if !slices.Equal(change.Notes, treatment(hidden, was, r)) {
		return unsound("the record %s says something else of how %s is treated than its notes", key, change.Address)
	}
	return nil
}

// released is what was applied as sensitive to an object of others that becomes
// ours again, by name.
func (c *confirmer) released(was, r *state.Record) map[string]string {
	out := map[string]string{}
	if was != nil {
		return out
	}
	for id, left := range c.state.Released {
		if id.ID != r.ID || keys.Space(id.Kind) != keys.Space(r.Kind) {
			continue
		}
		for name := range left.Marked {
			key := c.layout.FieldKey(r.Kind, r.ID, r.Parent, name)
			digest := c.state.ReleasedDigest(c.layout, key)
			if _, there := c.now.Get(key); there && digest != "" {
				out[name] = digest
			}
		}
	}
	return out
}

// confirmFirst: the first values in a record are those that it had, that the network
// has, or that the plan writes; in a rollback, those of the past. So are the values
// whose digests it has for what is sensitive and not enforced.
func (c *confirmer) confirmFirst(key string, was, r *state.Record) error {
	if !c.writes(key) {
		return nil
	}
	past, left := c.pastOf(r), c.released(was, r)
	for name, first := range r.Initial {
		if !is(firsts(was), name, first) && !is(firsts(past), name, first) && !c.has(r, name, func(value string) bool { return spelled(first, value) }) {
			return unsound("the record %s says another first value of %s than it had", key, name)
		}
	}
	for name, digest := range r.Marked {
		switch digest {
		case was.SensitiveDigest(name), past.SensitiveDigest(name), left[name]:
			continue
		}
		if !c.has(r, name, func(value string) bool { return c.digestOf(r, name, value) == digest }) {
			return unsound("the record %s marks another value of %s than it had", key, name)
		}
	}
	return nil
}

func firsts(r *state.Record) map[string]string {
	if r == nil {
		return nil
	}
	return r.Initial
}

// has reports whether a field has a value now, or after the apply.
func (c *confirmer) has(r *state.Record, name string, is func(value string) bool) bool {
	key := c.layout.FieldKey(r.Kind, r.ID, r.Parent, name)
	e, there := c.now.Get(key)
	value, comes := c.after(key)
	return there && is(e.Value) || comes && is(value)
}

// pastOf is the record that an object had at the serial that a rollback goes back
// to; nil where it had none.
func (c *confirmer) pastOf(r *state.Record) *state.Record {
	if c.past == nil {
		return nil
	}
	return c.past.Records[state.ID{Kind: r.Kind, ID: r.ID}]
}

// confirmSaid: the record of a role or user says nothing else than one of those does,
// and of where a password is found what the notes say.
func (c *confirmer) confirmSaid(key string, change *Change, r *state.Record) error {
	was := c.state.ACL[state.ID{Kind: change.Kind, ID: change.ID}]
	plain := &state.Record{Kind: r.Kind, ID: r.ID, Address: r.Address, Declared: r.Declared}
	if text, ok := r.Initial[passwordField]; ok && change.Kind == addr.ACLUser {
		plain.Initial = map[string]string{passwordField: text}
	}
	if err := c.confirmText(key, encoded(r), plain); err != nil {
		return err
	}
	before, after := saidBy(was), saidBy(r)
	switch note := sourceNote(was, r); {
	case note != "" && !slices.Contains(change.Notes, note):
	case note == "" && before != after && sourceOf(after) == nil && change.Action != Create && !passwordIs(change, "none"):
	default:
		return nil
	}
	return unsound("the record %s says something else of a password than its notes", key)
}

func encoded(r *state.Record) string {
	text, _ := state.EncodeRecord(r)
	return text
}

func saidBy(r *state.Record) string { return firsts(r)[passwordField] }
