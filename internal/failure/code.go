package failure

import "slices"

// Code names a failure for programs. It never changes.
type Code string

// The codes; [Codes] says what each means.
const (
	Other                 Code = "error"
	Crash                 Code = "crash"
	Usage                 Code = "usage"
	Path                  Code = "path"
	Invalid               Code = "invalid"
	NotApproved           Code = "not_approved"
	Canceled              Code = "canceled"
	Report                Code = "report"
	Webhook               Code = "webhook"
	ForeignFile           Code = "foreign_file"
	Conflict              Code = "conflict"
	Denied                Code = "denied"
	Unexpected            Code = "unexpected"
	Rejected              Code = "rejected"
	PlanConflicts         Code = "conflicts"
	OtherCluster          Code = "other-cluster"
	OtherNetwork          Code = "other-network"
	OtherGeneration       Code = "other-generation"
	AppliedAlready        Code = "applied-already"
	HeadMoved             Code = "head-moved"
	AuthMoved             Code = "auth-moved"
	Restored              Code = "restored"
	NotAuthentic          Code = "not-authentic"
	StateGone             Code = "state-gone"
	TooLarge              Code = "too_large"
	NotWritten            Code = "not_written"
	Unknown               Code = "unknown"
	UnknownCall           Code = "unknown_call"
	NotEnforced           Code = "not_enforced"
	RescueLeft            Code = "rescue_left"
	Held                  Code = "held"
	Locked                Code = "locked"
	NotLocked             Code = "not_locked"
	Interrupted           Code = "interrupted"
	Stopped               Code = "stopped"
	RolledBack            Code = "rolled_back"
	NothingHere           Code = "nothing_here"
	UnnamedCluster        Code = "unnamed_cluster"
	NeverApplied          Code = "never_applied"
	NoSuchSerial          Code = "no_such_serial"
	Pruned                Code = "pruned"
	NoPlan                Code = "no_plan"
	DamagedPlan           Code = "damaged_plan"
	NewerPlan             Code = "newer_plan"
	OutdatedPlan          Code = "outdated_plan"
	NoSnapshot            Code = "no_snapshot"
	DamagedSnapshot       Code = "damaged_snapshot"
	NewerSnapshot         Code = "newer_snapshot"
	BadRecipient          Code = "bad_recipient"
	BadIdentity           Code = "bad_identity"
	NoIdentity            Code = "no_identity"
	WrongIdentity         Code = "wrong_identity"
	DamagedEncryption     Code = "damaged_encryption"
	DamagedState          Code = "damaged_state"
	NewerState            Code = "newer_state"
	DiskFull              Code = "disk_full"
	NoAccess              Code = "no_access"
	ServerEnded           Code = "server_ended"
	DamagedFolder         Code = "damaged_folder"
	NewerFolder           Code = "newer_folder"
	EtcdConfig            Code = "etcd_config"
	EtcdUnreachable       Code = "etcd_unreachable"
	EtcdUnknownHost       Code = "etcd_unknown_host"
	EtcdUntrusted         Code = "etcd_untrusted"
	EtcdNotTLS            Code = "etcd_not_tls"
	EtcdTLSNeeded         Code = "etcd_tls_needed"
	EtcdCertificateNeeded Code = "etcd_certificate_needed"
	EtcdNotEtcd           Code = "etcd_not_etcd"
	EtcdUnauthenticated   Code = "etcd_unauthenticated"
	EtcdDenied            Code = "etcd_denied"
	EtcdNoQuorum          Code = "etcd_no_quorum"
	EtcdLearner           Code = "etcd_learner"
	EtcdTwoClusters       Code = "etcd_two_clusters"
	EtcdNoSpace           Code = "etcd_no_space"
	EtcdRefused           Code = "etcd_refused"
	EtcdCanceled          Code = "etcd_canceled"
)

// Meaning is what the documents say of a code.
type Meaning struct {
	Code Code
	// Exit is the exit code of a command that fails with it.
	Exit int
	// Text is a sentence or two, in Markdown.
	Text string
}

