package addr_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/addr"
)

// addresses are addresses with their text, in the order in which they are listed.
func addresses() []struct {
	text string
	addr addr.Addr
} {
	user := addr.New(addr.User, "u", addr.StringKey("a.b"))
	return []struct {
		text string
		addr addr.Addr
	}{
		{`network.prod`, addr.New(addr.Network, "prod", addr.NoKey)},
		{`core.ams`, addr.New(addr.Core, "ams", addr.NoKey)},
		{`core.module`, addr.New(addr.Core, "module", addr.NoKey)},
		{`core.pool[2]`, addr.New(addr.Core, "pool", addr.IntKey(2))},
		{`core.pool[10]`, addr.New(addr.Core, "pool", addr.IntKey(10))},
		{`core.pool["ams"]`, addr.New(addr.Core, "pool", addr.StringKey("ams"))},
		{`module.eu.core.ams`, addr.New(addr.Core, "ams", addr.NoKey).In("module.eu")},
		{`module.eu["a"].module.b[0].core.x`, addr.New(addr.Core, "x", addr.NoKey).In(
			addr.Child(addr.Child("", "eu", addr.StringKey("a")), "b", addr.IntKey(0)))},
		{`entry.shop-1`, addr.New(addr.Entry, "shop-1", addr.NoKey)},
		{`user.u["a.b"]`, user},
		{`user.u["a.b"].device["my \"phone\""]`, user.DeviceOf(`my "phone"`)},
		{`user.u["a.b"].device["tab\there ]\\"]`, user.DeviceOf("tab\there ]\\")},
		{`acl`, addr.New(addr.ACL, "", addr.NoKey)},
		{`acl_role.r["$${x} %%{y}"]`, addr.New(addr.ACLRole, "r", addr.StringKey("${x} %{y}"))},
		{`acl_user.r["\u0007\u200b\U000e0001"]`, addr.New(addr.ACLUser, "r", addr.StringKey("\a\u200b\U000e0001"))},
	}
}

func TestStringAndParse(t *testing.T) {
	t.Parallel()
	for _, c := range addresses() {
		if got := c.addr.String(); got != c.text {
			t.Errorf("%#v prints %s, want %s", c.addr, got, c.text)
		}
		got, err := addr.Parse(c.text)
		if err != nil || got != c.addr {
			t.Errorf("Parse(%s) = %#v, %v; want %#v", c.text, got, err, c.addr)
		}
	}
}

