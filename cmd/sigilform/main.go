// Command sigilform keeps a Sigil Gate network as it is written down: it plans
// and applies the difference between HCL files and an etcd cluster.
package main

import (
	"os"

	"github.com/sigilgate/sigilform/internal/cli"
	"github.com/sigilgate/sigilform/internal/schema"
)

func main() { os.Exit(cli.Main(schema.Network())) }
