package engine

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/etcd"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/render"
)

// explainAccess says what became of a change of the authentication.
func explainAccess(err error) (d render.ErrorDocument, ok bool) {
	if e, ok := as[*kv.NotEnforced](err); ok {
		return render.ErrorDocument{
			Code: "not_enforced", Summary: "authentication was turned on and off again",
			Detail: fmt.Sprintf("With it, this connection could not administer the cluster: %s. Everything else of the plan is applied.", causeOf(e.Cause)),
			Hint:   "check the credentials of this connection, then apply again: the plan has only authentication left",
		}, true
	}
	if e, ok := as[*etcd.AuthUnknown](err); ok && !stopped(err) {
		return render.ErrorDocument{
			Code: "unknown_call", Summary: "it is not known whether etcd has carried a call out",
			Detail: fmt.Sprintf("The reply to %q was lost: %s.", e.Op.String(), causeOf(e.Cause)), Hint: "ask with `sigilform acl show --live`, then run the command again",
		}, true
	}
	if stopped(err) {
		return d, false
	}
	return explainRescue(err)
}

func stopped(err error) bool {
	_, ok := as[*apply.Stopped](err)
	return ok
}
