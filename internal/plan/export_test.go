package plan

// Redigest makes the digest of a plan anew, as whoever changes it can.
func Redigest(p *Plan) { p.Intent = p.intent(true) }

// Digest is the digest of a plan, with the fingerprints or without.
func Digest(p *Plan, fingerprints bool) string { return p.intent(fingerprints) }
