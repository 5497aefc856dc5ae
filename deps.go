package sigilform

import (
	_ "github.com/agext/levenshtein"
	_ "github.com/apparentlymart/go-cidr/cidr"
	_ "github.com/gofrs/flock"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/google/uuid"
	_ "github.com/hashicorp/hcl/v2/hclsimple"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/sergi/go-diff/diffmatchpatch"
	_ "github.com/spf13/cobra"
	_ "github.com/zclconf/go-cty-yaml"
	_ "go.etcd.io/etcd/client/v3"
	_ "go.etcd.io/etcd/server/v3/embed"
	_ "go.uber.org/goleak"
	_ "golang.org/x/crypto/argon2"
	_ "golang.org/x/term"
	_ "pgregory.net/rapid"
	_ "github.com/zclconf/go-cty/cty"
)
