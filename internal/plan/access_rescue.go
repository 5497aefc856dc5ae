package plan

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/kv"
)

// HasRescue reports whether the rescue user is among a cluster's users: an
// administrator that only an apply needs, while it turns authentication on. Of
// users that could not be read nothing is known.
func HasRescue(a *kv.Auth) bool {
	if a == nil {
		return false
	}
	_, there := a.Users[kv.RescueUser]
	return there
}

// RescueWarning says what a rescue user means that is left.
func RescueWarning() diag.Diagnostic {
	return diag.Diagnostic{
		Severity: diag.Warning,
		Summary:  fmt.Sprintf("The etcd user %q is a danger: an administrator that an apply has left", kv.RescueUser),
		Detail: "It may do everything in the whole cluster. An apply needs it while it turns authentication on, and was ended before it could remove it, " +
			"unless one is at it right now. Whoever knows the credentials that the apply had can log in as it, also after those were changed.",
		Hint: "Run `sigilform recover`, which removes it.",
	}
}

// IsRescue reports whether a change is about a rescue user that is left.
func IsRescue(c Change) bool { return c.Kind == addr.ACLUser && c.ID == kv.RescueUser }

// rescueLeft is what is left of an apply as drift: a user that nobody declares
// and that goes.
func rescueLeft() Change {
	return Change{
		Address: addr.New(addr.ACLUser, kv.RescueUser, addr.NoKey).String(), Kind: addr.ACLUser, ID: kv.RescueUser, Action: Delete, Reason: Drift,
		Fields: []FieldChange{{Name: roleField + kv.RootName, Row: RowForeign, Action: Delete, Reason: Drift, Old: &Value{}, Member: true}},
		Notes:  []string{"an apply left it: an administrator of the whole cluster; `sigilform recover` removes it"},
	}
}
