package render

import (
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
)

// StatusDocument is the live network and the cluster that holds it.
type StatusDocument struct {
	Head
	Network   string `json:"network"`
	Prefix    string `json:"prefix"`
	ClusterID string `json:"cluster_id"`
	Revision  int64  `json:"revision"`
	// Time is when it was read; ages are counted to it.
	Time time.Time `json:"time"`
	// Serial is 0, and the others empty, before the first apply.
	Serial    int64      `json:"serial"`
	AppliedAt *time.Time `json:"applied_at,omitempty"`
	AppliedBy string     `json:"applied_by,omitempty"`
	Commit    string     `json:"commit,omitempty"`
	// Nodes are sorted by kind, then IP.
	Nodes []StatusNode `json:"nodes"`
	// Links are pairs of Core IPs, each once, sorted.
	Links   []StatusLink `json:"links"`
	Users   StatusCount  `json:"users"`
	Devices StatusCount  `json:"devices"`
	// Unmanaged counts the objects that others created.
	Unmanaged int `json:"unmanaged"`
	// Foreign counts the keys of other programs, by prefix, sorted.
	Foreign []StatusForeign `json:"foreign"`
	// Members are empty, and Quorum nil, where the cluster was not asked.
	Members []StatusMember `json:"members"`
	Quorum  *StatusQuorum  `json:"quorum,omitempty"`
	// Rescue says that an apply which turned authentication on has left its rescue
	// user in etcd, an administrator; only one may know.
	Rescue bool `json:"rescue_user,omitempty"`
	// Warnings are for the reader.
	Warnings diag.List `json:"warnings"`
	// Journal is that of an apply that is under way or was interrupted.
	Journal *JournalDocument `json:"journal,omitempty"`
	// Restored says that the cluster was restored from a snapshot since the
	// last apply.
	Restored *RestoredDocument `json:"restored_cluster,omitempty"`
}

// StatusNode is a Core or an Entry as the network has it.
type StatusNode struct {
	// Kind is "core", "entry", or "node" without a valid role.
	Kind string `json:"kind"`
	IP   string `json:"ip"`
	// Address is that under which it was applied, empty if others made it.
	Address  string     `json:"address,omitempty"`
	Domain   string     `json:"domain,omitempty"`
	Cell     string     `json:"cell,omitempty"`
	Region   string     `json:"region,omitempty"`
	Status   string     `json:"status,omitempty"`
	StatusAt *time.Time `json:"status_at,omitempty"`
	Health   string     `json:"health,omitempty"`
	HealthAt *time.Time `json:"health_at,omitempty"`
	// BoundTo is the IP of the Core that administers an Entry.
	BoundTo string `json:"bound_to,omitempty"`
	// Routes are those of an Entry, by Core.
	Routes []StatusRoute `json:"routes,omitempty"`
}

// StatusRoute is a channel from an Entry to a Core.
type StatusRoute struct {
	Core      string     `json:"core"`
	Address   string     `json:"address,omitempty"`
	Status    string     `json:"status,omitempty"`
	StatusAt  *time.Time `json:"status_at,omitempty"`
	RotatedAt *time.Time `json:"rotated_at,omitempty"`
}

// StatusLink is a link of two Cores, by IP.
type StatusLink struct {
	A string `json:"a"`
	B string `json:"b"`
	// OneWay says that only A has it, which no program writes.
	OneWay bool `json:"one_way,omitempty"`
}

// StatusCount counts objects by their status.
type StatusCount struct {
	Active   int `json:"active"`
	Inactive int `json:"inactive"`
	Archived int `json:"archived"`
	// Other counts those with no status, or an unknown one.
	Other int `json:"other"`
}

// Total counts all.
func (c StatusCount) Total() int { return c.Active + c.Inactive + c.Archived + c.Other }

// StatusForeign counts the keys of other programs under one prefix.
type StatusForeign struct {
	Prefix string `json:"prefix"`
	Keys   int64  `json:"keys"`
}

// StatusMember is a member of the cluster.
type StatusMember struct {
	ID         string   `json:"id"`
	Name       string   `json:"name,omitempty"`
	ClientURLs []string `json:"client_urls,omitempty"`
	PeerURLs   []string `json:"peer_urls,omitempty"`
	Version    string   `json:"version,omitempty"`
	// DBSize and DBInUse are in bytes.
	DBSize    int64  `json:"db_size,omitempty"`
	DBInUse   int64  `json:"db_in_use,omitempty"`
	RaftIndex uint64 `json:"raft_index,omitempty"`
	Leader    bool   `json:"leader,omitempty"`
	Learner   bool   `json:"learner,omitempty"`
	Reachable bool   `json:"reachable"`
	// Alarms are "NOSPACE" and "CORRUPT".
	Alarms []string `json:"alarms,omitempty"`
	// Problem is why it was not reached.
	Problem string `json:"problem,omitempty"`
}

// StatusQuorum says how much the cluster survives.
type StatusQuorum struct {
	Voters    int  `json:"voters"`
	Reachable int  `json:"reachable"`
	Needed    int  `json:"needed"`
	Tolerance int  `json:"tolerance"`
	HasQuorum bool `json:"has_quorum"`
}
