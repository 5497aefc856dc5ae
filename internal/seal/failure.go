package seal

// Code says which kind of failure it is.
type Code string

// The kinds of failures.
const (
	// BadRecipient: what should be encrypted to is no recipient.
	BadRecipient Code = "bad_recipient"
	// BadIdentity: what should decrypt is no identity that can be used.
	BadIdentity Code = "bad_identity"
	// NoIdentity: the file is encrypted, and nothing was given to decrypt it.
	NoIdentity Code = "no_identity"
	// WrongIdentity: the file is encrypted to others.
	WrongIdentity Code = "wrong_identity"
	// Damaged: the file is not as it was written.
	Damaged Code = "damaged_encryption"
)

// Failure is the error for what can't be encrypted or decrypted. It holds
// nothing of an identity.
type Failure struct {
	Code    Code
	Summary string
	Detail  string
	Hint    string
}

// Error is the summary.
func (e *Failure) Error() string { return e.Summary }
