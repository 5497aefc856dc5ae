package crash_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
)

// Who runs commands where there are users.
const (
	root = "root"
	// operator is another administrator, that the files declare.
	operator = "ops"
	// hand is a user of others, with a role of others that may read and write every
	// key, and administer nothing.
	hand = "hand"
	// planner is one that may read what a plan reads, and write nothing.
	planner = "reads"
)

func people() []string { return []string{root, operator, hand, planner} }

// somebody draws who runs a command.
func (w *drawn) somebody(r *rand.Rand) string {
	if n := r.IntN(100); w.auth != "" {
		switch {
		case w.settling:
			return []string{root, operator}[n%2]
		case n < 8:
			return planner
		case n < 22:
			return hand
		case n < 55:
			return operator
		}
	}
	return root
}

// engage makes the user of others.
func (w *drawn) engage(t *testing.T) {
	t.Helper()
	if w.auth == "" {
		return
	}
	c, err := etcd.Connect(t.Context(), w.config(root))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // it has done its work
	for _, op := range []kv.AuthOp{
		{Kind: kv.AddRole, Role: hand}, {Kind: kv.GrantPermission, Role: hand, Key: "\x00", End: "\x00", Access: kv.ReadWrite},
	} {
		if err := c.DoAuth(t.Context(), op, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.client.UserAdd(t.Context(), hand, rootPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.UserGrantRole(t.Context(), hand, hand); err != nil {
		t.Fatal(err)
	}
	// Whom files take over now and then, and give back.
	if _, err := w.client.UserAdd(t.Context(), "p0", rootPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.UserGrantRole(t.Context(), "p0", hand); err != nil {
		t.Fatal(err)
	}
}

// nobodyIsLockedOut checks that each administrator gets in, by what the files say.
func (w *drawn) nobodyIsLockedOut(t *testing.T) {
	t.Helper()
	if w.auth == "" {
		return
	}
	for _, who := range []string{root, operator} {
		c, err := etcd.Connect(t.Context(), w.config(who))
		if err != nil {
			t.Errorf("after all %s does not get in: %v", who, err)
			continue
		}
		a, err := c.Auth(t.Context())
		if err != nil {
			t.Errorf("after all %s does not administer: %v", who, err)
		} else if !slices.Equal(a.Users[hand], []string{hand}) || len(a.Roles[hand]) != 1 {
			t.Errorf("the user of others has the roles %q, and its role %v", a.Users[hand], a.Roles[hand])
		}
		_ = c.Close()
	}
}
