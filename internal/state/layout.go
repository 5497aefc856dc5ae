package state

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/addr"
)

// Root is the prefix of everything that sigilform keeps for itself.
const Root = "/sigilform/v1/"

// NetworksPrefix is where each network's prefix is registered.
const NetworksPrefix = Root + "networks/"

// Layout spells the keys of one network's state.
type Layout struct{ network string }

// NewLayout is the layout of the state of a network.
func NewLayout(network string) Layout { return Layout{network: network} }

// Base is the prefix of all keys of the network's state.
func (l Layout) Base() string { return Root + l.network + "/" }

// NetworkName is the name of the network.
func (l Layout) NetworkName() string { return l.network }

// Head is the key of the [Head].
func (l Layout) Head() string { return l.Base() + "head" }

// DigestKey is the key of the key of fingerprints.
func (l Layout) DigestKey() string { return l.Base() + "digest_key" }

// PlanKey is the key of the key that saved plans are known by.
func (l Layout) PlanKey() string { return l.Base() + "plan_key" }

// ObjectsPrefix is the prefix of all records.
func (l Layout) ObjectsPrefix() string { return l.Base() + "objects/" }

// Record is the key of one object's record.
func (l Layout) Record(kind addr.Kind, id string) string {
	return l.ObjectsPrefix() + string(kind) + "/" + id
}

// Probe is a key that is there only while a run proves that it may write.
func (l Layout) Probe() string { return l.Base() + "probe" }

// HistoryPrefix is the prefix of all history records.
func (l Layout) HistoryPrefix() string { return l.Base() + "history/" }

// History is the key of the history record of a serial.
func (l Layout) History(serial int64) string {
	return fmt.Sprintf("%s%020d", l.HistoryPrefix(), serial)
}

// MaxHistoryParts is more than any record has.
const MaxHistoryParts = 999_999

// HistoryPart is the key of one part of a large record, from 0.
func (l Layout) HistoryPart(serial int64, n int) string {
	return fmt.Sprintf("%s/part/%06d", l.History(serial), n)
}

// HistorySecret is the key of a serial's old sensitive values; what does not
// fit there is in parts, from 1.
func (l Layout) HistorySecret(serial int64) string { return l.History(serial) + "/secret" }

// HistorySecretPart is the key of one such part.
func (l Layout) HistorySecretPart(serial int64, n int) string {
	return fmt.Sprintf("%s/%06d", l.HistorySecret(serial), n)
}

// Lock is the key of the lock: it is there while someone holds it, and vanishes
// with the holder's lease.
func (l Layout) Lock() string { return l.Base() + "lock" }

// JournalPrefix is where an apply of several transactions keeps its journal.
func (l Layout) JournalPrefix() string { return l.Base() + "journal/" }

// Journal is the key of the journal's head: its position, and the fence.
func (l Layout) Journal() string { return l.JournalPrefix() + "head" }

// JournalPart is the key of one part of the journal's intent, from 0.
func (l Layout) JournalPart(n int) string { return fmt.Sprintf("%spart/%06d", l.JournalPrefix(), n) }

// Network is the key that registers the network's prefix.
func (l Layout) Network() string { return NetworksPrefix + l.network }
