package state

import (
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
)

// Follow changes the state as one event of the store changes what [Decode] read
// it from. Where the event is about the record of an object, that is returned.
// After an error, which is a [*Damaged], the state is of no use any more.
func (st *State) Follow(e *kv.Event) (record ID, ok bool, err error) {
	switch e.Key {
	case st.Layout.Head():
		st.Head, st.HeadRevision = nil, 0
		return record, false, st.followHead(e)
	case st.Layout.DigestKey():
		st.DigestKey = e.Value
	case st.Layout.Journal():
		st.Journal = nil
		return record, false, st.followJournal(e)
	case st.Layout.Lock():
		st.followLock(e)
	}
	if name, is := strings.CutPrefix(e.Key, NetworksPrefix); is {
		delete(st.Networks, name)
		if !e.Deleted {
			st.Networks[name] = e.Value
		}
		return record, false, nil
	}
	return st.followRecord(e)
}

func (st *State) followHead(e *kv.Event) error {
	if e.Deleted {
		return nil
	}
	h, err := DecodeHead(e.Value)
	if err != nil {
		return &Damaged{Key: e.Key, Cause: err}
	}
	st.Head, st.HeadRevision = &h, e.ModRevision
	return nil
}

func (st *State) followJournal(e *kv.Event) error {
	if e.Deleted {
		return nil
	}
	j, err := DecodeJournal(e.Value)
	if err != nil {
		return &Damaged{Key: e.Key, Cause: err}
	}
	st.Journal = j
	return nil
}

func (st *State) followLock(e *kv.Event) {
	st.Lock = nil
	if l, err := DecodeLock(e.Value); err == nil && !e.Deleted {
		st.Lock = &l
	}
}

func (st *State) followRecord(e *kv.Event) (record ID, ok bool, err error) {
	id, released, ok := st.recordID(e.Key)
	if !ok {
		return id, false, nil
	}
	if released {
		delete(st.Released, id)
		if e.Deleted {
			return id, true, nil
		}
		return id, true, st.setReleased(id, e.Entry)
	}
	records := st.Records
	if IsACL(id.Kind) {
		records = st.ACL
	}
	delete(records, id)
	if e.Deleted {
		return id, true, nil
	}
	r, err := decodeRecord(id, e.Value)
	if err != nil {
		return id, false, &Damaged{Key: e.Key, Cause: err}
	}
	records[id] = r
	return id, true, nil
}

// recordID is the identity of the object that a key below the records is about.
// A key that only a later version knows is not ours to judge.
func (st *State) recordID(key string) (id ID, released, ok bool) {
	id, released, ok = st.Layout.Object(key)
	return id, released, ok && id.Kind.Known() && id.ID != ""
}

func (st *State) setReleased(id ID, e kv.Entry) error {
	r, err := DecodeReleased(e.Value)
	if err != nil {
		return &Damaged{Key: e.Key, Cause: err}
	}
	st.Released[id] = r
	return nil
}

func decodeRecord(id ID, value string) (*Record, error) {
	r, err := DecodeRecord(value)
	if err != nil {
		return nil, err
	}
	r.Kind, r.ID = id.Kind, id.ID
	return r, nil
}
