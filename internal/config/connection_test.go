package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sigilgate/sigilform/internal/schema"
)

func TestLoadConnection(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		vars []Assignment
		want *Connection
		err  string
	}{
		"nothing else is evaluated": {
			text: `
network "n" { prefix = "${local.base}/x" }
etcd {
  endpoints = [var.endpoint]
  username  = "planner"
  tls {
    ca_file     = "ca.pem"
    server_name = "etcd"
  }
}
variable "endpoint" { default = "https://a:2379" }
variable "unset" {}
locals {
  base = "/base"
  bad  = core.missing.ip
}
core "a" { ip = upper(nonsense) }
core "b" { nonsense = 1 }
route "c" { for_each = 5 }
`,
			want: &Connection{Network: "n", Prefix: "/base/x/", Etcd: &Etcd{
				Endpoints: []string{"https://a:2379"}, Username: "planner", TLS: &EtcdTLS{CAFile: "ca.pem", ServerName: "etcd"},
			}},
		},
		"no etcd block": {text: `network "n" {}`, want: &Connection{Network: "n", Prefix: "/sigilgate/"}},
		"no network":    {text: `core "a" {}`, want: &Connection{Prefix: "/sigilgate/"}},
		"unset": {
			text: "network \"n\" {}\netcd { endpoints = [var.e] }\nvariable \"e\" {}\n",
			err:  `The variable "e" has no value`,
		},
		"unknown attribute": {text: "network \"n\" { prefx = \"/x/\" }\n", err: `Unknown attribute "prefx"`},
		"no endpoints":      {text: "network \"n\" {}\netcd {}\n", err: `Missing attribute "endpoints"`},
		"empty endpoints":   {text: "network \"n\" {}\netcd { endpoints = [] }\n", err: `No endpoints`},
		"objects":           {text: "network \"n\" { prefix = core.a.ip }\ncore \"a\" {}\n", err: "No objects here"},
		"syntax":            {text: "network \"n\" {\n", err: "Unclosed configuration block"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, found := LoadConnection(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{"a.hcl": tt.text}), Vars: tt.vars})
			if tt.err != "" {
				if !hasSummary(found, tt.err) {
					t.Errorf("found %v, want %q", summaries(found), tt.err)
				}
				return
			}
			if len(found) > 0 {
				t.Errorf("found %v", summaries(found))
			}
			if d := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(Etcd{}, "Range")); d != "" {
				t.Error(d)
			}
		})
	}
}
