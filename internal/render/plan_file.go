package render

// PlanFileDocument is what is known of the saved file that a plan was read from.
type PlanFileDocument struct {
	// Coded says that the file carries a code by the key of its network.
	Coded bool `json:"coded"`
	// Verified says that the code was compared with that key, VerifiedBy names
	// it. Only the cluster has it.
	Verified   bool   `json:"verified"`
	VerifiedBy string `json:"verified_by,omitempty"`
}
