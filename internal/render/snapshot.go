package render

import (
	"io"
	"time"

	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/snapshot"
)

// SnapshotDocument is a snapshot that was saved for plans without a connection.
type SnapshotDocument struct {
	Head
	Tool      string    `json:"tool"`
	TakenAt   time.Time `json:"taken_at"`
	Network   string    `json:"network"`
	Prefix    string    `json:"prefix"`
	ClusterID string    `json:"cluster_id"`
	Revision  int64     `json:"revision"`
	// File is where it is, Encrypted says that it was encrypted.
	File      string `json:"file"`
	Encrypted bool   `json:"encrypted"`
	// Keys counts the keys, Masked the sensitive values that digests stand for.
	Keys   int `json:"keys"`
	Masked int `json:"masked"`
	// Access says that etcd's roles and users are in it.
	Access bool `json:"access"`
	// Journal is that of an apply in the middle of which it was taken.
	Journal *JournalDocument `json:"journal,omitempty"`
	// Restored says that the cluster was restored from a snapshot of etcd.
	Restored *RestoredDocument `json:"restored_cluster,omitempty"`
}

// Saved is where a snapshot was saved, and how.
type Saved struct {
	File      string
	Encrypted bool
}

// Snapshot says what was saved.
func Snapshot(w io.Writer, s *snapshot.Snapshot, to Saved, o Options) error {
	d := SnapshotDocument{
		Head: head("snapshot"), Tool: s.Tool, TakenAt: s.TakenAt.UTC(), Network: s.Network, Prefix: s.Prefix,
		ClusterID: s.Store.ClusterID, Revision: s.Store.Revision, File: to.File, Encrypted: to.Encrypted,
		Keys: len(s.Store.Entries), Masked: s.Masked, Access: s.Auth != nil, Journal: NewJournal(s.Journal), Restored: o.Restored,
	}
	if o.Format == JSON {
		return writeJSON(w, d, o)
	}
	p := newPage(o)
	p.snapshot(&d)
	return p.flush(w)
}

func (p *page) snapshot(d *SnapshotDocument) {
	how := ""
	if d.Encrypted {
		how = ", encrypted"
	}
	p.line("Saved network ", p.word(d.Network), " as it is at revision ", plainNumber(d.Revision), " to ", p.word(d.File), how, ": ",
		counted(d.Keys, "key", "keys"), ", ", counted(d.Masked, "sensitive value", "sensitive values"), " as digests.")
	if !d.Access {
		p.line(p.color(yellow, "Access: "), "not in it, since only an administrator may read roles and users in etcd. A plan compares with what was last applied.")
	}
}

// OriginDocument says that a plan was made of a saved snapshot.
type OriginDocument struct {
	Revision int64     `json:"revision"`
	TakenAt  time.Time `json:"taken_at"`
	// Tool is the version of sigilform that took it.
	Tool string `json:"tool"`
}

func originDocument(p *plan.Plan) *OriginDocument {
	if p.Origin == nil {
		return nil
	}
	return &OriginDocument{Revision: p.Revision, TakenAt: p.Origin.TakenAt.UTC(), Tool: p.Origin.Tool}
}

// ofSnapshot says what a plan of a saved snapshot does not know.
func (p *page) ofSnapshot(d *PlanDocument) {
	if d.Snapshot == nil {
		return
	}
	p.line(p.color(yellow, "Snapshot: "), "planned from one taken ", moment(d.Snapshot.TakenAt), " at revision ", plainNumber(d.Snapshot.Revision),
		". What happened in the network since is not in it.")
}