func TestCompareIsTheOrderOfLists(t *testing.T) {
	t.Parallel()
	all := addresses()
	for i := range all {
		for j := range all {
			if got := addr.Compare(all[i].addr, all[j].addr); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("Compare(%s, %s) = %d", all[i].text, all[j].text, got)
			}
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                             `address "": expected a name at byte 0`,
		`core`:                         ``,
		`core.`:                        `address "core.": expected a name at byte 5`,
		`core.a.b`:                     `address "core.a.b": expected ".device" at byte 6`,
		`kernel.a`:                     `address "kernel.a": "kernel" is not a kind of object`,
		`device.a`:                     `address "device.a": "device" is not a kind of object`,
		`core.a[`:                      `address "core.a[": expected a number or a quoted string at byte 7`,
		`core.a[]`:                     `address "core.a[]": expected a number or a quoted string at byte 7`,
		`core.a[-1]`:                   `address "core.a[-1]": expected a number or a quoted string at byte 7`,
		`core.a[01]`:                   `address "core.a[01]": expected a number or a quoted string at byte 7`,
		`core.a[+1]`:                   `address "core.a[+1]": expected a number or a quoted string at byte 7`,
		`core.a[99999999999999999999]`: `address "core.a[99999999999999999999]": expected a number or a quoted string at byte 7`,
		`core.a["x]`:                   `address "core.a[\"x]": unterminated string at byte 7`,
		`core.a["x"`:                   `address "core.a[\"x\"": expected "]" at byte 10`,
		`core.a["x"]["y"]`:             `address "core.a[\"x\"][\"y\"]": expected ".device" at byte 11`,
		`core.a.device["x"]`:           `address "core.a.device[\"x\"]": expected .device["name"] of a user at byte 18`,
		`user.a.device[0]`:             `address "user.a.device[0]": expected .device["name"] of a user at byte 16`,
		`user.a.device`:                `address "user.a.device": expected .device["name"] of a user at byte 13`,
		`user.a.device["x"].status`:    `address "user.a.device[\"x\"].status": expected .device["name"] of a user at byte 18`,
		`module`:                       `address "module": expected "." at byte 6`,
		`module.eu`:                    `address "module.eu": expected "." at byte 9`,
		`module.eu["a"]`:               `address "module.eu[\"a\"]": expected "." at byte 14`,
		`module.eu.`:                   `address "module.eu.": expected a name at byte 10`,
		`core.a core.b`:                `address "core.a core.b": expected ".device" at byte 6`,
	} {
		_, err := addr.Parse(text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("Parse(%s): %s\nwant %s", text, got, want)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	device := addr.New(addr.User, "u", addr.IntKey(3)).In("module.m").DeviceOf("phone")
	if got := device.Owner().String(); got != "module.m.user.u[3]" {
		t.Errorf("owner: %s", got)
	}
	if got := device.Owner().Owner().Block().String(); got != "module.m.user.u" {
		t.Errorf("block: %s", got)
	}
	if (addr.Addr{}).String() != "" || !(addr.Addr{}).IsZero() || device.IsZero() {
		t.Error("the zero address is the address of nothing")
	}
	if addr.IntKey(3).Text() != "3" || addr.StringKey("x").Text() != "x" || addr.NoKey.Text() != "" || addr.NoKey.IsSet() {
		t.Error("texts of keys")
	}
	if addr.Kind("kernel").Known() || !addr.Device.Known() || addr.Kind("kernel").Rank() != len(addr.Kinds()) {
		t.Error("known kinds")
	}
}

func drawKey(t *rapid.T) addr.Key {
	switch rapid.IntRange(0, 2).Draw(t, "key") {
	case 0:
		return addr.NoKey
	case 1:
		return addr.IntKey(rapid.IntRange(0, 1<<31).Draw(t, "number"))
	default:
		return addr.StringKey(drawText(t))
	}
}

// drawText draws any text, and often one with what has a meaning in HCL.
func drawText(t *rapid.T) string {
	if rapid.Bool().Draw(t, "hostile") {
		return rapid.StringOfN(rapid.SampledFrom([]rune(`$%{}"\].[ a`)), 0, 8, -1).Draw(t, "text")
	}
	return rapid.String().Draw(t, "text")
}

func drawAddr(t *rapid.T) addr.Addr {
	name := rapid.StringMatching(`[\p{L}_][\p{L}0-9_-]{0,9}`)
	kinds := slices.DeleteFunc(addr.Kinds(), func(k addr.Kind) bool { return k == addr.Device })
	a := addr.New(rapid.SampledFrom(kinds).Draw(t, "kind"), name.Draw(t, "name"), drawKey(t))
	module := ""
	for range rapid.IntRange(0, 3).Draw(t, "depth") {
		module = addr.Child(module, name.Draw(t, "module"), drawKey(t))
	}
	a = a.In(module)
	if a.Kind == addr.User && rapid.Bool().Draw(t, "device") {
		a = a.DeviceOf(drawText(t))
	}
	return a
}

// TestParseIsTheInverseOfString: what is printed is read back, and nothing else
// is printed alike.
func TestParseIsTheInverseOfString(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawAddr(t), drawAddr(t)
		got, err := addr.Parse(a.String())
		if err != nil || got != a {
			t.Fatalf("%s is read as %#v, %v", a, got, err)
		}
		if (addr.Compare(a, b) == 0) != (a == b) || (a.String() == b.String()) != (a == b) {
			t.Fatalf("%s and %s", a, b)
		}
		if addr.Compare(a, b) != -addr.Compare(b, a) {
			t.Fatalf("%s and %s have no order", a, b)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, c := range addresses() {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := addr.Parse(text)
		if err != nil {
			return
		}
		again, err := addr.Parse(a.String())
		if err != nil || again != a {
			t.Errorf("%q is %#v, printed as %s, and read back as %#v, %v", text, a, a, again, err)
		}
	})
}
