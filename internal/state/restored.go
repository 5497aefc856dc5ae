package state

import "time"

// Restored says that a cluster holds a state which was not written to it as it
// is now: the cluster was restored from a snapshot, or is a copy. What was
// applied after that snapshot is not in it.
type Restored struct {
	// From is the cluster that the state was written to: another one, or this
	// one as it was before.
	From string
	// Serial, Time and Actor are of the last apply that the state knows.
	Serial int64
	Time   time.Time
	Actor  string
}

// RestoredIn tells by a head whether the cluster that it was found in was
// restored, and is nil where it was not, or nothing shows it. The cluster is
// another one by its id, or by its log, which is shorter than it was when the
// head was written. A logIndex of 0 is not known.
func (h *Head) RestoredIn(clusterID string, logIndex uint64) *Restored {
	other := h.ClusterID != "" && h.ClusterID != clusterID
	shorter := logIndex > 0 && logIndex < h.LogIndex
	if !other && !shorter {
		return nil
	}
	return &Restored{From: h.ClusterID, Serial: h.Serial, Time: h.Time.UTC(), Actor: h.Actor}
}
