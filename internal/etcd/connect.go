package etcd

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"github.com/sigilgate/sigilform/internal/fault"

	"github.com/sigilgate/sigilform/internal/failure"
)

// maxSend is far above the limit of any server: the server's limit is the one
// that counts, and its refusal says more.
const maxSend = 64 << 20

// Connect reaches the cluster, or says within the timeout why it can't. What
// it returns has a quorum, accepts the user, and lets it read sigilform's keys.
func Connect(ctx context.Context, c Config) (*Client, error) {
	s, err := prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	if err := s.reach(ctx); err != nil {
		return nil, err
	}
	seen := s.survey(ctx)
	if err := seen.choose(s); err != nil {
		return nil, err
	}
	client, err := s.open(ctx, true)
	if err == nil {
		if err = client.identify(ctx); err != nil {
			_ = client.Close()
		}
	}
	if err != nil {
		return nil, s.explain(ctx, err, seen)
	}
	return client, nil
}

// reach probes every endpoint at once and keeps those that answer.
func (s *settings) reach(ctx context.Context) error {
	// One endpoint that swallows packets must not use up the time of the others.
	limit, cancel := context.WithTimeout(ctx, s.Timeout/2)
	defer cancel()
	errs := make([]error, len(s.targets))
	var wg fault.Group
	for i, t := range s.targets {
		wg.Go(func() { errs[i] = s.probe(limit, t) })
	}
	wg.Wait()
	var alive []target
	for i, t := range s.targets {
		if errs[i] == nil {
			alive = append(alive, t)
		}
	}
	if len(alive) > 0 {
		s.targets = alive
		return nil
	}
	return allFailed(errs)
}

// allFailed makes one error of those of all endpoints.
func allFailed(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	out := &ConnectError{Code: failure.EtcdUnreachable, Summary: fmt.Sprintf("None of the %d endpoints can be used", len(errs))}
	codes, lines := map[failure.Code]bool{}, make([]string, 0, len(errs))
	for _, err := range errs {
		e, ok := err.(*ConnectError) //nolint:errorlint // probe returns no other and wraps none
		if !ok {
			lines = append(lines, err.Error())
			continue
		}
		codes[e.Code] = true
		out.Code, out.Cause = e.Code, e
		if !slices.Contains(strings.Split(out.Hint, "\n"), e.Hint) {
			out.Hint = strings.TrimPrefix(out.Hint+"\n"+e.Hint, "\n")
		}
		lines = append(lines, e.Error())
	}
	if len(codes) > 1 {
		out.Code = failure.EtcdUnreachable
	}
	out.Detail = strings.Join(lines, "\n")
	return out
}

// open makes a client of the endpoints that are left. The client outlives ctx,
// which only bounds the opening.
func (s *settings) open(ctx context.Context, login bool) (*Client, error) {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer context.AfterFunc(ctx, fault.Quiet(end))()
	config := clientv3.Config{
		Context: life, Endpoints: s.urls(), TLS: s.tls, Logger: zap.NewNop(),
		DialTimeout: remaining(ctx, s.Timeout), DialKeepAliveTime: keepAliveTime, DialKeepAliveTimeout: s.Timeout,
		MaxCallSendMsgSize: maxSend, MaxCallRecvMsgSize: math.MaxInt32,
		DialOptions: append([]grpc.DialOption{
			grpc.WithNoProxy(),
			grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(maxSend), grpc.MaxCallRecvMsgSize(math.MaxInt32)),
			grpc.WithChainUnaryInterceptor((&session{password: login && s.Username != ""}).send),
			grpc.WithStatsHandler(sentWatcher{}),
		}, append(s.serverName(), s.traced()...)...),
	}
	if login {
		config.Username, config.Password = s.Username, s.Password
	}
	api, err := clientv3.New(config)
	if err != nil {
		end()
		return nil, err
	}
	return &Client{api: api, kv: clientv3.RetryKVClient(api), auth: clientv3.RetryAuthClient(api), settings: s, limits: &limits{now: s.Limits}}, nil
}

// keepAliveTime is above the least that servers allow between pings.
const keepAliveTime = 30 * time.Second

func (s *settings) urls() []string {
	out := make([]string, 0, len(s.targets))
	for _, t := range s.targets {
		out = append(out, t.url)
	}
	return out
}

func remaining(ctx context.Context, otherwise time.Duration) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return max(time.Until(end), time.Millisecond)
	}
	return otherwise
}

// seen is what the endpoints said of themselves before anyone logged in.
type seen struct {
	status  map[string]*pb.StatusResponse
	failed  map[string]error
	members int
}

// survey asks each endpoint for its status, and one for the members; a server
// with authentication may refuse both, which is not an error yet.
func (s *settings) survey(ctx context.Context) seen {
	out := seen{status: map[string]*pb.StatusResponse{}, failed: map[string]error{}}
	limit, cancel := context.WithTimeout(ctx, s.Timeout/4)
	defer cancel()
	bare, err := s.open(limit, false)
	if err != nil {
		return out
	}
	defer bare.Close() //nolint:errcheck // a connection that only asked
	var mu sync.Mutex
	var wg fault.Group
	for _, t := range s.targets {
		wg.Go(func() {
			answer, err := bare.api.Status(limit, t.url)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				out.failed[t.url] = err
				return
			}
			out.status[t.url] = (*pb.StatusResponse)(answer)
		})
	}
	wg.Go(func() {
		list, err := bare.api.MemberList(limit, clientv3.WithSerializable())
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			for _, m := range list.Members {
				if !m.GetIsLearner() {
					out.members++
				}
			}
		}
	})
	wg.Wait()
	return out
}

// choose drops learners, which answer neither reads nor writes, and refuses
// endpoints of two clusters.
func (n seen) choose(s *settings) error {
	var voters []target
	var first target
	for _, t := range s.targets {
		st, ok := n.status[t.url]
		if ok && st.GetIsLearner() {
			continue
		}
		voters = append(voters, t)
		if !ok {
			continue
		}
		if first.url == "" {
			first = t
		}
		if a, b := n.status[first.url].GetHeader().GetClusterId(), st.GetHeader().GetClusterId(); a != b {
			return &ConnectError{
				Code: failure.EtcdTwoClusters, Endpoint: t.url, Summary: "The endpoints belong to different clusters",
				Detail: fmt.Sprintf("%s is of cluster %s, %s of cluster %s.", first, hexID(a), t, hexID(b)),
				Hint:   "give only endpoints of one cluster",
			}
		}
	}
	if len(voters) == 0 {
		return &ConnectError{
			Code: failure.EtcdLearner, Endpoint: s.targets[0].url, Summary: fmt.Sprintf("The etcd member at %s is a learner", s.targets[0].address),
			Detail: "A learner does not vote yet, and answers neither reads nor writes.",
			Hint:   "give the endpoint of another member, or promote this one with `etcdctl member promote`",
		}
	}
	s.targets = voters
	return nil
}
