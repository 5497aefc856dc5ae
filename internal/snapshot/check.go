package snapshot

import (
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/state"
)

// check refuses what no snapshot of sigilform's holds.
func check(b *body) error {
	switch {
	case b.Format != Format:
		return &Damaged{Reason: "it holds no snapshot"}
	case b.Network == "" || b.ClusterID == "" || b.TakenAt.IsZero():
		return &Damaged{Reason: "it lacks the network, the cluster or the time"}
	case !strings.HasPrefix(b.Prefix, "/") || !strings.HasSuffix(b.Prefix, "/") || strings.HasPrefix(b.Prefix, state.Root):
		return &Damaged{Reason: fmt.Sprintf("%q is not the prefix of a network", b.Prefix)}
	case b.MaskKey == "" || b.Revision < 1 || b.Masked < 0:
		return &Damaged{Reason: "it lacks the revision or the key of digests"}
	}
	return checkEntries(b)
}

// checkEntries holds that keys are sorted, and are of the network or of what
// sigilform keeps of it.
func checkEntries(b *body) error {
	own, before := state.NewLayout(b.Network), ""
	for i := range b.Entries {
		e := &b.Entries[i]
		key := e.Key.string()
		inside := strings.HasPrefix(key, b.Prefix) || strings.HasPrefix(key, own.Base()) || strings.HasPrefix(key, state.NetworksPrefix)
		switch {
		case !inside:
			return &Damaged{Reason: fmt.Sprintf("it holds %q, which is not of its network", key)}
		case key <= before:
			return &Damaged{Reason: "its keys are not in order"}
		case e.Created < 1 || e.Modified < e.Created || e.Modified > b.Revision:
			return &Damaged{Reason: fmt.Sprintf("it holds impossible revisions of %q", key)}
		case e.Digest != "" && (!state.IsDigest(e.Digest) || e.Value.string() != ""):
			return &Damaged{Reason: fmt.Sprintf("it holds no digest of %q", key)}
		case state.LooksMasked(e.Value.string()):
			return &Damaged{Reason: fmt.Sprintf("the value of %q stands for another one", key)}
		}
		before = key
	}
	return checkAuth(b.Auth)
}

func checkAuth(a *authBody) error {
	if a == nil {
		return nil
	}
	for _, r := range a.Roles {
		for _, g := range r.Grants {
			if g.Access < kv.Read || g.Access > kv.ReadWrite {
				return &Damaged{Reason: fmt.Sprintf("the role %q has a permission that allows nothing", r.Name)}
			}
		}
	}
	return nil
}
