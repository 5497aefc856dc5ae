package state

import "time"

// History is the record of one apply. It is stored as gzip-compressed JSON and
// holds no secret: sensitive values are fingerprints.
type History struct {
	Format int   `json:"format"`
	Serial int64 `json:"serial"`
	// Apply is the random id of the apply, the same as in its head: by it an
	// apply whose reply was lost finds out what became of it.
	Apply        string    `json:"apply"`
	Time         time.Time `json:"time"`
	Actor        string    `json:"actor"`
	Commit       string    `json:"commit,omitempty"`
	Mode         string    `json:"mode"`
	Tool         string    `json:"tool"`
	Intent       string    `json:"intent"`
	ConfigDigest string    `json:"config_digest,omitempty"`
	// Restored is the cluster whose state this apply continued, where the
	// cluster was restored from a snapshot.
	Restored string          `json:"restored,omitempty"`
	Counts   HistoryCounts   `json:"counts"`
	Changes  []HistoryChange `json:"changes,omitempty"`
	// Before are the records that the changed objects had, by key; an object
	// that is not in it had none.
	Before map[string]string `json:"before,omitempty"`
	// RolledBackTo is the serial whose state this apply brought back.
	RolledBackTo int64 `json:"rolled_back_to,omitempty"`
	// Allowed names the policies and valves that denied the plan, and that this
	// apply was allowed to break.
	Allowed []string `json:"allowed,omitempty"`
	// Parts is how many parts hold the changes and records of a large apply.
	Parts int `json:"parts,omitempty"`
	// Revision is the cluster's revision of the commit: the ModRevision of the
	// record itself, filled in when it is read.
	Revision int64 `json:"-"`
	// Bytes is the stored size, filled in when it is read.
	Bytes int `json:"-"`
}

// HistoryCounts is how many objects each action touched.
type HistoryCounts struct {
	Create int `json:"create"`
	Update int `json:"update"`
	Delete int `json:"delete"`
	Adopt  int `json:"adopt"`
	Forget int `json:"forget"`
	Record int `json:"record"`
}

// HistoryChange is what happened to one object.
type HistoryChange struct {
	Address string         `json:"address"`
	Kind    string         `json:"kind"`
	ID      string         `json:"id"`
	Action  string         `json:"action"`
	Reason  string         `json:"reason,omitempty"`
	Was     string         `json:"was,omitempty"`
	Fields  []HistoryField `json:"fields,omitempty"`
	Falls   []string       `json:"falls,omitempty"`
}

// HistoryField is what happened to one field.
type HistoryField struct {
	Name   string        `json:"name"`
	Key    string        `json:"key"`
	Action string        `json:"action"`
	Reason string        `json:"reason,omitempty"`
	Old    *HistoryValue `json:"old,omitempty"`
	New    *HistoryValue `json:"new,omitempty"`
}

// HistoryValue is one value; a sensitive one has only a keyed fingerprint.
type HistoryValue struct {
	Text        string `json:"text,omitempty"`
	Sensitive   bool   `json:"sensitive,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
}
