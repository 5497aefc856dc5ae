package nettest

import (
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/network"
)

// HCL is the configuration of the network of a size, each object a block of
// its own: the longest way to write it.
func HCL(s Size) string {
	n := Network(s)
	var b strings.Builder
	fmt.Fprintf(&b, "network %q {}\n\ncell \"main\" {\n  domain = %q\n}\n", n.Name, n.Cells[0].Domain.Value)
	for i := range n.Cores {
		writeCore(&b, &n.Cores[i])
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		writeNode(&b, &e.Node)
		fmt.Fprintf(&b, "  bound_to = %s\n}\n", e.BoundTo.To)
	}
	for i := range n.Routes {
		r := &n.Routes[i]
		fmt.Fprintf(&b, "\nroute %q {\n  entry = %s\n  core  = %s\n}\n", r.Addr.Name, r.Entry.To, r.Core.To)
	}
	for i := range n.Users {
		writeUser(&b, &n.Users[i])
	}
	return b.String()
}

func writeNode(b *strings.Builder, n *network.Node) {
	fmt.Fprintf(b, "\n%s %q {\n  ip = %q\n  domain = %q\n  region = %q\n",
		n.Addr.Kind, n.Addr.Name, n.IP.Value, n.Domain.Value, n.Region.Value)
}

func writeCore(b *strings.Builder, c *network.Core) {
	writeNode(b, &c.Node)
	fmt.Fprintf(b, "  cell = %s\n  number = %d\n  tls {\n    sni = %q\n    fingerprint = %q\n  }\n}\n",
		c.Cell.To, c.Number.Value, c.TLS.SNI.Value, c.TLS.Fingerprint.Value)
}

func writeUser(b *strings.Builder, u *network.User) {
	fmt.Fprintf(b, "\nuser %q {\n  username = %q\n  credential = %q\n  core_nodes = [%s]\n  access = [\"%s\"]\n",
		u.Addr.Name, u.Username.Value, u.Credential.Value, list(u.CoreNodes.To), strings.Join(u.Access.Values, `", "`))
	for i := range u.Devices {
		d := &u.Devices[i]
		fmt.Fprintf(b, "  device %q {\n    core = %s\n  }\n", d.Name, d.Core.To)
	}
	b.WriteString("}\n")
}

func list(addresses []addr.Addr) string {
	words := make([]string, 0, len(addresses))
	for _, a := range addresses {
		words = append(words, a.String())
	}
	return strings.Join(words, ", ")
}
