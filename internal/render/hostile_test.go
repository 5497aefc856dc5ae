package render_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/snapshot"
	"github.com/sigilgate/sigilform/internal/state"
)

// planted fills every text of a value, two elements in each list.
func planted(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Pointer:
		if _, ok := v.Interface().(*schema.Catalogue); ok {
			v.Set(reflect.ValueOf(schema.Network()))
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		planted(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			planted(v.Index(i), text)
		}
	case reflect.Struct:
		if _, ok := v.Interface().(time.Time); ok {
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				planted(v.Field(i), text)
			}
		}
	default:
	}
}

func filled[T any](text string) T {
	var v T
	planted(reflect.ValueOf(&v).Elem(), text)
	return v
}

// acting gives the changes of a plan the actions that they may have.
func acting(text string, a plan.Action, member bool) *plan.Plan {
	p := filled[plan.Plan](text)
	p.Policies[0].Verdict, p.Policies[0].Severity, p.Policies[1].Verdict = plan.Failed, diag.Error, plan.Allowed
	for i := range p.Changes {
		p.Changes[i].Action = a
		for j := range p.Changes[i].Fields {
			f := &p.Changes[i].Fields[j]
			f.Action, f.Member = a, member
			f.Name = "links." + f.Name
		}
	}
	return &p
}

// everything renders every Document whose texts are all the same.
func everything(t *testing.T, text string, o render.Options) map[string]string {
	t.Helper()
	out := map[string]string{}
	show := func(name string, f func(w *bytes.Buffer) error) { out[name] = rendered(t, f) }
	for _, a := range []plan.Action{plan.Delete, plan.Update, plan.Create, plan.Adopt, plan.Forget, plan.Record} {
		for _, member := range []bool{true, false} {
			p := acting(text, a, member)
			show(fmt.Sprintf("plan %s %v", a, member), func(w *bytes.Buffer) error { return render.Plan(w, p, o) })
			r := filled[drift.Report](text)
			r.Objects = p.Changes
			show(fmt.Sprintf("drift %s %v", a, member), func(w *bytes.Buffer) error { return render.Drift(w, &r, o) })
			for _, f := range formats() {
				show(fmt.Sprintf("plan %s %v as %s", a, member, f), func(w *bytes.Buffer) error { return full(text, p).Write(w, f, o) })
				show(fmt.Sprintf("drift %s %v as %s", a, member, f), func(w *bytes.Buffer) error { return driftReport(&r).Write(w, f, o) })
			}
			out[fmt.Sprintf("outputs %s %v", a, member)] = full(text, p).GitHubOutputs(o)
		}
	}
	h := filled[state.History](text)
	show("history", func(w *bytes.Buffer) error { return render.History(w, []state.History{h, h}, o) })
	show("entry", func(w *bytes.Buffer) error { return render.HistoryEntry(w, schema.Network(), h, o) })
	l := filled[diag.List](text)
	show("diagnostics", func(w *bytes.Buffer) error { return render.Diagnostics(w, l, o) })
	show("validation", func(w *bytes.Buffer) error {
		return render.Validation(w, filled[render.ValidationDocument](text), o)
	})
	s := filled[render.StatusDocument](text)
	for i, kind := range []string{"core", "entry"} {
		s.Nodes[i].Kind = kind
	}
	show("status", func(w *bytes.Buffer) error { return render.Status(w, s, o) })
	show("outputs", func(w *bytes.Buffer) error {
		return render.Outputs(w, []render.Output{{Name: "a", Value: []any{text}, Text: text}}, o)
	})
	show("applied", func(w *bytes.Buffer) error { return render.Applied(w, filled[render.AppliedDocument](text), o) })
	show("error", func(w *bytes.Buffer) error { return render.Error(w, filled[render.ErrorDocument](text), o) })
	show("acl", func(w *bytes.Buffer) error { return render.ACL(w, filled[render.ACLDocument](text), o) })
	show("can", func(w *bytes.Buffer) error { return render.Can(w, filled[render.CanDocument](text), o) })
	show("matrix", func(w *bytes.Buffer) error { return render.Matrix(w, filled[render.MatrixDocument](text), o) })
	show("password", func(w *bytes.Buffer) error { return render.Password(w, filled[render.PasswordDocument](text), o) })
	show("verified", func(w *bytes.Buffer) error { return render.Verified(w, filled[render.VerifiedDocument](text), o) })
	saved := snapshot.Snapshot{Store: &kv.Snapshot{ClusterID: text}, Network: text, Prefix: text, Tool: text, Journal: &state.Journal{Actor: text, Command: text}}
	show("snapshot", func(w *bytes.Buffer) error {
		return render.Snapshot(w, &saved, render.Saved{File: text, Encrypted: true}, o)
	})
	show("version", func(w *bytes.Buffer) error { return render.Version(w, filled[render.VersionDocument](text), o) })
	return out
}

