package state

import (
	"fmt"
	"maps"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"

	"github.com/sigilgate/sigilform/internal/failure"
)

// Past is what was applied as of an earlier serial, found by undoing the
// history from now on back.
type Past struct {
	layout Layout
	// Records are as they were.
	Records map[ID]*Record
	// ACL are those of the authentication.
	ACL map[ID]*Record
	// Values holds the live values that keys had before the oldest undone
	// apply that changed them; nil where the key did not exist.
	Values map[string]*string
	// Secrets holds every sensitive value that an undone apply replaced, by
	// key: a record's digest tells which of them was applied.
	Secrets map[string][]string
	// objects is what the undone applies did to each object.
	objects map[ID]*Undone
}

// Unremembered is the error for an apply whose record holds no former records:
// earlier versions kept none, so that what it changed can't be told from what
// it created.
type Unremembered struct {
	Serial  int64
	Address string
}

// Failure says which object lacks its former record.
func (e *Unremembered) Failure() *failure.Failure {
	return &failure.Failure{
		Code: failure.Pruned, Summary: fmt.Sprintf("The history of serial %d does not hold what %s was before", e.Serial, e.Address),
		Detail: "An earlier version of sigilform applied it. Nothing was written.",
		Hint:   fmt.Sprintf("roll back to serial %d or a later one, or apply an older configuration", e.Serial),
	}
}

// Error is the failure on one line.
func (e *Unremembered) Error() string { return failure.Text(e) }

// Rewind begins with what is applied now.
func (st *State) Rewind() *Past {
	return &Past{
		layout: st.Layout, Records: maps.Clone(st.Records), ACL: maps.Clone(st.ACL),
		Values: map[string]*string{}, Secrets: map[string][]string{}, objects: map[ID]*Undone{},
	}
}

// Undo takes the newest apply back that is not taken back yet, with its old
// sensitive values by key.
func (p *Past) Undo(h *History, secrets map[string]string) error {
	for i := range h.Changes {
		c := &h.Changes[i]
		if _, ok := h.Before[p.layout.Record(addr.Kind(c.Kind), c.ID)]; !ok && hadRecord(c) {
			return &Unremembered{Serial: h.Serial, Address: c.Address}
		}
		was, err := p.undoRecord(c, h.Before)
		if err != nil {
			return err
		}
		p.undoObject(h.Serial, c, was, secrets)
		if IsACL(addr.Kind(c.Kind)) {
			continue // its fields are not keys of the network
		}
		for j := range c.Fields {
			p.undoField(&c.Fields[j])
		}
	}
	for key, value := range secrets {
		p.Values[key] = &value
		p.Secrets[key] = append(p.Secrets[key], value)
	}
	return nil
}

// hadRecord reports whether a change is one that is only made to what has a
// record: an update may also take over what others made, and of etcd's
// authentication also what is there before anybody declares it.
func hadRecord(c *HistoryChange) bool {
	switch c.Action {
	case "delete", "forget":
		return true
	case "update":
		return c.Reason != "adopted" && !IsACL(addr.Kind(c.Kind))
	}
	return false
}

// undoRecord gives an object the record that it had, and returns it: where the
// history has none, there was none.
func (p *Past) undoRecord(c *HistoryChange, before map[string]string) (*Record, error) {
	id := ID{Kind: addr.Kind(c.Kind), ID: c.ID}
	key := p.layout.Record(id.Kind, id.ID)
	records := p.Records
	if IsACL(id.Kind) {
		records = p.ACL
	}
	text, ok := before[key]
	if !ok {
		delete(records, id)
		return nil, nil //nolint:nilnil // there was none
	}
	r, err := DecodeRecord(text)
	if err != nil {
		return nil, &Damaged{Key: key, Cause: err}
	}
	r.Kind, r.ID = id.Kind, id.ID
	records[id] = r
	return r, nil
}

func (p *Past) undoField(f *HistoryField) {
	switch {
	case f.Old == nil:
		p.Values[f.Key] = nil
	case !f.Old.Sensitive:
		text := f.Old.Text
		p.Values[f.Key] = &text
	}
}

// Serial reads the serial and what follows it from a key of the history.
func (l Layout) Serial(key string) (serial int64, rest string, ok bool) {
	text, ok := strings.CutPrefix(key, l.HistoryPrefix())
	if !ok {
		return 0, "", false
	}
	digits, rest, _ := strings.Cut(text, "/")
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0, "", false
		}
		serial = serial*10 + int64(d-'0')
	}
	return serial, rest, serial > 0
}
