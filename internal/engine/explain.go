package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/embedded"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
)

// Explain says what an error means for a person, and what to do about it.
func Explain(err error) render.ErrorDocument {
	for _, explain := range []func(error) (render.ErrorDocument, bool){
		explainAccess, explainSeal, explainSnapshot, explainJournal, explainApply, explainConfiguration, explainConnection, explainPlanFile, explainState,
	} {
		if d, ok := explain(err); ok {
			return d
		}
	}
	if errors.Is(err, context.Canceled) {
		return render.ErrorDocument{Code: "canceled", Summary: "interrupted; nothing was written"}
	}
	return render.ErrorDocument{Code: "error", Summary: oneLine(err.Error())}
}

// as finds an error of a type, joined or wrapped.
func as[E error](err error) (E, bool) {
	var target E
	ok := errors.As(err, &target)
	return target, ok
}

func explainApply(err error) (d render.ErrorDocument, ok bool) {
	if e, ok := as[*apply.Unknown](err); ok {
		return render.ErrorDocument{
			Code: "unknown", Summary: "it is not known whether the apply was carried out",
			Detail: fmt.Sprintf("The reply to the commit was lost, and for %s the cluster did not say what became of it: %s. It was written wholly or not at all.", e.Asked, causeOf(e.Cause)),
			Hint:   fmt.Sprintf("once the cluster answers, run `sigilform history`: if it shows serial %d with the apply %s, it was carried out; if not, plan again", e.Serial, e.Apply),
		}, true
	}
	if e, ok := as[*apply.Rejected](err); ok {
		d := render.ErrorDocument{
			Code: "rejected", Summary: "the network moved since the plan", Detail: "Others wrote what the plan had seen. Nothing was written.",
			Hint: "plan again", Moved: render.MovedKeys(e.Moved),
		}
		if e.Cause != nil {
			d.Detail += fmt.Sprintf(" Which keys moved could not be read: %s.", causeOf(e.Cause))
		}
		return d, true
	}
	if e, ok := as[*apply.Refused](err); ok {
		return render.ErrorDocument{Code: string(e.Reason), Summary: e.Summary, Detail: e.Detail + " Nothing was written.", Hint: e.Hint}, true
	}
	if e, ok := as[*apply.NotWritten](err); ok {
		return render.ErrorDocument{
			Code: "not_written", Summary: "the reply to the commit was lost, and nothing was written",
			Detail: fmt.Sprintf("That it was not and will not be carried out is certain. The reply was lost because: %s.", causeOf(e.Cause)), Hint: "plan again",
		}, true
	}
	if e, ok := as[*kv.TooLarge](err); ok && e.Key != "" {
		return render.ErrorDocument{
			Code: "too_large", Summary: "a single write does not fit into one etcd request",
			Detail: fmt.Sprintf("%s takes about %d bytes and %d guards. Nothing was written.", e.Key, e.Bytes, e.Guards),
			Hint:   "make the value smaller, or raise --max-request-bytes and --max-txn-ops of every member of the cluster",
			Size:   &render.SizeDocument{Bytes: e.Bytes, MaxBytes: e.MaxBytes, Writes: e.Ops, Guards: e.Guards, MaxTxnOps: e.MaxTxnOps},
		}, true
	}
	if e, ok := as[*kv.TooLarge](err); ok {
		return render.ErrorDocument{
			Code: "too_large", Summary: "the change does not fit into one etcd request", Detail: "Nothing was written.",
			Hint: "apply it in parts, for example with fewer instances at first; or raise --max-request-bytes of every member of the cluster",
			Size: &render.SizeDocument{Bytes: e.Bytes, MaxBytes: e.MaxBytes, Writes: e.Ops, Guards: e.Guards, MaxTxnOps: e.MaxTxnOps},
		}, true
	}
	if e, ok := as[*Conflicted](err); ok {
		d := render.ErrorDocument{Code: "conflict", Summary: e.Error(), Detail: "Nothing was written."}
		if len(e.Plan.Conflicts) == 1 {
			d.Hint = e.Plan.Conflicts[0].Hint
		}
		return d, true
	}
	if e, ok := as[*Denied](err); ok {
		return explainDenied(e), true
	}
	if e, ok := as[*Unexpected](err); ok {
		return explainUnexpected(e), true
	}
	if e, ok := as[*Canceled](err); ok {
		return render.ErrorDocument{Code: "canceled", Summary: e.Error()}, true
	}
	return d, false
}

func explainConfiguration(err error) (d render.ErrorDocument, ok bool) {
	if e, ok := as[*diag.Failure](err); ok {
		return ofDiagnostics(e.Diagnostics), true
	}
	if e, ok := as[*NoSuchPath](err); ok {
		return render.ErrorDocument{Code: "path", Summary: e.Error(), Hint: "name a .hcl file, or a folder that holds some"}, true
	}
	return d, false
}

