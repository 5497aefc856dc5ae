package network

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
)

// maxCommonName is how long the common name of a certificate may be (RFC 5280,
// ub-common-name).
const maxCommonName = 64

// subject checks who an ACL user is, which roles it has, and how it proves
// that it is it.
func (v *validator) subject(u *ACLUser, roles map[string]bool) {
	v.name(u.Addr, "", "name of an ACL user", Text{Value: u.Name, Named: true})
	if v.ACL.Auth == ByCertificate && utf8.RuneCountInString(u.Name) > maxCommonName {
		v.refuse(u.Addr, "", fmt.Sprintf("%s has a name that no certificate can have", u.Addr),
			fmt.Sprintf("It is the common name of a client certificate, which may have %d characters.", maxCommonName), "Choose a shorter one.")
	}
	if u.Name == kv.RescueUser {
		v.refuse(u.Addr, "", fmt.Sprintf("The user %q is sigilform's own", u.Name), "It is there only while authentication is turned on.", "Choose another name.")
	}
	v.subjectKind(u)
	v.subjectRoles(u, roles)
	v.password(u)
}

func (v *validator) subjectKind(u *ACLUser) {
	given := 0
	for _, is := range []bool{u.Core.Named, u.Entry.Named, u.Person != ""} {
		if is {
			given++
		}
	}
	if given > 1 {
		v.refuse(u.Addr, "", fmt.Sprintf("%s is more than one subject", u.Addr), "", "Keep one of core, entry and person.")
	}
	if u.Core.Named && v.cores[u.Core.To] == nil {
		v.dangling(u.Addr, "core", u.Core.To, addr.Core)
	}
	if u.Entry.Named && v.entries[u.Entry.To] == nil {
		v.dangling(u.Addr, "entry", u.Entry.To, addr.Entry)
	}
}

func (v *validator) subjectRoles(u *ACLUser, roles map[string]bool) {
	if len(u.Roles) == 0 {
		v.refuse(u.Addr, "roles", fmt.Sprintf("%s has no role", u.Addr), "Without a role it may do nothing.", "")
	}
	if u.Name == kv.RootName && !slices.Contains(u.Roles, kv.RootName) {
		v.refuse(u.Addr, "roles", "The user root lacks the role root", "It is etcd's own administrator, and etcd demands that.", `Write roles = ["root"].`)
	}
	isNode := u.Core.Named || u.Entry.Named
	for _, r := range u.Roles {
		switch {
		case !roles[r]:
			v.refuse(u.Addr, "roles", fmt.Sprintf("There is no role %s", quoted(r)), "",
				"Declare it with acl_role, or use one of the built-in "+strings.Join(BuiltinRoles(), ", ")+".")
		case isNode && slices.Contains(administrators(), r):
			v.refuse(u.Addr, "roles", fmt.Sprintf("A node can't have the role %q", r),
				"That role reaches sigilform's own keys. They tell what is applied, and who takes over a node must not reach them.",
				"Give a Core the role core, and an Entry the role entry, or a role of your own.")
		case r == "core" && !u.Core.Named, r == "entry" && !u.Entry.Named:
			v.refuse(u.Addr, "roles", fmt.Sprintf("%s has the role %q of no node", u.Addr, r),
				"The role's rights follow from the node that has it: its bindings and its routes.", fmt.Sprintf("Say which one it is: %s = %s.NAME.", r, r))
		}
	}
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// password checks where the password of a user is.
func (v *validator) password(u *ACLUser) {
	switch {
	case u.PasswordEnv == "" && u.PasswordFile == "":
	case v.ACL.Auth != ByPassword:
		v.refuse(u.Addr, "", fmt.Sprintf("%s has a password, and users are known by their certificates", u.Addr), "",
			`Leave password_env and password_file out, or write auth = "password" in the acl block.`)
	case u.PasswordEnv != "" && u.PasswordFile != "":
		v.refuse(u.Addr, "password_file", fmt.Sprintf("%s has its password in two places", u.Addr), "", "Keep one of password_env and password_file.")
	case u.PasswordEnv != "" && !variable.MatchString(u.PasswordEnv):
		v.refuse(u.Addr, "password_env", fmt.Sprintf("%s is not the name of an environment variable", quoted(u.PasswordEnv)),
			"Here stands where the password is, never the password.", "Write a name of letters, digits and underscores.")
	case u.PasswordFile != "" && !oneLine(u.PasswordFile):
		v.refuse(u.Addr, "password_file", "The name of the password file is not one line of text", "", "")
	}
}
