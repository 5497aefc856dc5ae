package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
)

// hidden are the paths that somebody who knows the key can change unnoticed, and
// why that is borne. Numbers of elements are *, and what ends in ** is meant with
// all below it. docs/guarantees.md says the same in short.
func hidden() map[string]string {
	const remark, shown, stricter, compared = "nothing is done by it: a remark of whoever planned, for the reader",
		"how a change is shown; what is done and what it becomes is compared",
		"a guard may refuse more than it must, by an earlier revision or a wider range; one of less is refused",
		"compared with the roles and users of the cluster when it is applied"
	return map[string]string{
		"plan.warnings**": remark, "plan.policies**": remark, "plan.names**": remark, "plan.unmanaged**": remark, "plan.outputs**": remark,
		"plan.objects": remark, "plan.in_sync": remark, "plan.tool": remark, "plan.created_at": remark, "plan.commit": remark, "plan.config_digest": remark,
		"plan.access.other_roles**": remark, "plan.access.other_users**": remark,

		"plan.connection**": "where the cluster is: no password goes where only the file leads, and the cluster is compared",
		"plan.revision":     "the guards have revisions of their own", "plan.log_index": "the position of the cluster's log", "plan.head_apply": "the head is guarded by its revision",
		"plan.keep": "how much of the history is kept", "plan.secrets**": "what the history keeps of the past",

		"plan.changes": shown, "plan.changes.*.address": shown, "plan.changes.*.was": shown, "plan.changes.*.reason": shown, "plan.changes.*.unchanged": shown,
		"plan.changes.*.notes**": shown, "plan.changes.*.generated_id": shown, "plan.changes.*.protected": shown, "plan.changes.*.falls": shown, "plan.changes.*.fields": shown,
		"plan.changes.*.fields.*.row": shown, "plan.changes.*.fields.*.revision": shown, "plan.changes.*.fields.*.reason": shown, "plan.changes.*.fields.*.generated": shown,
		"plan.changes.*.fields.*.stamp": shown, "plan.changes.*.fields.*.member": shown, "plan.changes.*.fields.*.old**": shown, "plan.changes.*.fields.*.last**": shown,

		"plan.guards.*.revision": stricter, "plan.guards.*.end": stricter,
		"plan.handovers**": "the order of steps; a step that breaks what is unique is refused by its guards", "plan.beside**": "the same",
		"plan.state.*.value.(json).initial**": "what an object was created with", "plan.state.*.value.(json).sets**": "the spelling of a record",

		"plan.access.expected**": compared, "plan.access.enabled": compared, "plan.access.revision": compared, "plan.access.live": compared,
		"plan.access.grants": "the order of calls", "plan.access.revokes": "the order of calls", "plan.access.revokes.*.was": "what an undoing grants again",
	}
}

// borne is why a change may pass, empty where it must not.
func borne(d *jsonTree, e edit) string {
	at, _, _ := strings.Cut(e.kind(), ". ")
	for path, why := range hidden() {
		if deep, all := strings.CutSuffix(path, "**"); at == path || all && (at == deep || strings.HasPrefix(at, deep+".")) {
			return why
		}
	}
	one := func() map[string]any { m, _ := d.at(e.path[:min(5, len(e.path))]...).(map[string]any); return m }
	switch {
	case strings.HasPrefix(at, "plan.changes.*.fields.*") && one()["action"] != "create" && one()["action"] != "update":
		return "a field that only the record of the object has, or that goes with it"
	case strings.HasPrefix(at, "plan.changes.*.fields.*") && one()["generated"] == true:
		return "what was chosen for the plan, and is written as it is shown"
	case at == "plan.guards" && d.without(e, "kind") == "exists":
		return "that something still exists: guarded twice, or more than must be"
	case at == "plan.state" && d.stateOnly(d.without(e, "key")):
		return "the record of what changes in the records alone stays as it is: the next plan shows it again"
	}
	return ""
}

