package apply

import (
	"context"
	"fmt"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// ending is what makes the plan's writes an apply: the new head, and the
// history. Parts may be written before, last must be written at the end, at once.
type ending struct {
	parts, last []kv.Op
	// guards are those of last, beside that of the head.
	guards []kv.Guard
}

// newPlanKey is the key that the apply makes: none where there is one already,
// or where the network goes.
func newPlanKey(ctx context.Context, s Store, p *plan.Plan, o Options) (string, error) {
	if o.PlanKey == "" || p.Mode == plan.ModeDestroy {
		return "", nil
	}
	found, err := s.Read(ctx, state.NewLayout(p.Network).PlanKey())
	if err != nil || len(found) > 0 {
		return "", err
	}
	return o.PlanKey, nil
}

// partOf is how large a value of sigilform's own may be beside others in one
// request of the server.
func partOf(l kv.Limits) int { return l.MaxRequestBytes / 4 }

// closing makes the ending of an apply, of values of at most size bytes.
func closing(p *plan.Plan, clusterID string, o Options, size int) (*ending, error) {
	layout, serial := state.NewLayout(p.Network), p.Serial+1
	head, err := state.EncodeHead(newHead(p, clusterID, o))
	if err != nil {
		return nil, err
	}
	parts, last, err := record(layout, newHistory(p, o), size)
	if err != nil {
		return nil, err
	}
	last = append(last, kv.Op{Kind: kv.Put, Key: layout.Head(), Value: head})
	if len(p.Secrets) > 0 {
		secrets, err := state.EncodeSecrets(p.Secrets, size)
		if err != nil {
			return nil, err
		}
		last = append(last, kv.Op{Kind: kv.Put, Key: layout.HistorySecret(serial), Value: secrets[0]})
		for i, more := range secrets[1:] {
			parts = append(parts, kv.Op{Kind: kv.Put, Key: layout.HistorySecretPart(serial, i+1), Value: more})
		}
	}
	if first := serial - int64(p.Keep) + 1; p.Keep > 0 && first > 1 {
		last = append(last, kv.Op{Kind: kv.DeleteRange, Key: layout.History(0), End: layout.History(first)})
	}
	out := &ending{parts: parts, last: last}
	if o.PlanKey != "" {
		out.last = append(out.last, kv.Op{Kind: kv.Put, Key: layout.PlanKey(), Value: o.PlanKey})
		out.guards = append(out.guards, kv.Guard{Kind: kv.Unmoved, Key: layout.PlanKey()})
	}
	return out, nil
}

// record is the history of an apply, in parts where it is larger than size.
func record(layout state.Layout, h state.History, size int) (parts, last []kv.Op, err error) {
	text, rest, err := state.EncodeHistory(h, size)
	if err != nil {
		return nil, nil, err
	}
	for i, part := range rest {
		parts = append(parts, kv.Op{Kind: kv.Put, Key: layout.HistoryPart(h.Serial, i), Value: part})
	}
	return parts, []kv.Op{{Kind: kv.Put, Key: layout.History(h.Serial), Value: text}}, nil
}

// recorded reads the history of an apply back from its writes.
func recorded(layout state.Layout, serial int64, ops []kv.Op) (state.History, error) {
	values := map[string]string{}
	for _, op := range ops {
		values[op.Key] = op.Value
	}
	text, ok := values[layout.History(serial)]
	if !ok {
		return state.History{}, fmt.Errorf("it holds no history of serial %d", serial)
	}
	return state.DecodeHistory(text, func(n int) (string, bool) {
		part, ok := values[layout.HistoryPart(serial, n)]
		return part, ok
	})
}
