package plan

// Redigest makes the digest of a plan anew, as whoever changes it can.
func Redigest(p *Plan) { p.Intent = p.intent(true) }
