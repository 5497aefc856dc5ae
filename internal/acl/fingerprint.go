package acl

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"

	"github.com/sigilgate/sigilform/internal/kv"
)

// fingerprintBytes is the length of a fingerprint: it tells accidents apart,
// and guards nothing by itself.
const fingerprintBytes = 8

// Fingerprints tell whether roles and users are as they were: by "role NAME"
// and "user NAME". One that is not there has an empty one.
func Fingerprints(a *kv.Auth, roles, users []string) map[string]string {
	out := make(map[string]string, len(roles)+len(users))
	for _, name := range roles {
		out["role "+name] = ""
		if permissions, ok := a.Roles[name]; ok {
			h := sha256.New()
			for _, g := range Grants(permissions) {
				h.Write(fmt.Appendf(nil, "%q %q %d\n", g.Key, g.End, g.Access))
			}
			out["role "+name] = shortened(h)
		}
	}
	for _, name := range users {
		out["user "+name] = ""
		if has, ok := a.Users[name]; ok {
			h := sha256.New()
			for _, role := range slices.Sorted(slices.Values(has)) {
				h.Write(fmt.Appendf(nil, "%q\n", role))
			}
			out["user "+name] = shortened(h)
		}
	}
	return out
}

func shortened(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:fingerprintBytes]) }
