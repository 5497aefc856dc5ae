package plan

import (
	"cmp"
	"fmt"
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

// Make compares what is desired, what was last applied and what is live, and
// decides everything that an apply does. Errors among the diagnostics mean
// that the plan must not be used. Conflicts are in the plan itself: it can be
// shown, but not applied.
func Make(in Input) (*Plan, diag.List) {
	m := newMaker(in)
	m.checkRestored()
	m.checkNetwork()
	wanted, err := m.flatten()
	if err != nil {
		return nil, append(m.diags, diag.Diagnostic{
			Severity: diag.Error, Summary: "The network can't be laid out as keys", Detail: err.Error(),
		})
	}
	for i := range wanted {
		m.planWanted(&wanted[i])
	}
	m.planUnwanted()
	m.tellLost()
	m.checkDangling()
	m.checkStranded()
	m.checkUnmet()
	m.checkClaims()
	m.guardRests()
	m.listUnmanaged()
	m.planAccess()
	m.finish()
	return m.plan, m.diags
}

// liveID is the identity of a live object: a Core and an Entry share a space,
// and a device lives below its user.
type liveID struct {
	space  addr.Kind
	parent string
	id     string
}

// maker carries the parts of one plan while it is made.
type maker struct {
	in     Input
	layout keys.Layout
	plan   *Plan
	diags  diag.List

	// byID maps identities to addresses, once it is needed.
	byID map[string]string
	// resolved is the network with everything chosen.
	resolved *network.Network

	live    map[liveID]*keys.Live
	lives   []keys.Live
	wanted  map[state.ID]*keys.Object
	digest  string // the key of digests
	newKey  bool
	chosen  map[string]bool // "address\x00field" that the plan generated
	newIDs  map[addr.Addr]bool
	created []uint64                     // ids of created users
	given   map[state.ID]map[string]back // what a rollback takes back of wanted objects
	deleted map[string]int               // marker of a deleted object -> its place in changes
	changes []Change
	devices map[string][]*keys.Live // of each user, once they are needed
	uuids   map[string]int          // live devices of each UUID, once they are needed

	data   *writes
	states *writes
	guards *guards
}

func newMaker(in Input) *maker {
	layout := keys.NewLayout(in.Network.Catalogue, in.Network.Prefix)
	m := &maker{
		in: in, layout: layout,
		live: map[liveID]*keys.Live{}, wanted: map[state.ID]*keys.Object{},
		chosen: map[string]bool{}, newIDs: map[addr.Addr]bool{}, given: map[state.ID]map[string]back{}, deleted: map[string]int{},
		data: newWrites(), states: newWrites(), guards: newGuards(),
		digest: in.State.DigestKey,
	}
	if m.digest == "" {
		m.digest, m.newKey = cmp.Or(in.MaskKey, in.IDs.Secret()), true
	}
	m.lives = keys.Decode(layout, in.Snapshot.Under(layout.Prefix()), in.State.Owner)
	for i := range m.lives {
		l := &m.lives[i]
		m.live[liveID{space: keys.Space(l.Kind), parent: l.Parent, id: l.ID}] = l
	}
	m.plan = &Plan{
		Catalogue: in.Network.Catalogue,
		Tool:      in.Tool, Mode: in.Mode, CreatedAt: in.Now.UTC().Truncate(time.Second),
		Connection: in.Connection, ClusterID: in.Snapshot.ClusterID,
		Network: in.Network.Name, Prefix: in.Network.Prefix,
		Revision: in.Snapshot.Revision, HeadRevision: in.State.HeadRevision,
		LogIndex: in.LogIndex, ConfigDigest: in.ConfigDigest, Commit: in.Commit, Secrets: map[string]string{},
		RolledBackTo: in.Serial, Keep: cmp.Or(in.Keep, state.DefaultKeep),
	}
	if h := in.State.Head; h != nil {
		m.plan.Generation, m.plan.Serial, m.plan.HeadApply = h.Generation, h.Serial, h.Apply
	} else {
		m.plan.Generation = in.IDs.Generation()
	}
	return m
}

// checkNetwork compares the network as a whole with what the cluster knows.
func (m *maker) checkNetwork() {
	name, prefix := m.in.Network.Name, m.in.Network.Prefix
	if h := m.in.State.Head; h != nil && h.Prefix != prefix && len(m.in.State.Records) > 0 {
		m.conflict(Conflict{
			Summary: fmt.Sprintf("The prefix of network %q changed", name),
			Detail:  fmt.Sprintf("It was applied below %s, the configuration says %s. Its keys are not moved.", h.Prefix, prefix),
			Hint:    "Destroy the network under its old prefix first, or give the new one another name.",
		})
	}
	if other, otherPrefix, ok := m.in.State.Overlapping(name, prefix); ok {
		m.conflict(Conflict{
			Summary: fmt.Sprintf("The prefix overlaps with that of network %q", other),
			Detail:  fmt.Sprintf("%s and %s would share keys.", prefix, otherPrefix),
			Hint:    "Choose a prefix that neither contains the other's nor lies in it.",
		})
	}
}

func (m *maker) conflict(c Conflict) { m.plan.Conflicts = append(m.plan.Conflicts, c) }

// flatten makes the wanted objects: none where everything is destroyed.
func (m *maker) flatten() ([]keys.Object, error) {
	if m.in.Mode == ModeDestroy {
		return nil, nil
	}
	wanted, err := m.desired()
	if err != nil {
		return nil, err
	}
	for i := range wanted {
		w := &wanted[i]
		m.wanted[state.ID{Kind: w.Kind, ID: w.ID}] = w
	}
	m.plan.Objects = len(wanted)
	m.warn()
	return wanted, nil
}

// desired are the objects of the configuration, or of the past.
func (m *maker) desired() ([]keys.Object, error) {
	if m.in.Mode == ModeRollback {
		return m.restore(), nil
	}
	m.resolved = m.resolve()
	wanted, err := keys.Flatten(m.resolved, m.layout, m.now())
	if err != nil {
		return nil, fmt.Errorf("flatten: %w", err)
	}
	return wanted, nil
}

func (m *maker) now() string { return m.in.Now.UTC().Format(time.RFC3339) }

// entry looks a key up in the snapshot; its revision is 0 where it is absent.
func (m *maker) entry(key string) kv.Entry {
	e, _ := m.in.Snapshot.Get(key)
	return e
}

// digestOf makes the digests of one object's sensitive fields.
func (m *maker) digestOf(kind addr.Kind, id string) func(name, value string) string {
	return func(name, value string) string {
		if known, ok := m.unmasked(value); ok {
			return known
		}
		return digest(m.digest, &state.Record{Kind: kind, ID: id}, name, value)
	}
}

// join is the object of a wanted one with its other two sides.
func (m *maker) join(w *keys.Object) *object {
	o := &object{
		layout: m.layout, want: w, ignore: w.Ignore, sets: w.Sets, masked: m.masked(),
		digest:    m.digestOf(w.Kind, w.ID),
		class:     func(name string) schema.Class { return m.layout.ClassOf(w.Kind, name) },
		generated: func(name string) bool { return m.chosen[w.Addr.String()+"\x00"+name] },
	}
	m.rewind(o)
	if m.replacesNode(w.Kind, w.ID) {
		return o
	}
	if r := m.in.State.Records[state.ID{Kind: w.Kind, ID: w.ID}]; r != nil && r.Parent == w.Parent {
		o.record = r
	}
	o.setLive(m.layout.As(m.live[liveID{space: keys.Space(w.Kind), parent: w.Parent, id: w.ID}], w.Kind))
	o.shared = m.shared(w, o.live)
	o.last = LastApplied(m.layout, o.record)
	if o.record == nil && o.live != nil {
		o.left = leftSecrets(m.layout, m.in.State, o.live)
	}
	return o
}

// rewind gives a wanted object what a rollback knows of it.
func (m *maker) rewind(o *object) {
	if m.in.Mode != ModeRollback {
		return
	}
	id := state.ID{Kind: o.want.Kind, ID: o.want.ID}
	o.past, o.back = m.in.Past.Records[id], m.given[id]
	for i := range o.want.Fields {
		w := &o.want.Fields[i]
		if b, ok := o.back[w.Name]; ok && b.write {
			w.Value = b.to.Text
		}
	}
}

func (o *object) setLive(l *keys.Live) {
	o.live = l
	if l == nil {
		return
	}
	o.liveFields = make(map[string]*keys.LiveField, len(l.Fields))
	for i := range l.Fields {
		o.liveFields[l.Fields[i].Name] = &l.Fields[i]
	}
}

// replacesNode reports whether a wanted node takes the place of one of ours
// that is deleted: a node of the other kind with the same IP.
func (m *maker) replacesNode(kind addr.Kind, id string) bool {
	other := addr.Core
	switch kind {
	case addr.Core:
		other = addr.Entry
	case addr.Entry:
	default:
		return false
	}
	_, recorded := m.in.State.Records[state.ID{Kind: other, ID: id}]
	return recorded
}

// title is the address of an object of others, as far as it has one.
func title(layout keys.Layout, l *keys.Live) string {
	name := layout.Title(l.Kind)
	for i := range l.Fields {
		if f := &l.Fields[i]; f.Name == name {
			return f.Value
		}
	}
	return ""
}
