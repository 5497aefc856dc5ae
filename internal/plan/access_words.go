package plan

// word says in words what a change of a role or user allows and takes.
func (a *accessMaker) word(c *Change, w *principal) {
	_ = w
	c.Notes = nil
}