// ofDiagnostics shows a single finding without a place like any other error,
// and findings in files as what they are.
func ofDiagnostics(l diag.List) render.ErrorDocument {
	if len(l) == 1 && l[0].Range == nil && l[0].Address == "" && len(l[0].Related) == 0 {
		return render.ErrorDocument{Code: "invalid", Summary: lower(l[0].Summary), Detail: l[0].Detail, Hint: l[0].Hint}
	}
	return render.ErrorDocument{Code: "invalid", Diagnostics: l}
}

func explainConnection(err error) (d render.ErrorDocument, ok bool) {
	if e, ok := as[*embedded.Held](err); ok {
		return render.ErrorDocument{
			Code: "held", Summary: "another process holds the embedded server", Detail: sentence(e.Error()),
			Hint: "wait until it ends; to use the server from several commands at once, keep `sigilform dev` running",
		}, true
	}
	if d, ok := explainEmbedded(err); ok {
		return d, true
	}
	if e, ok := as[*NothingHere](err); ok {
		return render.ErrorDocument{Code: "nothing_here", Summary: e.Error(), Hint: "say where the cluster is: --endpoints, SIGILFORM_ENDPOINTS, or PATH"}, true
	}
	e, ok := as[*etcd.ConnectError](err)
	if !ok {
		return d, false
	}
	return render.ErrorDocument{Code: "etcd_" + strings.ReplaceAll(string(e.Kind), "-", "_"), Summary: e.Summary, Detail: e.Detail, Hint: e.Hint}, true
}

func explainPlanFile(err error) (d render.ErrorDocument, ok bool) {
	if e, ok := as[*planfile.Damaged](err); ok {
		return render.ErrorDocument{Code: "damaged_plan", Summary: "the plan file is damaged", Detail: sentence(e.Reason), Hint: "plan again; a plan file can't be edited"}, true
	}
	if e, ok := as[*planfile.TooNew](err); ok {
		return render.ErrorDocument{Code: "newer_plan", Summary: e.Error()}, true
	}
	if e, ok := as[*planfile.Outdated](err); ok {
		return render.ErrorDocument{
			Code: "outdated_plan", Summary: "the plan file is of an earlier version", Detail: fmt.Sprintf("It has format %d, which anyone could change unnoticed.", e.Format),
			Hint: "plan again",
		}, true
	}
	if errors.Is(err, planfile.ErrNoPlan) {
		return render.ErrorDocument{Code: "no_plan", Summary: oneLine(err.Error()), Hint: "`sigilform plan --out FILE` saves one"}, true
	}
	return d, false
}

func explainState(err error) (d render.ErrorDocument, ok bool) {
	if e, ok := as[*state.TooNew](err); ok {
		return render.ErrorDocument{Code: "newer_state", Summary: "a newer sigilform wrote the state of this network", Detail: sentence(e.Error()), Hint: "use the version that `sigilform history` shows, or a later one"}, true
	}
	if e, ok := as[*state.Damaged](err); ok {
		return render.ErrorDocument{Code: "damaged_state", Summary: "sigilform's own state in the cluster is damaged", Detail: sentence(e.Error()), Hint: "find out who wrote below /sigilform/, and restore the key from a backup of etcd"}, true
	}
	if e, ok := as[*NeverApplied](err); ok {
		return render.ErrorDocument{Code: "never_applied", Summary: e.Error(), Hint: "`sigilform apply` applies a network; --network names another one"}, true
	}
	if e, ok := as[*state.Unremembered](err); ok {
		return render.ErrorDocument{
			Code: "pruned", Summary: e.Error(), Detail: "An earlier version of sigilform applied it. Nothing was written.",
			Hint: fmt.Sprintf("roll back to serial %d or a later one, or apply an older configuration", e.Serial),
		}, true
	}
	if e, ok := as[*Pruned](err); ok {
		return render.ErrorDocument{
			Code: "pruned", Summary: e.Error(), Detail: "Older applies were removed: the network block says how many are kept. Nothing was written.",
			Hint: fmt.Sprintf("roll back to serial %d or a later one, or apply an older configuration", e.Oldest),
		}, true
	}
	if e, ok := as[*NoSuchSerial](err); ok {
		return render.ErrorDocument{Code: "no_such_serial", Summary: e.Error(), Hint: "`sigilform history` lists them"}, true
	}
	return d, false
}

// causeOfFile is why a file can't be used, without its name.
func causeOfFile(err error) string {
	if e, ok := as[*fs.PathError](err); ok {
		return causeOf(e.Err)
	}
	return causeOf(err)
}

// causeOf is a cause as a part of a sentence.
func causeOf(err error) string { return strings.TrimSuffix(oneLine(fmt.Sprint(err)), ".") }

func oneLine(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\n", "; ") }

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string {
	s = oneLine(s)
	if s == "" {
		return s
	}
	if !strings.HasPrefix(s, "sigilform") {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return strings.TrimSuffix(s, ".") + "."
}

// lower begins a summary as an error line does, but leaves names alone.
func lower(s string) string {
	if len(s) < 2 || s[1] < 'a' || s[1] > 'z' {
		if strings.HasPrefix(s, "A ") {
			return "a" + s[1:]
		}
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
