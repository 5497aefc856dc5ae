package state

import "time"

// DefaultKeep is how many applies the history keeps where nothing else is said.
const DefaultKeep = 100

// FormatVersion is the version of everything below sigilform's own prefix.
const FormatVersion = 1

// Head is the state of a network as a whole. Its key is the guard of every
// apply: two applies from one head can't both commit.
type Head struct {
	Format int `json:"format"`
	// Network is the network's name, Prefix where its keys are.
	Network string `json:"network"`
	Prefix  string `json:"prefix"`
	// ClusterID is the cluster that the state was written to.
	ClusterID string `json:"cluster_id"`
	// LogIndex is how long the cluster's own log was, at least, when the head
	// was written; 0 where that is not known. A log only grows, but a cluster
	// that is restored from a snapshot begins a new one.
	LogIndex uint64 `json:"log_index,omitempty"`
	// Generation is random, chosen at the first apply; it tells a network
	// from another of the same name.
	Generation string `json:"generation"`
	// Serial counts the applies, from 1.
	Serial int64     `json:"serial"`
	Time   time.Time `json:"time"`
	Actor  string    `json:"actor"`
	// Apply is a random id of the apply that wrote this head.
	Apply  string `json:"apply"`
	Commit string `json:"commit,omitempty"`
	// ConfigDigest is the digest of the configuration that was applied.
	ConfigDigest string `json:"config_digest,omitempty"`
	// Keep is how many applies the history keeps.
	Keep int `json:"keep,omitempty"`
}
