package plan_test

import (
	"strings"
	"testing"
)

// TestKeyThatIsNotUTF8: what a plan file could not hold to the letter stands in
// the plan's way, once for each key, and only where the plan touches it.
func TestKeyThatIsNotUTF8(t *testing.T) {
	const odd = "192.8\xb7\xd1"
	s := start(t)
	s.put("/sigilgate/nodes/"+coreB+"/"+odd, "")
	if p := s.plan(); len(p.Conflicts) > 0 {
		t.Fatalf("what the plan does not touch is a conflict: %+v", p.Conflicts)
	}
	s.put("/sigilgate/topology/links/"+coreB+"/"+odd, "")
	s.put("/sigilgate/topology/links/"+odd+"/"+coreB, "")
	var seen []string
	for _, c := range s.plan().Conflicts {
		if strings.HasSuffix(c.Summary, "is not UTF-8") {
			seen = append(seen, c.Summary)
		}
	}
	if len(seen) != 2 || seen[0] == seen[1] {
		t.Errorf("want each of both keys once, got %q", seen)
	}
}
