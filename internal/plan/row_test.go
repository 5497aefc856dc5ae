package plan

import (
	"testing"
)

func opt(letter byte) Optional {
	if letter == '.' {
		return Optional{}
	}
	return Some("value " + string(letter))
}

// TestFifteenRows names every row of the table in docs/ARCHITECTURE.md.
func TestFifteenRows(t *testing.T) {
	t.Parallel()
	rows := []struct {
		row     Row
		meaning string
		action  Action
		reason  Reason
		drifted bool
	}{
		{"...", "nothing", "", "", false},
		{"..x", "others', never touched", "", "", false},
		{".x.", "ours, gone, unwanted: forget", Forget, "", false},
		{".xx", "ours, unwanted: delete", Delete, "", false},
		{".xy", "ours, unwanted, changed outside: delete, drift noted", Delete, Both, true},
		{"x..", "new: create", Create, "", false},
		{"x.x", "there, equal: adopt", Adopt, Adopted, false},
		{"x.y", "there, different: take over or conflict", Update, TakenOver, false},
		{"xx.", "deleted outside: restore", Create, Drift, true},
		{"xy.", "changed here, deleted outside: create, drift noted", Create, Both, true},
		{"xxx", "in sync", "", "", false},
		{"xxy", "changed outside: restore", Update, Drift, true},
		{"xyx", "outside already made our change: converge", Record, Converged, false},
		{"xyy", "changed here: update", Update, "", false},
		{"xyz", "changed here and outside: update, drift noted", Update, Both, true},
	}
	seen := map[Row]bool{}
	for _, c := range rows {
		t.Run(string(c.row)+" "+c.meaning, func(t *testing.T) {
			t.Parallel()
			got := Classify(opt(c.row[0]), opt(c.row[1]), opt(c.row[2]))
			if got != c.row {
				t.Fatalf("classified as %q", got)
			}
			if v := decide(got); v.action != c.action || v.reason != c.reason {
				t.Errorf("decided %q (%q), want %q (%q)", v.action, v.reason, c.action, c.reason)
			}
			if got.Drifted() != c.drifted {
				t.Errorf("drifted is %v", got.Drifted())
			}
		})
		seen[c.row] = true
	}
	for _, d := range ".xyz" {
		for _, l := range ".xyz" {
			for _, v := range ".xyz" {
				if row := Classify(opt(byte(d)), opt(byte(l)), opt(byte(v))); !seen[row] {
					t.Errorf("%c%c%c falls into %q, which is not a row", d, l, v, row)
				}
			}
		}
	}
}
