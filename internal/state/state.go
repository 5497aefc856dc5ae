package state

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// ID names an object across the state.
type ID struct {
	Kind addr.Kind
	ID   string
}

// CompareIDs orders identities by kind, then by identity.
func CompareIDs(a, b ID) int {
	return cmp.Or(cmp.Compare(a.Kind.Rank(), b.Kind.Rank()), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}

// State is everything that sigilform remembers of one network, as one snapshot
// holds it. An object is ours when it has a record.
type State struct {
	Layout Layout
	// Head is nil before the first apply.
	Head *Head
	// HeadRevision is the head's ModRevision, 0 before the first apply.
	HeadRevision int64
	Records      map[ID]*Record
	// ACL are the records of the authentication: roles, users, and whether it is
	// on. They have no keys in the network, so they are apart.
	ACL map[ID]*Record
	// Released is what stays known of objects that have no record any more.
	Released map[ID]*Released
	// DigestKey is the key of fingerprints, empty before the first apply.
	DigestKey string
	// PlanKey is the key that saved plans are known by, empty before the first
	// apply, and where the user may not read it.
	PlanKey string
	// Networks maps every network of the cluster to its prefix.
	Networks map[string]string
	// Journal is that of an apply of several transactions which is under way, or
	// was interrupted; nil where there is none.
	Journal *Journal
	// Lock is who holds the network's lock, nil where nobody does.
	Lock *Lock
}

// Empty is the state of a network that was never applied.
func Empty(network string) *State {
	return &State{
		Layout:   NewLayout(network),
		Records:  map[ID]*Record{},
		ACL:      map[ID]*Record{},
		Released: map[ID]*Released{},
		Networks: map[string]string{},
	}
}

// Prefixes are the prefixes that a snapshot must hold for [Decode].
func Prefixes(network string) []string {
	l := NewLayout(network)
	return []string{l.ObjectsPrefix(), NetworksPrefix}
}

// Keys are the single keys that a snapshot must hold for [Decode].
func Keys(network string) []string { return []string{NewLayout(network).Head()} }

// OptionalKeys are those that it holds where the user may read them: who looks
// for drift needs neither key, and only Root reads journal and lock.
func OptionalKeys(network string) []string {
	l := NewLayout(network)
	return []string{l.DigestKey(), l.PlanKey(), l.Journal(), l.Lock()}
}

// Decode reads the state of a network from a snapshot. The error is a
// [*Damaged], which wraps a [*TooNew] where a later sigilform wrote it.
func Decode(s *kv.Snapshot, network string) (*State, error) {
	st := Empty(network)
	if err := st.decodeHead(s); err != nil {
		return nil, err
	}
	if err := st.decodeRecords(s); err != nil {
		return nil, err
	}
	if e, ok := s.Get(st.Layout.DigestKey()); ok {
		st.DigestKey = e.Value
	}
	if e, ok := s.Get(st.Layout.PlanKey()); ok {
		st.PlanKey = e.Value
	}
	for _, e := range s.Under(NetworksPrefix) {
		st.Networks[strings.TrimPrefix(e.Key, NetworksPrefix)] = e.Value
	}
	if err := st.decodeJournal(s); err != nil {
		return nil, err
	}
	return st, nil
}

// decodeJournal reads the journal's head, and who holds the lock. A lock that
// can't be read is none of a reader's business.
func (st *State) decodeJournal(s *kv.Snapshot) error {
	if e, ok := s.Get(st.Layout.Lock()); ok {
		if l, err := DecodeLock(e.Value); err == nil {
			st.Lock = &l
		}
	}
	e, ok := s.Get(st.Layout.Journal())
	if !ok {
		return nil
	}
	j, err := DecodeJournal(e.Value)
	if err != nil {
		return &Damaged{Key: e.Key, Cause: err}
	}
	st.Journal = j
	return nil
}

func (st *State) decodeHead(s *kv.Snapshot) error {
	e, ok := s.Get(st.Layout.Head())
	if !ok {
		return nil
	}
	h, err := DecodeHead(e.Value)
	if err != nil {
		return &Damaged{Key: e.Key, Cause: err}
	}
	st.Head, st.HeadRevision = &h, e.ModRevision
	return nil
}

func (st *State) decodeRecords(s *kv.Snapshot) error {
	for _, e := range s.Under(st.Layout.ObjectsPrefix()) {
		id, released, ok := st.recordID(e.Key)
		switch {
		case !ok:
			continue
		case released:
			if err := st.setReleased(id, e); err != nil {
				return err
			}
			continue
		}
		r, err := decodeRecord(id, e.Value)
		if err != nil {
			return &Damaged{Key: e.Key, Cause: err}
		}
		if IsACL(id.Kind) {
			st.ACL[id] = r
			continue
		}
		st.Records[id] = r
	}
	return nil
}

// IsACL reports whether records of the kind are of the authentication.
func IsACL(kind addr.Kind) bool {
	return kind == addr.ACL || kind == addr.ACLRole || kind == addr.ACLUser
}

// Owner is the user of a device of ours, empty where it has no record.
func (st *State) Owner(device string) (user string) {
	if r := st.Records[ID{Kind: addr.Device, ID: device}]; r != nil {
		return r.Parent
	}
	return ""
}

// Address is that of an object of ours, empty where it has no record.
func (st *State) Address(id ID) string {
	if r := st.Records[id]; r != nil {
		return r.Address
	}
	return ""
}

// IDs lists the identities of all records in order.
func (st *State) IDs() []ID { return slices.SortedFunc(maps.Keys(st.Records), CompareIDs) }

// ByAddress finds the record of a kind by its address in the configuration.
// Two records never bear one address of a kind, but for the moment in which
// an identity is replaced; then the lower identity is returned.
func (st *State) ByAddress() map[string]*Record {
	found := make(map[string]*Record, len(st.Records))
	for _, id := range st.IDs() {
		r := st.Records[id]
		if _, taken := found[r.Address]; !taken {
			found[r.Address] = r
		}
	}
	return found
}

// Overlapping returns a network other than the given one whose prefix overlaps
// with prefix, and its prefix; ok is false where there is none.
func (st *State) Overlapping(network, prefix string) (other, otherPrefix string, ok bool) {
	for _, name := range slices.Sorted(maps.Keys(st.Networks)) {
		p := st.Networks[name]
		if name == network || p == "" {
			continue
		}
		if strings.HasPrefix(p, prefix) || strings.HasPrefix(prefix, p) {
			return name, p, true
		}
	}
	return "", "", false
}
