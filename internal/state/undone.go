package state

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Content is what a key held: nothing, or a value. Of a sensitive one the
// history shows a fingerprint, and keeps the text only where it was replaced.
type Content struct {
	Present     bool
	Text        string
	Fingerprint string
	// Known says that the text of a sensitive value is known.
	Known bool
	// Fell says that others had written it, and that it was deleted with its
	// object: nobody said whether it is sensitive.
	Fell bool
}

// Undone is what the undone applies did to one object.
type Undone struct {
	// Adopted says that others had made it before sigilform took it over; of what
	// sigilform created it is false, and of what it owned all the time.
	Adopted bool
	// Returned says that sigilform created it, but only after it had adopted and
	// deleted what others had made before all that is undone.
	Returned bool
	// Fields are those that they wrote or took over, by key; those of etcd's
	// authentication, which have none, by name.
	Fields map[string]*UndoneField
	// Since is the apply by which the object came to be ours, where that is undone;
	// DeletedBy the newest that deleted it since, 0 where none did, and Address
	// what it was called then.
	Since, DeletedBy int64
	Address          string
	// Removed says that others had removed the object before an undone apply made it
	// anew, or forgot it: the history does not have what it had then.
	Removed bool

	// born says that the apply is undone by which the object came to be ours.
	born bool
}

// UndoneField is what they did to one field.
type UndoneField struct {
	// Name is empty of what nobody of ours ever wrote.
	Name string
	// Left is what the newest left there.
	Left Content
	// Whole is about all of them, Own about those since the object came to be
	// ours for the last time.
	Whole, Own Span
}

// Span is what some applies made of a field.
type Span struct {
	// Wrote says that one of them gave it another value than it had, apart from
	// what only set right what others had changed.
	Wrote bool
	// Before is what it held before them.
	Before Content
}

// Undone is what the undone applies did to an object; never nil.
func (p *Past) Undone(id ID) *Undone {
	if u := p.objects[id]; u != nil {
		return u
	}
	return &Undone{}
}

// Theirs reports whether others had made it when it came to be ours.
func (u *Undone) Theirs() bool { return u.Adopted || u.Returned }

// SinceTheirs is what became of a field since others had the object.
func (u *Undone) SinceTheirs(f *UndoneField) Span {
	if u.Returned {
		return f.Whole
	}
	return f.Own
}

// Lost are the objects that others had made, that an undone apply adopted and a
// later one deleted, in order: no rollback makes them again.
func (p *Past) Lost() []ID {
	var out []ID
	for id, u := range p.objects {
		records := p.Records
		if IsACL(id.Kind) {
			records = p.ACL
		}
		if u.Theirs() && u.DeletedBy > 0 && records[id] == nil {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, CompareIDs)
	return out
}

// undoObject notes what one apply, older than those before, did to an object
// that had the record before, nil where it had none.
func (p *Past) undoObject(serial int64, c *HistoryChange, was *Record, secrets map[string]string) {
	id := ID{Kind: addr.Kind(c.Kind), ID: c.ID}
	u := p.objects[id]
	if u == nil {
		u = &Undone{Fields: map[string]*UndoneField{}}
		p.objects[id] = u
	}
	if c.Action == "delete" && !u.born && u.DeletedBy == 0 {
		u.DeletedBy, u.Address = serial, c.Address
	}
	switch c.Action {
	case "delete":
		u.Removed = false
	case "create", "forget":
		u.Removed = true
	}
	for i := range c.Fields {
		u.undo(&c.Fields[i], was, secrets)
	}
	for _, key := range c.Falls {
		if value, known := secrets[key]; known {
			u.fell(key, value)
		}
	}
	if was != nil {
		return
	}
	adopted := c.Action != "create" || overRemains(c)
	if !u.born {
		u.born, u.Since, u.Adopted = true, serial, adopted
		return
	}
	if u.Returned = adopted && !u.Adopted; u.Returned {
		u.Since = serial
	}
}

// overRemains reports whether an object was created over keys that were there.
func overRemains(c *HistoryChange) bool {
	for i := range c.Fields {
		if c.Fields[i].Old != nil {
			return true
		}
	}
	return false
}

// fell notes that a value of others was deleted along with the object.
func (u *Undone) fell(key, value string) {
	w := u.Fields[key]
	if w == nil {
		w = &UndoneField{}
		u.Fields[key] = w
	}
	gone := HistoryField{Action: "delete"}
	old := Content{Present: true, Text: value, Known: true, Fell: true}
	w.Whole.add(&gone, old)
	if !u.born {
		w.Own.add(&gone, old)
	}
}

// undo notes what one apply did to a field.
func (u *Undone) undo(f *HistoryField, was *Record, secrets map[string]string) {
	if f.Action == "forget" {
		return // whoever wrote it did so before
	}
	at := f.Key
	if at == "" {
		at = f.Name
	}
	w := u.Fields[at]
	if w == nil {
		w = &UndoneField{Left: contentOf(f.New)}
		w.Whole.Before, w.Own.Before = w.Left, w.Left
		u.Fields[at] = w
	}
	w.Name = f.Name
	if setsRight(f, was) {
		return
	}
	old := contentOf(f.Old)
	switch text, kept := secrets[f.Key]; {
	case old.Fingerprint == "":
	case kept:
		old.Text, old.Known = text, true
	case old.Fingerprint == w.Whole.Before.Fingerprint:
		old = w.Whole.Before // it was not replaced, only taken over
	}
	w.Whole.add(f, old)
	if !u.born {
		w.Own.add(f, old)
	}
}

// add takes an older apply in.
func (s *Span) add(f *HistoryField, old Content) {
	s.Wrote = s.Wrote || f.Action == "create" || f.Action == "update" || f.Action == "delete"
	s.Before = old
}

// setsRight reports whether a change only brought back what was applied before,
// or gave an object of ours again what it was given once: what was there
// meanwhile is nothing to go back to.
func setsRight(f *HistoryField, was *Record) bool {
	switch f.Reason {
	case "drift":
		return was != nil // of etcd's users also what others had given one before it was ours
	case "restored":
		return was.knows(f.Name) || was != nil && was.Marks(f.Name) && f.Old != nil
	}
	return false
}

// knows reports whether a field was applied, or given a first value. That it has a
// mark does not say so of one that is not there: a rollback may have taken it away.
func (r *Record) knows(name string) bool {
	if r == nil {
		return false
	}
	_, declared := r.Declared[name]
	_, initial := r.Initial[name]
	_, secret := r.Secret[name]
	return declared || initial || secret
}

func contentOf(v *HistoryValue) Content {
	switch {
	case v == nil:
		return Content{}
	case v.Sensitive:
		return Content{Present: true, Fingerprint: v.Fingerprint}
	}
	// What was not UTF-8 is not to the letter in the history.
	return Content{Present: true, Text: v.Text, Known: !strings.ContainsRune(v.Text, utf8.RuneError)}
}
