package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// Unsound is the error for a plan that no run of sigilform makes of what the
// network holds.
type Unsound struct {
	// Reason is a clause: "it writes /a, which none of its changes does".
	Reason string
}

// Error says what is wrong.
func (e *Unsound) Error() string { return "the plan does not fit itself: " + e.Reason }

func unsound(format string, args ...any) error { return &Unsound{Reason: fmt.Sprintf(format, args...)} }

// Confirm compares a plan that comes from elsewhere with a snapshot of the
// network that its reader has taken itself: nothing in it is believed that the
// snapshot does not show. Its writes are those of the changes that it shows,
// they stay within the network and the records of what changes, each of them is
// guarded by what the snapshot holds, and the records say of the data what is
// so afterwards.
//
// past is what was applied at the serial that a rollback goes back to; nil for any
// other plan.
//
// Guards that do not hold at the snapshot are returned as moved: then the rest
// can't be judged. The error is an [*Unsound].
func (p *Plan) Confirm(now *kv.Snapshot, st *state.State, past *state.Past) (moved []kv.Moved, err error) {
	if !p.HasChanges() {
		return nil, nil
	}
	for _, g := range p.Guards {
		moved = append(moved, now.Moved(g)...)
	}
	if len(moved) > 0 {
		return moved, nil
	}
	c := newConfirmer(p, now, st, past)
	for _, check := range []func() error{c.confirmWhole, c.confirmFields, c.confirmData, c.confirmShown, c.confirmState, c.confirmGuards, c.confirmBeside, c.confirmClaims, c.confirmRecords, c.confirmPast, c.confirmCalls} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// confirmer looks up what a plan says by key.
type confirmer struct {
	plan   *Plan
	now    *kv.Snapshot
	state  *state.State
	past   *state.Past
	layout keys.Layout
	// fields are the fields that are written, by key; changed are the changes by
	// what they are about, deleted those that delete, by the space of their keys.
	fields  map[string]*shownField
	changed map[state.ID]*Change
	deleted map[state.ID]bool
	// falls are the keys that go with deleted objects.
	falls map[string]bool
	// puts are the values that keys get; gone are the keys and prefixes that go.
	puts map[string]string
	gone map[string]bool
	// unmoved, exists, empty and noneAdded are the keys and prefixes of guards;
	// unwritten are their ranges, sorted and joined; given are all guards.
	unmoved, exists, empty, noneAdded map[string]bool
	unwritten                         []kv.Range
	given                             map[kv.Guard]bool
	digestKey                         string
	// users are those that have a device, by its UUID; see [confirmer.usersOf].
	users map[string][]string
}

// shownField is a field of a change that writes its key.
type shownField struct {
	*FieldChange
	of state.ID
}

func newConfirmer(p *Plan, now *kv.Snapshot, st *state.State, past *state.Past) *confirmer {
	c := &confirmer{
		plan: p, now: now, state: st, past: past, layout: p.Layout(), digestKey: st.DigestKey,
		fields: map[string]*shownField{}, changed: map[state.ID]*Change{}, deleted: map[state.ID]bool{}, falls: map[string]bool{},
		puts: map[string]string{}, gone: map[string]bool{},
		unmoved: map[string]bool{}, exists: map[string]bool{}, empty: map[string]bool{}, noneAdded: map[string]bool{},
		given: map[kv.Guard]bool{},
	}
	for i := range p.Changes {
		c.learn(&p.Changes[i])
	}
	for _, op := range slices.Concat(p.Data, p.State) {
		if op.Kind == kv.Put {
			c.puts[op.Key] = op.Value
		} else {
			c.gone[op.Key] = true
		}
	}
	if key := st.Layout.DigestKey(); c.digestKey == "" {
		c.digestKey = c.puts[key]
	}
	for _, g := range p.Guards {
		c.learnGuard(g)
	}
	c.unwritten = joined(c.unwritten)
	return c
}

func (c *confirmer) learn(change *Change) {
	id := state.ID{Kind: change.Kind, ID: change.ID}
	// A device that moves goes with one user and comes with another.
	if known := c.changed[id]; known == nil || known.Action == Delete || known.Action == Forget {
		c.changed[id] = change
	}
	if change.Action == Delete {
		c.deleted[state.ID{Kind: keys.Space(id.Kind), ID: id.ID}] = true
	}
	for _, key := range change.Falls {
		c.falls[key] = true
	}
	if state.IsACL(id.Kind) {
		return // its fields are not keys of the network
	}
	for i := range change.Fields {
		// Of a key that goes with one object and comes with another, the latter is written.
		f := &change.Fields[i]
		if known := c.fields[f.Key]; f.writes() && (known == nil || known.Action == Delete) {
			c.fields[f.Key] = &shownField{FieldChange: f, of: id}
		}
	}
}

// learnGuard takes a guard that holds at the snapshot, and would not if what it
// guards changed after that.
func (c *confirmer) learnGuard(g kv.Guard) {
	c.given[g] = true
	switch g.Kind {
	case kv.Unmoved:
		c.unmoved[g.Key] = true
	case kv.Exists:
		c.exists[g.Key] = g.Revision > 0
	case kv.Empty:
		c.empty[g.Key] = true
	case kv.NotAfter:
		c.noneAdded[g.Key] = g.Revision <= c.now.Revision
	case kv.Unwritten:
		if g.Revision <= c.now.Revision {
			c.unwritten = append(c.unwritten, g.Range())
		}
	default: // what refers to an object is compared as a whole, see [confirmer.given]
	}
}

// removed reports whether a key goes, by itself or with a prefix.
func (c *confirmer) removed(key string) bool { return c.gone[key] || underAny(key, c.gone) }

// after is what a key holds after the apply.
func (c *confirmer) after(key string) (value string, there bool) {
	if value, ok := c.puts[key]; ok {
		return value, true
	}
	if c.removed(key) {
		return "", false
	}
	e, ok := c.now.Get(key)
	return e.Value, ok
}

// confirmData: the network's keys are written as the changes show it, and no
// others are.
func (c *confirmer) confirmData() error {
	for _, op := range c.plan.Data {
		at, ok := c.layout.Locate(within(op))
		var err error
		switch {
		case op.Key == c.layout.UserIDCounter() && op.Kind == kv.Put:
			err = c.confirmCounter(op)
		case !ok:
			err = unsound("it writes %s, which is not an object's", op.Key)
		case op.Kind == kv.Put:
			err = c.confirmPut(op)
		case op.Kind == kv.Delete:
			f := c.fields[op.Key]
			if !c.falls[op.Key] && !c.deleted[state.ID{Kind: at.Space, ID: at.ID}] && (f == nil || f.Action != Delete) {
				err = unsound("it deletes %s, which none of its changes does", op.Key)
			}
		default:
			err = c.confirmPrefix(op, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// confirmPut compares a value with the one that is shown.
func (c *confirmer) confirmPut(op kv.Op) error {
	f := c.fields[op.Key]
	switch {
	case f == nil || f.Action == Delete:
		return unsound("it writes %s, which none of its changes does", op.Key)
	case f.New == nil, !f.New.Sensitive && f.New.Text != op.Value:
		return unsound("it writes another value to %s than it shows", op.Key)
	case f.New.Sensitive && f.New.Fingerprint != state.Fingerprint(state.FieldDigest(c.digestKey, f.of, f.Name, op.Value)):
		return unsound("it writes another value to %s than its fingerprint says", op.Key)
	}
	return nil
}

// confirmPrefix: only an object that is deleted goes with a prefix, or one of
// others that falls with it.
func (c *confirmer) confirmPrefix(op kv.Op, at keys.Location) error {
	whole := false
	for _, kind := range []addr.Kind{addr.Core, addr.Entry, at.Space} {
		whole = whole || keys.Space(kind) == at.Space && slices.Contains(c.layout.Prefixes(kind, at.ID, at.Parent), op.Key)
	}
	if !whole {
		return unsound("it deletes all below %s, which is not an object", op.Key)
	}
	if c.deleted[state.ID{Kind: at.Space, ID: at.ID}] {
		return nil
	}
	for _, e := range c.now.Under(op.Key) {
		if !c.falls[e.Key] && !c.layout.Daily(at.Space, e.Key) {
			return unsound("it deletes %s, which none of its changes does", e.Key)
		}
	}
	return c.confirmUnwritten(at.Space, op.Key)
}

// confirmCounter: the counter of ids becomes the highest that was handed out.
func (c *confirmer) confirmCounter(op kv.Op) error {
	e, _ := c.now.Get(op.Key)
	highest := number(e.Value)
	for id, change := range c.changed {
		if id.Kind == addr.User && change.Action == Create {
			highest = max(highest, number(id.ID))
		}
	}
	if op.Value != strconv.FormatUint(highest, 10) {
		return unsound("it sets the counter of user ids to %q, and the highest id is %d", op.Value, highest)
	}
	return nil
}

// confirmShown: what the changes show is done.
func (c *confirmer) confirmShown() error {
	for key, f := range c.fields {
		if _, put := c.puts[key]; f.Action == Delete && (put || !c.removed(key)) || f.Action != Delete && !put {
			return unsound("it shows a change of %s, and does not make it", key)
		}
	}
	for key := range c.falls {
		if _, put := c.puts[key]; !put && !c.removed(key) {
			return unsound("it shows that %s falls, and does not delete it", key)
		}
	}
	return c.confirmCounted()
}

// confirmCounted: the counter of ids is not behind a user that is created, or
// others give its id to another.
func (c *confirmer) confirmCounted() error {
	value, _ := c.after(c.layout.UserIDCounter())
	for id, change := range c.changed {
		if id.Kind == addr.User && change.Action == Create && number(id.ID) > number(value) {
			return unsound("it creates %s with an id that the counter of user ids has not reached", change.Address)
		}
	}
	return nil
}

// confirmState: of sigilform's own keys only the records of what changes are
// written, and what a network needs before its first apply.
func (c *confirmer) confirmState() error {
	own := c.state.Layout
	for _, op := range c.plan.State {
		id, released, _ := own.Object(op.Key)
		switch {
		case released:
			if err := c.confirmMarks(id, op); err != nil {
				return err
			}
		case c.recordOf(op):
		case op.Kind == kv.Put && op.Key == own.DigestKey() && c.state.DigestKey == "" && op.Value != "":
		case op.Kind == kv.Put && op.Key == own.Network() && op.Value == c.registered():
		default:
			return unsound("it writes %s, which none of its changes does", op.Key)
		}
	}
	if value, _ := c.after(own.Network()); value != c.registered() {
		return unsound("it does not register its prefix")
	}
	return nil
}

// recordOf reports whether a write is of the record of something that changes.
func (c *confirmer) recordOf(op kv.Op) bool {
	rest, ours := strings.CutPrefix(op.Key, c.state.Layout.ObjectsPrefix())
	kind, id, _ := strings.Cut(rest, "/")
	return ours && op.Kind != kv.DeletePrefix && c.changed[state.ID{Kind: addr.Kind(kind), ID: id}] != nil
}

// registered is the prefix that the network has after the apply.
func (c *confirmer) registered() string {
	if c.plan.Mode == ModeDestroy {
		return ""
	}
	return c.plan.Prefix
}