// at is what lies at a path of the document.
func (d *jsonTree) at(path ...string) any {
	v := d.root
	for _, step := range path {
		switch of := v.(type) {
		case map[string]any:
			v = of[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(of) {
				return nil
			}
			v = of[i]
		}
	}
	return v
}

// stateOnly reports whether a key is that of the record of an object of which only
// the record changes.
func (d *jsonTree) stateOnly(key any) bool {
	text, _ := key.(string)
	changes, _ := d.at("plan", "changes").([]any)
	return slices.ContainsFunc(changes, func(change any) bool {
		m, _ := change.(map[string]any)
		return strings.HasSuffix(text, fmt.Sprintf("/objects/%v/%v", m["kind"], m["id"])) && slices.Contains([]any{"forget", "record", "adopt"}, m["action"])
	})
}

// without is a member of the element that an edit leaves out of a list.
func (d *jsonTree) without(e edit, member string) any {
	i, left := strings.CutPrefix(e.what, "without ")
	m, _ := d.at(append(slices.Clone(e.path), i)...).(map[string]any)
	if !left {
		return nil
	}
	return m[member]
}

// TestNoPathOfAPlanFileLies changes a plan file with the key: its digests and its
// code are right. Either it is refused, or what is applied and shown is what the
// original applies and shows, but for what is [hidden].
func TestNoPathOfAPlanFileLies(t *testing.T) {
	t.Parallel()
	w := enrich(t)
	s := w.session(t)
	v, err := w.engine.read(t.Context(), s, "t", "/sigilgate/")
	if err != nil {
		t.Fatal(err)
	}
	tree := readTree(t, w.body)
	original, refused := w.confirmed(t, s, v, w.body)
	if refused != nil {
		t.Fatalf("as it was made it is refused: %v", refused)
	}
	told, tried := map[string]bool{}, 0
	for _, e := range sample(tree.edits()) {
		tried++
		is, err := w.confirmed(t, s, v, e.made(t, tree))
		if err == nil && !bytes.Equal(is, original) && borne(tree, e) == "" && !told[e.kind()] {
			told[e.kind()] = true
			t.Errorf("it is confirmed, and is another plan: %v", e)
		}
	}
	t.Logf("%d changes", tried)
}

// confirmed is the plan of a body as an apply takes it, as JSON; the error is why
// it takes none. The digest of the changes is made anew first, as whoever has the
// key of the file would.
func (w *rich) confirmed(t *testing.T, s *session, v *view, body []byte) ([]byte, error) {
	t.Helper()
	f, err := planfile.Read(bytes.NewReader(signed(body, w.key)), w.engine.Catalogue)
	if err != nil {
		return nil, err
	}
	f.Plan.Intent = f.Plan.Digest(true)
	// What an apply refuses before it begins.
	switch {
	case len(f.Plan.Conflicts) > 0:
		return nil, &Conflicted{Plan: f.Plan}
	case denied(f.Plan) != nil:
		return nil, denied(f.Plan)
	}
	past, err := w.engine.pastOf(t.Context(), s, v.state, f.Plan)
	if err != nil {
		return nil, err
	}
	if moved, err := f.Plan.Confirm(v.snapshot, v.state, past); err != nil || len(moved) > 0 {
		return nil, errors.Join(err, errors.New("refused"))
	}
	p := plannedOf(f)
	if err := w.engine.authenticate(t.Context(), s, f, p.File); err != nil {
		return nil, err
	}
	if err := refuseRestored(t.Context(), s, f.Plan); err != nil {
		return nil, err
	}
	if err := w.engine.confirm(t.Context(), s, p, ""); err != nil {
		return nil, err
	}
	return plain(t, f.Plan), nil
}

// plain is a plan as JSON, in which what means the same is the same: writes, guards
// and values that move are sets, and what the kind of a guard has no use for is left
// out. One that is written twice is refused when it is sent.
func plain(t *testing.T, p *plan.Plan) []byte {
	t.Helper()
	out := *p
	out.Data, out.State, out.Handovers = set(t, p.Data), set(t, p.State), set(t, p.Handovers)
	guards := slices.Clone(p.Guards)
	for i, g := range guards {
		switch g.Kind {
		case kv.Unmoved, kv.Empty, kv.NotAfter:
			guards[i] = kv.Guard{Kind: g.Kind, Key: g.Key, Revision: g.Revision}
		case kv.Exists:
			guards[i] = kv.Guard{Kind: g.Kind, Key: g.Key}
		default:
		}
	}
	out.Guards = set(t, guards)
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// set is a list without an order.
func set[T any](t *testing.T, list []T) []T {
	t.Helper()
	of := map[string]T{}
	for _, one := range list {
		text, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		of[string(text)] = one
	}
	out := make([]T, 0, len(of))
	for _, text := range slices.Sorted(maps.Keys(of)) {
		out = append(out, of[text])
	}
	return out
}
