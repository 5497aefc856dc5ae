package etcd

import (
	"cmp"
	"context"
	"slices"
	"sync"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/sigilgate/sigilform/internal/fault"
)

// Cluster describes the cluster as it is now.
type Cluster struct {
	ID string `json:"id"`
	// Revision is the highest that a member reported.
	Revision int64 `json:"revision"`
	// Members are sorted by name, then id.
	Members []Member `json:"members"`
	// Voters are the members that are not learners, Reachable those of them
	// that answered, Quorum is how many must, and Tolerance how many of the
	// voters may be lost at all.
	Voters    int  `json:"voters"`
	Reachable int  `json:"reachable"`
	Quorum    int  `json:"quorum"`
	Tolerance int  `json:"tolerance"`
	HasQuorum bool `json:"has_quorum"`
	// Partial says that the user may not list the members: only those at the
	// given endpoints are known, and nothing of a quorum.
	Partial bool `json:"partial,omitempty"`
}

// Member is one member of the cluster.
type Member struct {
	ID         string   `json:"id"`
	Name       string   `json:"name,omitempty"`
	ClientURLs []string `json:"client_urls,omitempty"`
	PeerURLs   []string `json:"peer_urls,omitempty"`
	Version    string   `json:"version,omitempty"`
	DBSize     int64    `json:"db_size,omitempty"`
	DBInUse    int64    `json:"db_in_use,omitempty"`
	RaftIndex  uint64   `json:"raft_index,omitempty"`
	Leader     bool     `json:"leader,omitempty"`
	Learner    bool     `json:"learner,omitempty"`
	Reachable  bool     `json:"reachable"`
	// Alarms are "NOSPACE" and "CORRUPT".
	Alarms []string `json:"alarms,omitempty"`
	// Problem is why it was not reached.
	Problem string `json:"problem,omitempty"`
}

// Cluster asks for the members and each of them for its status. A member that
// does not answer is not an error.
func (c *Client) Cluster(ctx context.Context) (Cluster, error) {
	ctx, cancel := c.request(ctx)
	defer cancel()
	list, err := c.api.MemberList(ctx, clientv3.WithSerializable())
	if is(err, rpctypes.ErrPermissionDenied) {
		return c.partial(ctx), nil
	}
	if err != nil {
		return Cluster{}, c.explain(ctx, err)
	}
	alarms := c.alarms(ctx)
	known := c.byMember(ctx)
	out := Cluster{ID: c.ClusterID(), Members: make([]Member, len(list.Members))}
	var wg fault.Group
	for i, m := range list.Members {
		out.Members[i] = Member{
			ID: hexID(m.GetID()), Name: m.GetName(), ClientURLs: m.GetClientURLs(), PeerURLs: m.GetPeerURLs(),
			Learner: m.GetIsLearner(), Alarms: alarms[m.GetID()],
		}
		wg.Go(func() { c.ask(ctx, &out.Members[i], m, known[m.GetID()]) })
	}
	wg.Wait()
	for _, s := range known {
		out.Revision = max(out.Revision, s.GetHeader().GetRevision())
	}
	out.count()
	return out, nil
}

// partial is what the given endpoints say of themselves, to a user who may not
// list the members.
func (c *Client) partial(ctx context.Context) Cluster {
	out := Cluster{ID: c.ClusterID(), Partial: true, Members: []Member{}}
	for id, s := range c.byMember(ctx) {
		m := Member{ID: hexID(id), Learner: s.GetIsLearner()}
		m.learn(s)
		out.Members = append(out.Members, m)
		out.Revision = max(out.Revision, s.GetHeader().GetRevision())
	}
	slices.SortFunc(out.Members, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// learn fills in what a member says of itself.
func (m *Member) learn(s *pb.StatusResponse) {
	m.Reachable, m.Problem = true, ""
	m.Version, m.DBSize, m.DBInUse = s.GetVersion(), s.GetDbSize(), s.GetDbSizeInUse()
	m.RaftIndex, m.Leader = s.GetRaftIndex(), s.GetLeader() == s.GetHeader().GetMemberId()
}

func (c *Cluster) count() {
	for _, m := range c.Members {
		if m.Learner {
			continue
		}
		c.Voters++
		if m.Reachable {
			c.Reachable++
		}
	}
	c.Quorum = c.Voters/2 + 1
	c.Tolerance = max(c.Voters-c.Quorum, 0)
	c.HasQuorum = c.Reachable >= c.Quorum
	slices.SortFunc(c.Members, func(a, b Member) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
}

// byMember asks the configured endpoints: they work from here, which the URLs
// that members advertise may not.
func (c *Client) byMember(ctx context.Context) map[uint64]*pb.StatusResponse {
	endpoints := c.settings.urls()
	if c.inProcess {
		endpoints = []string{""}
	}
	out := map[uint64]*pb.StatusResponse{}
	var mu sync.Mutex
	var wg fault.Group
	limit, cancel := context.WithTimeout(ctx, c.settings.Timeout/3)
	defer cancel()
	for _, e := range endpoints {
		wg.Go(func() {
			answer, err := c.api.Status(limit, e)
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				out[answer.Header.GetMemberId()] = (*pb.StatusResponse)(answer)
			}
		})
	}
	wg.Wait()
	return out
}

// ask fills in a member's status, from what is known or from its own URLs.
func (c *Client) ask(ctx context.Context, m *Member, id *pb.Member, known *pb.StatusResponse) {
	limit, cancel := context.WithTimeout(ctx, c.settings.Timeout/3)
	defer cancel()
	for _, u := range id.GetClientURLs() {
		if known != nil {
			break
		}
		answer, err := c.api.Status(limit, u)
		switch {
		case err != nil:
			m.Problem = plainError(err)
		case answer.Header.GetMemberId() == id.GetID():
			known = (*pb.StatusResponse)(answer)
		}
	}
	if known == nil {
		m.Problem = cmp.Or(m.Problem, "it advertises no client URL")
		return
	}
	m.learn(known)
}

// alarms are by member; a user who may not ask for them sees none.
func (c *Client) alarms(ctx context.Context) map[uint64][]string {
	out := map[uint64][]string{}
	list, err := c.api.AlarmList(ctx)
	if err != nil {
		return out
	}
	for _, a := range list.Alarms {
		out[a.GetMemberID()] = append(out[a.GetMemberID()], a.GetAlarm().String())
	}
	return out
}
