package network

import (
	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

// Object is one object of the network, whose fields are found as the catalogue
// names them.
type Object interface {
	// Address is that of the object.
	Address() addr.Addr
	// Slot is where the model holds a field. One that no rule of the model needs
	// by itself is among the object's [More]; writable says to make room for it.
	Slot(f *schema.Field, writable bool) Slot
}

// Slot is where the model holds one field of an object. One of them is set, by
// the field's type; none, where the object has no such field.
type Slot struct {
	Text   *Text
	Number *Number
	Words  *Words
	Texts  *map[string]Text
	Ref    *Ref
	Refs   *Refs
}

// Words is an optional list or set of texts. The fields mean what those of [Text] do.
type Words struct {
	Values    []string
	Named     bool
	Sensitive bool
}

// More holds the fields of an object that no rule of the model needs, by name.
type More map[string]*Slot

// slot finds a field, or makes room for it.
func (m *More) slot(f *schema.Field, writable bool) Slot {
	if s := (*m)[f.Name]; s != nil {
		return *s
	}
	if !writable {
		return Slot{}
	}
	if *m == nil {
		*m = More{}
	}
	s := newSlot(f)
	(*m)[f.Name] = &s
	return s
}

func newSlot(f *schema.Field) Slot {
	switch {
	case f.Refers != "" && f.Type == schema.Set:
		return Slot{Refs: &Refs{}}
	case f.Refers != "":
		return Slot{Ref: &Ref{}}
	case f.Type == schema.Number:
		return Slot{Number: &Number{}}
	case f.Type == schema.Set, f.Type == schema.List:
		return Slot{Words: &Words{}}
	case f.Type == schema.Map:
		return Slot{Texts: &map[string]Text{}}
	}
	return Slot{Text: &Text{}}
}

// Address is that of the cell.
func (c *Cell) Address() addr.Addr { return c.Addr }

// Slot is where the cell holds a field.
func (c *Cell) Slot(f *schema.Field, writable bool) Slot {
	switch f.Name {
	case "domain":
		return Slot{Text: &c.Domain}
	case "status":
		return Slot{Text: &c.Status}
	}
	return c.More.slot(f, writable)
}

// Address is that of the node.
func (n *Node) Address() addr.Addr { return n.Addr }

// Slot is where the node holds a field that both kinds have.
func (n *Node) Slot(f *schema.Field, writable bool) Slot {
	switch f.Name {
	case "ip":
		return Slot{Text: &n.IP}
	case "domain":
		return Slot{Text: &n.Domain}
	case "region":
		return Slot{Text: &n.Region}
	case "status":
		return Slot{Text: &n.Status}
	case "service_name":
		return Slot{Text: &n.ServiceName}
	case "settings":
		return Slot{Texts: &n.Settings}
	}
	if s, ok := n.TLS.slot(f.Name); ok {
		return s
	}
	return n.More.slot(f, writable)
}

// Slot is where the Core holds a field.
func (c *Core) Slot(f *schema.Field, writable bool) Slot {
	switch f.Name {
	case "cell":
		return Slot{Ref: &c.Cell}
	case "number":
		return Slot{Number: &c.Number}
	case "uuid":
		return Slot{Text: &c.UUID}
	case "links":
		return Slot{Refs: &c.Links}
	}
	return c.Node.Slot(f, writable)
}

// Slot is where the Entry holds a field.
func (e *Entry) Slot(f *schema.Field, writable bool) Slot {
	if f.Name == "bound_to" {
		return Slot{Ref: &e.BoundTo}
	}
	return e.Node.Slot(f, writable)
}

// slot is where a tls block holds an attribute, by the field's whole name.
func (t *TLS) slot(name string) (Slot, bool) {
	switch name {
	case "tls.sni":
		return Slot{Text: &t.SNI}, true
	case "tls.fingerprint":
		return Slot{Text: &t.Fingerprint}, true
	case "tls.alpn":
		return Slot{Words: &t.ALPN}, true
	case "tls.min_version":
		return Slot{Text: &t.MinVersion}, true
	case "tls.port":
		return Slot{Number: &t.Port}, true
	}
	return Slot{}, false
}

// Address is that of the route.
func (r *Route) Address() addr.Addr { return r.Addr }

// Slot is where the route holds a field.
func (r *Route) Slot(f *schema.Field, writable bool) Slot {
	switch f.Name {
	case "entry":
		return Slot{Ref: &r.Entry}
	case "core":
		return Slot{Ref: &r.Core}
	case "status":
		return Slot{Text: &r.Status}
	case "service_name":
		return Slot{Text: &r.ServiceName}
	}
	if s, ok := r.TLS.slot(f.Name); ok {
		return s
	}
	return r.More.slot(f, writable)
}

// Address is that of the user.
func (u *User) Address() addr.Addr { return u.Addr }

// Slot is where the user holds a field.
func (u *User) Slot(f *schema.Field, writable bool) Slot {
	switch f.Name {
	case "id":
		return Slot{Number: &u.ID}
	case "username":
		return Slot{Text: &u.Username}
	case "status":
		return Slot{Text: &u.Status}
	case "core_nodes":
		return Slot{Refs: &u.CoreNodes}
	case "credential":
		return Slot{Text: &u.Credential}
	case "hash_telegram_id":
		return Slot{Text: &u.HashTelegramID}
	case "access":
		return Slot{Words: &u.Access}
	}
	return u.More.slot(f, writable)
}

// Address is that of the device.
func (d *Device) Address() addr.Addr { return d.Addr }

// Slot is where the device holds a field.
func (d *Device) Slot(f *schema.Field, writable bool) Slot {
	switch f.Name {
	case "name":
		return Slot{Text: &Text{Value: d.Name, Named: true}}
	case "uuid":
		return Slot{Text: &d.UUID}
	case "core":
		return Slot{Ref: &d.Core}
	case "status":
		return Slot{Text: &d.Status}
	}
	return d.More.slot(f, writable)
}
