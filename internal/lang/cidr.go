package lang

import (
	"math/big"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"
)

func networkFunctions() map[string]function.Function {
	return map[string]function.Function{
		"cidrhost":    cidrHost(),
		"cidrnetmask": cidrNetmask(),
		"cidrsubnet":  cidrSubnet(),
		"cidrsubnets": cidrSubnets(),
	}
}

// cidrHost is the address of a host in a network; a negative number counts from
// the end.
func cidrHost() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "prefix", Type: cty.String}, {Name: "hostnum", Type: cty.Number}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := prefixOf(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			number, ok := wholeNumber(args[1])
			if !ok {
				return cty.NilVal, function.NewArgErrorf(1, "a host's number is a whole number")
			}
			size := power(p.Addr().BitLen() - p.Bits())
			if number.Sign() < 0 {
				number.Add(number, size)
			}
			if number.Sign() < 0 || number.Cmp(size) >= 0 {
				return cty.NilVal, function.NewArgErrorf(1, "%s has only %s addresses", p, size)
			}
			return cty.StringVal(offset(p.Addr(), number).String()), nil
		},
	})
}

func cidrNetmask() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "prefix", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := prefixOf(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			if !p.Addr().Is4() {
				return cty.NilVal, function.NewArgErrorf(0, "only IPv4 networks have a netmask in dotted form")
			}
			ones := netip.MustParseAddr("255.255.255.255")
			mask := netip.PrefixFrom(ones, p.Bits()).Masked()
			return cty.StringVal(mask.Addr().String()), nil
		},
	})
}

func cidrSubnet() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "prefix", Type: cty.String}, {Name: "newbits", Type: cty.Number}, {Name: "netnum", Type: cty.Number},
		},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := prefixOf(args[0])
			if err != nil {
				return cty.NilVal, err
			}
			bits, err := longer(p, args[1], 1)
			if err != nil {
				return cty.NilVal, err
			}
			number, ok := wholeNumber(args[2])
			if count := power(bits - p.Bits()); !ok || number.Sign() < 0 || number.Cmp(count) >= 0 {
				return cty.NilVal, function.NewArgErrorf(2, "the networks of /%d in %s have whole numbers from 0, and there are %s",
					bits, p, count)
			}
			number.Lsh(number, hostBits(p, bits))
			return cty.StringVal(netip.PrefixFrom(offset(p.Addr(), number), bits).String()), nil
		},
	})
}

// cidrSubnets lays out networks of the given sizes one behind the other.
func cidrSubnets() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "prefix", Type: cty.String}},
		VarParam: &function.Parameter{Name: "newbits", Type: cty.Number},
		Type:     function.StaticReturnType(cty.List(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := prefixOf(args[0])
			if err != nil || len(args) == 1 {
				return cty.ListValEmpty(cty.String), err
			}
			next, end := new(big.Int), power(p.Addr().BitLen()-p.Bits())
			var out []cty.Value
			for i, arg := range args[1:] {
				bits, err := longer(p, arg, i+1)
				if err != nil {
					return cty.NilVal, err
				}
				size := new(big.Int).Lsh(big.NewInt(1), hostBits(p, bits))
				next = roundUp(next, size)
				if after := new(big.Int).Add(next, size); after.Cmp(end) > 0 {
					return cty.NilVal, function.NewArgErrorf(i+1, "there is no room left in %s for a /%d", p, bits)
				}
				out = append(out, cty.StringVal(netip.PrefixFrom(offset(p.Addr(), next), bits).String()))
				next = new(big.Int).Add(next, size)
			}
			return cty.ListVal(out), nil
		},
	})
}

func prefixOf(v cty.Value) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(v.AsString())
	if err != nil {
		return netip.Prefix{}, function.NewArgErrorf(0, `%q is not a network like "10.0.0.0/8" or "2001:db8::/32"`, v.AsString())
	}
	return p.Masked(), nil
}

func longer(p netip.Prefix, more cty.Value, arg int) (int, error) {
	var n int
	if err := gocty.FromCtyValue(more, &n); err != nil || n < 0 {
		return 0, function.NewArgErrorf(arg, "the number of bits to add is a whole number from 0")
	}
	if room := p.Addr().BitLen() - p.Bits(); n > room {
		return 0, function.NewArgErrorf(arg, "%s can be made longer by %d bits at most, not by %d", p, room, n)
	}
	return p.Bits() + n, nil
}

func wholeNumber(v cty.Value) (*big.Int, bool) {
	n, accuracy := v.AsBigFloat().Int(nil)
	return n, n != nil && accuracy == big.Exact
}

func power(bits int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(max(0, bits))) }

func hostBits(p netip.Prefix, bits int) uint { return uint(max(0, p.Addr().BitLen()-bits)) }

func roundUp(n, size *big.Int) *big.Int {
	rest := new(big.Int).Mod(n, size)
	if rest.Sign() == 0 {
		return n
	}
	return new(big.Int).Add(n, new(big.Int).Sub(size, rest))
}

// offset is an address so many addresses on. The caller has checked the room.
func offset(a netip.Addr, n *big.Int) netip.Addr {
	raw := a.AsSlice()
	sum := new(big.Int).Add(new(big.Int).SetBytes(raw), n)
	out, _ := netip.AddrFromSlice(sum.FillBytes(raw))
	return out
}
