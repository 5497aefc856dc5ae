package apply

import (
	"fmt"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/state"
)

// ending is what makes the plan's writes an apply: the new head, and the
// history. Parts may be written before, last must be written at the end, at once.
type ending struct{ parts, last []kv.Op }

// closing makes the ending of an apply.
func closing(p *plan.Plan, clusterID string, o Options) (*ending, error) {
	layout, serial := state.NewLayout(p.Network), p.Serial+1
	head, err := state.EncodeHead(newHead(p, clusterID, o))
	if err != nil {
		return nil, err
	}
	parts, last, err := record(layout, newHistory(p, o))
	if err != nil {
		return nil, err
	}
	last = append(last, kv.Op{Kind: kv.Put, Key: layout.Head(), Value: head})
	if len(p.Secrets) > 0 {
		secrets, err := state.EncodeSecrets(p.Secrets)
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
	return &ending{parts: parts, last: last}, nil
}

// record is the history of an apply, in parts where it is large.
func record(layout state.Layout, h state.History) (parts, last []kv.Op, err error) {
	text, rest, err := state.EncodeHistory(h)
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
