package addr

import (
	"cmp"
	"strings"
)

// Addr is the address of one object. It is comparable and may be the key of a
// map. The zero value is the address of nothing.
type Addr struct {
	// Module is the canonical text of the module path, `module.eu["a"].module.b`,
	// empty in the root.
	Module string
	// Kind is the block type, Name the label, Key the instance.
	Kind Kind
	Name string
	Key  Key
	// Device is the label of a device inside the user that the rest names; it
	// is set exactly where Kind is Device.
	Device string
}

// New is the address of an object in the root module.
func New(kind Kind, name string, key Key) Addr { return Addr{Kind: kind, Name: name, Key: key} }

// In is the same address inside a module path.
func (a Addr) In(module string) Addr {
	a.Module = module
	return a
}

// Child is the module path of a module call below the path parent.
func Child(parent, name string, key Key) string {
	step := "module." + name + key.String()
	if parent == "" {
		return step
	}
	return parent + "." + step
}

// DeviceOf is the address of a device of the user a.
func (a Addr) DeviceOf(label string) Addr {
	a.Kind, a.Device = Device, label
	return a
}

// Owner is the address of the user of a device; any other address is its own owner.
func (a Addr) Owner() Addr {
	if a.Kind == Device {
		a.Kind, a.Device = User, ""
	}
	return a
}

// Block is the address of the block that declares a: without its instance key.
func (a Addr) Block() Addr {
	a.Key = NoKey
	return a
}

// IsZero reports whether a names nothing.
func (a Addr) IsZero() bool { return a == Addr{} }

// String prints the address as it is written in HCL.
func (a Addr) String() string {
	if a.IsZero() {
		return ""
	}
	var b strings.Builder
	if a.Module != "" {
		b.WriteString(a.Module + ".")
	}
	kind := a.Kind
	if kind == Device {
		kind = User
	}
	b.WriteString(string(kind))
	if a.Name != "" {
		b.WriteString("." + a.Name)
	}
	b.WriteString(a.Key.String())
	if a.Kind == Device {
		b.WriteString(".device[" + quote(a.Device) + "]")
	}
	return b.String()
}

// Compare orders addresses as they are listed: by kind, module path, name, instance, device.
func Compare(a, b Addr) int {
	return cmp.Or(
		cmp.Compare(a.Kind.Rank(), b.Kind.Rank()),
		cmp.Compare(a.Module, b.Module),
		cmp.Compare(a.Name, b.Name),
		a.Key.Compare(b.Key),
		cmp.Compare(a.Device, b.Device),
	)
}
