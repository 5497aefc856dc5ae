package plan_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/plan"
)

// TestNumberIsGuardedWhereItIsTaken: in an apply of several transactions the guard of
// a number in a cell goes with the write that takes that number in that cell: not with
// one that takes the same number elsewhere, and not with the first of all, before
// whoever had it has given it up.
func TestNumberIsGuardedWhereItIsTaken(t *testing.T) {
	t.Parallel()
	waw := "/sigilgate/nodes/" + coreB + "/"
	rows := map[string]struct {
		change func(s *scenario, other addr.Addr)
		want   map[string]string
		beside map[string]string
	}{
		"one number in two cells": {
			func(s *scenario, _ addr.Addr) { s.net.Cores[0].Number.Value, s.net.Cores[1].Number.Value = 7, 7 },
			map[string]string{netCell + " 7": amsNode + "node_number", "other.example.net 7": waw + "node_number"},
			map[string]string{amsNode + "cell_domain": netCell, waw + "cell_domain": "other.example.net"},
		},
		"both Cores in the other's cell": {
			func(s *scenario, other addr.Addr) {
				s.net.Cores[0].Cell, s.net.Cores[1].Cell = to(other), s.net.Cores[0].Cell
				s.net.Cores[0].Number.Value = 7
			},
			map[string]string{netCell + " 2": waw + "cell_domain", "other.example.net 7": amsNode + "node_number"},
			map[string]string{waw + "node_number": "2"},
		},
		"the cell alone": {
			func(s *scenario, _ addr.Addr) {
				s.net.Cores[1].Cell = s.net.Cores[0].Cell
				s.net.Cores[0].Number.Value = 3
			},
			map[string]string{netCell + " 2": waw + "cell_domain", netCell + " 3": amsNode + "node_number"},
			map[string]string{amsNode + "cell_domain": netCell, waw + "node_number": "2"},
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.withCell()
			other := addr.New(addr.Cell, "other", addr.NoKey)
			s.net.Cells = append(s.net.Cells, network.Cell{Addr: other, Domain: named("other.example.net")})
			s.net.Cores[1].Cell = to(other)
			s.apply()
			row.change(s, other)
			p := s.plan()
			got, intent := map[string]string{}, p.Sequence(1)
			for _, g := range intent.Guards {
				if g.Kind == kv.Unheld && g.Beside != "" {
					got[g.Within+" "+g.Value] = intent.Ops[g.At].Key
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
			if !maps.Equal(row.beside, p.Beside) {
				t.Errorf("it stands on %v", p.Beside)
			}
			s.confirmed(p)
			for key := range p.Beside {
				if err := s.bent(p, func(p *plan.Plan) { p.Beside[key] += "0" }); err == nil {
					t.Errorf("another value of %s is confirmed", key)
				}
			}
		})
	}
}
