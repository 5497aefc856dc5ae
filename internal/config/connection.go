package config

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/network"
)

// etcdBlock is the etcd block of the root.
type etcdBlock struct {
	def, body  hcl.Range
	attrs, tls map[string]*attr
	hasTLS     bool
}

// bodyRange is a block from its header to its end, as far as that is known.
func bodyRange(b *hcl.Block) hcl.Range {
	if body, ok := b.Body.(*hclsyntax.Body); ok {
		return hcl.RangeBetween(b.DefRange, body.SrcRange)
	}
	return b.DefRange
}

// within keeps the findings in the blocks network and etcd. What else is wrong
// with the files is not the business of a command that only needs these.
func (r *run) within(root *folder) []finding {
	var ranges []hcl.Range
	if root.etcd != nil {
		ranges = append(ranges, root.etcd.body)
	}
	if n := root.blocks[addr.Network][""]; n != nil {
		ranges = append(ranges, n.at)
	}
	var out []finding
	for _, f := range r.found {
		for _, at := range ranges {
			if f.at.Filename == at.Filename && at.Start.Byte <= f.at.Start.Byte && f.at.Start.Byte <= at.End.Byte {
				out = append(out, f)
			}
		}
	}
	return out
}

func (r *run) readEtcd(f *folder, b *hcl.Block) {
	if f.etcd != nil {
		r.twice("The etcd block", f.etcd.def, b.DefRange)
		return
	}
	out := &etcdBlock{def: b.DefRange, body: bodyRange(b), attrs: map[string]*attr{}, tls: map[string]*attr{}}
	f.etcd = out
	where := setting{connection: "etcd"}
	content, diags := b.Body.Content(withBlocks(attributes("endpoints", "username", "password"), plainBlock("tls")))
	r.reportHCL(diags, zero())
	for name, a := range content.Attributes {
		if name == "password" {
			r.report(problem{
				summary: "A password in a file", detail: "No password stands in a configuration.",
				hint: "use a client certificate, --password-file or SIGILFORM_PASSWORD_FILE", at: a.NameRange,
			})
			continue
		}
		out.attrs[name] = newAttr(a, where)
	}
	for _, inner := range content.Blocks {
		if out.hasTLS {
			r.report(problem{summary: "A second tls block", detail: "There is at most one.", at: inner.DefRange})
			continue
		}
		out.hasTLS = true
		tls, diags := inner.Body.Content(attributes("ca_file", "cert_file", "key_file", "server_name"))
		r.reportHCL(diags, zero())
		for name, a := range tls.Attributes {
			out.tls[name] = newAttr(a, where)
		}
	}
}

// etcd evaluates the etcd block; nil where there is none.
func (s *scope) etcd() *Etcd {
	b := s.folder.etcd
	if b == nil {
		return nil
	}
	out := &Etcd{}
	if at := s.run.rangeOf(b.def); at != nil {
		out.Range = *at
	}
	text := func(attrs map[string]*attr, name string) string {
		if a := attrs[name]; a != nil {
			return s.openText(a, s.contextFor(a), zero())
		}
		return ""
	}
	endpoints := b.attrs["endpoints"]
	if endpoints == nil {
		s.run.report(problem{
			summary: `Missing attribute "endpoints"`, detail: "The etcd block says where the cluster is.",
			hint: `endpoints = ["https://etcd.example.net:2379"]`, at: b.def,
		})
	} else {
		out.Endpoints = s.endpoints(endpoints)
	}
	out.Username = text(b.attrs, "username")
	if b.hasTLS {
		out.TLS = &EtcdTLS{
			CAFile: text(b.tls, "ca_file"), CertFile: text(b.tls, "cert_file"),
			KeyFile: text(b.tls, "key_file"), ServerName: text(b.tls, "server_name"),
		}
	}
	return out
}

func (s *scope) endpoints(a *attr) []string {
	v := s.openValue(a, s.contextFor(a), cty.List(cty.String), zero())
	list, named := texts(v)
	if named && len(list) == 0 {
		s.run.report(problem{summary: "No endpoints", detail: "The etcd block says where the cluster is.", at: a.expr.Range()})
	}
	return list
}

// network evaluates the network block into n.
func (s *scope) network(n *network.Network) {
	b := s.folder.blocks[addr.Network][""]
	if b == nil {
		return
	}
	n.Name = b.name
	at := addr.New(addr.Network, "", addr.NoKey)
	s.run.places[at] = origin{block: b}
	s.run.places[addr.New(addr.Network, b.name, addr.NoKey)] = origin{block: b}
	if a := b.attrs["prefix"]; a != nil {
		n.Prefix = s.openText(a, s.contextFor(a), at)
	}
	if a := b.attrs["max_cores_per_entry"]; a != nil {
		n.MaxCoresPerEntry = s.count("max_cores_per_entry", a, at)
	}
	if a := b.attrs["history"]; a != nil {
		n.History = s.count("history", a, at)
	}
}

// count is a whole number from 1, 0 where it is none.
func (s *scope) count(name string, a *attr, at addr.Addr) int {
	v := s.openValue(a, s.contextFor(a), cty.Number, at)
	if !v.IsKnown() || v.IsNull() {
		s.run.taint(at, v)
		return 0
	}
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != 0 || n < 1 || n > 1_000_000 {
		s.run.report(problem{
			summary: fmt.Sprintf("Wrong value for %q", name), detail: "Expected a whole number from 1.", at: a.expr.Range(), address: at,
		})
		return 0
	}
	return int(n)
}

// LoadConnection reads the configuration, and evaluates only the blocks network
// and etcd: no object, and no variable that these two do not use.
func LoadConnection(ctx context.Context, o Options) (*Connection, diag.List) {
	r := newRun(ctx, o)
	root := r.loadRoot()
	if r.broken {
		return nil, r.diagnostics()
	}
	r.found = r.within(root)
	n := &network.Network{Catalogue: r.catalogue}
	r.root = r.newScope(root)
	r.root.network(n)
	out := &Connection{Network: n.Name, Etcd: r.root.etcd()}
	bare := network.Network{Catalogue: r.catalogue, Prefix: n.Prefix}
	bare.Normalize()
	out.Prefix = bare.Prefix
	if found := r.ended(); found != nil {
		return nil, found
	}
	list := r.diagnostics()
	if list.HasErrors() {
		return nil, list
	}
	return out, list
}
