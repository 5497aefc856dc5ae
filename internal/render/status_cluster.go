package render

import (
	"cmp"
	"strings"
)

// cluster adds the members of the cluster and what it survives.
func (p *page) cluster(s *StatusDocument) {
	if len(s.Members) == 0 {
		return
	}
	t := table{right: []bool{false, false, false, true}}
	t.row("member", "role", "version", "database", "state", "client")
	for i := range s.Members {
		m := &s.Members[i]
		database := ""
		if m.DBSize > 0 {
			database = size(m.DBSize)
		}
		t.row(p.word(cmp.Or(m.Name, m.ID)), memberRole(m), p.word(m.Version), database, p.memberState(m), p.word(strings.Join(m.ClientURLs, ", ")))
	}
	p.titled("Members", len(s.Members), &t)
	p.space()
	p.line(p.quorum(s.Quorum))
}

func memberRole(m *StatusMember) string {
	switch {
	case m.Leader:
		return "leader"
	case m.Learner:
		return "learner"
	case !m.Reachable:
		return "-"
	}
	return "follower"
}

func (p *page) memberState(m *StatusMember) string {
	switch {
	case len(m.Alarms) > 0:
		return p.color(red, "ALARM "+p.word(strings.Join(m.Alarms, ", ")))
	case !m.Reachable && m.Problem != "":
		return p.color(red, "unreachable") + ": " + p.word(m.Problem)
	case !m.Reachable:
		return p.color(red, "unreachable")
	}
	return p.color(green, "ok")
}

// quorum is "3 members, survives 1 failure".
func (p *page) quorum(q *StatusQuorum) string {
	if q == nil {
		return ""
	}
	text := counted(q.Voters, "voting member", "voting members")
	down := q.Voters - q.Reachable
	if down > 0 {
		text += ", " + number(q.Reachable) + " reachable"
	}
	spare := max(q.Tolerance-down, 0)
	switch {
	case !q.HasQuorum:
		return p.color(red, "No quorum: "+text+", "+number(q.Needed)+" needed.")
	case spare == 0 && down > 0:
		return p.color(yellow, "Quorum: "+text+", survives no further failure.")
	case spare == 0:
		return p.color(yellow, "Quorum: "+text+", survives no failure.")
	}
	more := ""
	if down > 0 {
		more = "further "
	}
	return p.color(green, "Quorum:") + " " + text + ", survives " + number(spare) + " " + more + plural(spare, "failure", "failures") + "."
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