// Codes lists every code with its meaning, as docs/json.md does.
func Codes() []Meaning { //nolint:funlen // a table
	return []Meaning{
		{Other, ExitError, "Anything else."},
		{Crash, ExitCrash, "sigilform has a fault; `hint` says where to report it."},
		{Usage, ExitError, "A flag or an argument is wrong."},
		{Path, ExitError, "PATH leads nowhere."},
		{Invalid, ExitError, "The configuration has errors; `diagnostics` lists them."},
		{NotApproved, ExitError, "The plan was not approved."},
		{Canceled, ExitError, "It was interrupted. Nothing was written."},
		{Report, ExitError, "A report could not be written. The command itself has ended as it says."},
		{Webhook, ExitError, "The webhook could not be told."},
		{ForeignFile, ExitError, "A file that would be replaced is not one that sigilform wrote."},
		{Conflict, ExitConflict, "The plan has conflicts."},
		{Denied, ExitDenied, "Policies or safety valves deny the plan."},
		{Unexpected, ExitConflict, "The plan is not the one that `--expect-digest` names."},
		{Rejected, ExitConflict, "The network moved since the plan; `moved` lists what did. Nothing was written."},
		{PlanConflicts, ExitConflict, "The plan says itself that it can't be applied. Nothing was written."},
		{OtherCluster, ExitConflict, "The plan is of another cluster. Nothing was written."},
		{OtherNetwork, ExitConflict, "The plan is of a network under another prefix. Nothing was written."},
		{OtherGeneration, ExitConflict, "The network was removed and made anew since the plan. Nothing was written."},
		{AppliedAlready, ExitConflict, "The plan was applied already. Nothing was written."},
		{HeadMoved, ExitConflict, "The network was applied since the plan. Nothing was written."},
		{AuthMoved, ExitConflict, "Roles or users in etcd are not as the plan took them to be. Nothing was written."},
		{Restored, ExitConflict, "The cluster was restored from a snapshot since the plan. Nothing was written."},
		{NotAuthentic, ExitConflict, "The plan file is not as a planner of its network made it. Nothing was written."},
		{StateGone, ExitConflict, "The state that the plan starts from is gone. Nothing was written."},
		{TooLarge, ExitError, "The transaction, or a single write with its guards, does not fit a request; `size` has the limit. Nothing was written."},
		{NotWritten, ExitError, "The reply was lost, and it is certain that nothing was written."},
		{Unknown, ExitUnknown, "The reply was lost, and it is not known whether it was written."},
		{UnknownCall, ExitError, "The reply to a call of etcd's authentication was lost."},
		{NotEnforced, ExitError, "Authentication was turned on and off again, since the connection could not administer the cluster then. The rest is applied."},
		{RescueLeft, ExitError, "The rescue user is still in etcd, an administrator; `detail` says why it could not be removed."},
		{Held, ExitHeld, "Another process holds the embedded server."},
		{Locked, ExitHeld, "Another apply holds the lock; `lock` says who."},
		{NotLocked, ExitError, "The lock is not held, or by another id."},
		{Interrupted, ExitInterrupted, "An interrupted apply must be recovered first; `journal` says which."},
		{Stopped, ExitInterrupted, "The apply stopped in the middle and left its journal."},
		{RolledBack, ExitError, "The apply was undone; `moved` says why, `left` what was not touched. The exit code is that of the reason."},
		{UnnamedCluster, ExitError, "Only the plan file says where the cluster is, and a password would be sent there. Nothing was sent."},
		{NothingHere, ExitError, "No cluster is named, and the embedded server never ran here."},
		{NeverApplied, ExitError, "The network was never applied to this cluster."},
		{NoSuchSerial, ExitError, "The history has no such serial."},
		{Pruned, ExitError, "The history does not reach back to that serial."},
		{NoPlan, ExitError, "The file is not a plan file."},
		{DamagedPlan, ExitError, "The plan file is damaged."},
		{NewerPlan, ExitError, "The plan file is of a newer version."},
		{OutdatedPlan, ExitError, "The plan file is of an earlier version."},
		{NoSnapshot, ExitError, "The file is not a snapshot."},
		{DamagedSnapshot, ExitError, "The snapshot file is damaged."},
		{NewerSnapshot, ExitError, "The snapshot file is of a newer version."},
		{BadRecipient, ExitError, "What should be encrypted to is not a recipient."},
		{BadIdentity, ExitError, "What was given to decrypt can't be used."},
		{NoIdentity, ExitError, "The file is encrypted, and nothing was given that decrypts it."},
		{WrongIdentity, ExitError, "The file is encrypted to others."},
		{DamagedEncryption, ExitError, "The encrypted file is truncated, or was changed."},
		{DamagedState, ExitError, "sigilform's state in the cluster is damaged."},
		{NewerState, ExitError, "A newer version of sigilform wrote the state in the cluster."},
		{DiskFull, ExitError, "The disk of the embedded server is full."},
		{NoAccess, ExitError, "The embedded server may not use its folder."},
		{ServerEnded, ExitError, "The embedded server ended by itself."},
		{DamagedFolder, ExitError, "The data of the embedded server is damaged."},
		{NewerFolder, ExitError, "The data of the embedded server is of a newer etcd than this program has."},
		{EtcdConfig, ExitError, "The endpoints, or the files for TLS, are wrong in themselves."},
		{EtcdUnreachable, ExitError, "No endpoint answers."},
		{EtcdUnknownHost, ExitError, "The name of an endpoint has no address."},
		{EtcdUntrusted, ExitError, "The server's certificate is not trusted."},
		{EtcdNotTLS, ExitError, "The server does not speak TLS."},
		{EtcdTLSNeeded, ExitError, "The server speaks only TLS."},
		{EtcdCertificateNeeded, ExitError, "The server wants another client certificate."},
		{EtcdNotEtcd, ExitError, "Something else than etcd listens there."},
		{EtcdUnauthenticated, ExitError, "User or password is wrong or missing, or the token has expired."},
		{EtcdDenied, ExitError, "The user may not do what is needed."},
		{EtcdNoQuorum, ExitError, "No majority of the members answers."},
		{EtcdLearner, ExitError, "Every endpoint is a member that does not vote yet."},
		{EtcdTwoClusters, ExitError, "The endpoints belong to different clusters."},
		{EtcdNoSpace, ExitError, "The database is full. Nothing was written."},
		{EtcdRefused, ExitError, "The server refused a request. Nothing was written."},
		{EtcdCanceled, ExitError, "The request was given up."},
	}
}

// Exit is the exit code of a command that fails with the code.
func (c Code) Exit() int {
	all := Codes()
	if at := slices.IndexFunc(all, func(m Meaning) bool { return m.Code == c }); at >= 0 {
		return all[at].Exit
	}
	return ExitError
}
