package plan

// confirmWhole: the plan is of its own network, does what its mode says, and its
// digest is that of the changes that it shows.
func (c *confirmer) confirmWhole() error {
	p := c.plan
	if other, prefix, ok := c.state.Overlapping(p.Network, p.Prefix); ok {
		return unsound("its prefix overlaps with %s of network %q", prefix, other)
	}
	if h := c.state.Head; h != nil && h.Prefix != p.Prefix && len(c.state.Records) > 0 {
		return unsound("its prefix is not that of the network, %s", h.Prefix)
	}
	if h := c.state.Head; h != nil && p.Restored == "" && p.LogIndex < h.LogIndex {
		return unsound("the log of its cluster is shorter than it was at serial %d", h.Serial)
	}
	for i := range p.Changes {
		if change := &p.Changes[i]; p.Mode == ModeDestroy && change.Action != Delete && change.Action != Forget {
			return unsound("it is to destroy, and does something else with %s", change.Address)
		}
	}
	if (p.Mode == ModeRollback) != (p.RolledBackTo > 0) || p.RolledBackTo > p.Serial {
		return unsound("it does not say to which serial it rolls back")
	}
	if p.Intent != p.intent(c.state.DigestKey != "") {
		return unsound("its digest is not that of its changes")
	}
	return nil
}