// full is a report of which every part is there, and wrong.
func full(text string, p *plan.Plan) *render.Report {
	r := planReport(p)
	v, e := filled[render.ValidationDocument](text), filled[render.ErrorDocument](text)
	r.Validation, r.Error, r.Path, r.Base = &v, &e, text, text
	r.Places = map[string]diag.Range{text: {File: text, Start: diag.Pos{Line: 1, Column: 1}}}
	return r
}

func variants() []render.Options {
	return []render.Options{{}, {Color: true, Width: 60}, {Summary: true}, {Quiet: true}, {Format: render.JSON}}
}

// Whatever others write, no output drives a terminal.
func TestNothingDrivesTheTerminal(t *testing.T) {
	t.Parallel()
	hostile := "a\x1b[2J\x1b]0;title\a\r\b\u202eb\u2028\u009bc\x7f\xffd\u200be long enough for a diff of words"
	for _, o := range variants() {
		for name, text := range everything(t, hostile, o) {
			if o.Color {
				text = stripColours(text)
			}
			if i := strings.IndexFunc(text, drives); i >= 0 || !utf8.ValidString(text) {
				t.Errorf("%s with %+v lets something through: %q", name, o, around(text, i))
			}
			if o.Format == render.JSON && !strings.Contains(name, " as ") && !strings.HasPrefix(name, "outputs") && !json.Valid([]byte(text)) {
				t.Errorf("%s is not JSON:\n%s", name, text)
			}
		}
	}
}

func around(text string, i int) string {
	return text[max(i-80, 0):min(max(i, 0)+80, len(text))]
}

func drives(r rune) bool {
	return r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// stripColours takes out exactly the sequences that a page uses.
func stripColours(s string) string {
	for _, code := range []string{"0", "1", "2", "31", "32", "33", "36", "9;31"} {
		s = strings.ReplaceAll(s, "\x1b["+code+"m", "")
	}
	return s
}

// A known secret is in no output, wherever it slipped into a Document.
func TestKnownSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"PLANTED-5ecret", "planted \"secret\" \x1b with\ttabs", "planted line one\nplanted line two"} {
		for _, o := range variants() {
			o.Secrets = []string{secret}
			for name, text := range everything(t, secret, o) {
				for _, part := range []string{"PLANTED", "planted"} {
					if strings.Contains(text, part) {
						t.Errorf("%s with %+v shows a secret: %q", name, o, around(text, strings.Index(text, part)))
					}
				}
				if strings.Contains(name, "error") && !strings.Contains(text, "(sensitive)") {
					t.Errorf("%s does not say that something is left out:\n%s", name, text)
				}
			}
		}
	}
}

// What a plan knows and must not tell: operations, guards, old secrets, how to
// reach the cluster, and the text of a sensitive value should it have one.
func TestPlanTellsNoSecrets(t *testing.T) {
	t.Parallel()
	p := filled[plan.Plan]("PLANTED")
	clean := filled[plan.Plan]("open")
	p.Tool, p.Mode, p.Network, p.Prefix, p.Generation, p.ClusterID = "t", plan.ModeApply, "n", "/p/", "g", "c"
	p.ConfigDigest, p.Commit, p.Intent, p.Restored = "d", "c", "i", "e"
	p.Changes, p.Unmanaged, p.Conflicts, p.Warnings, p.Policies = clean.Changes, clean.Unmanaged, clean.Conflicts, nil, clean.Policies
	p.Secrets = map[string]string{"k": "PLANTED"}
	p.Origin = clean.Origin
	p.Access.OtherRoles, p.Access.OtherUsers = clean.Access.OtherRoles, clean.Access.OtherUsers
	for i := range p.Changes {
		p.Changes[i].Action = plan.Update
		for j := range p.Changes[i].Fields {
			f := &p.Changes[i].Fields[j]
			f.Action = plan.Update
			for _, v := range []*plan.Value{f.Old, f.New, f.Last} {
				v.Text, v.Sensitive, v.Fingerprint = "PLANTED", true, "3fa2c1d0"
			}
		}
	}
	for _, o := range variants() {
		text := rendered(t, func(w *bytes.Buffer) error { return render.Plan(w, &p, o) })
		if strings.Contains(text, "PLANTED") {
			t.Errorf("with %+v:\n%s", o, text)
		}
	}
}
