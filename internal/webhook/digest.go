package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"slices"
	"strconv"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
)

// Digest is over what drifted: over the fields with what they were changed to.
// It is the same as long as nothing else drifts, at whatever revision; without
// drift it is empty.
func Digest(r *drift.Report) string {
	if !r.Drifted() {
		return ""
	}
	var lines []string
	for i := range r.Objects {
		o := &r.Objects[i]
		lines = append(lines, line(o.Address, string(o.Kind), o.ID, string(o.Action)))
		for j := range o.Fields {
			f := &o.Fields[j]
			lines = append(lines, line(o.Address, string(o.Kind), o.ID, f.Name, string(f.Action), value(f.Old)))
		}
	}
	slices.Sort(lines)
	h := sha256.New()
	for _, l := range lines {
		add(h, l)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// value is what a field was changed to: of a sensitive one, the keyed digest.
func value(v *plan.Value) string {
	switch {
	case v == nil:
		return "absent"
	case v.Sensitive:
		return "sensitive " + v.Fingerprint
	}
	return "text " + v.Text
}

// line joins parts so that no two lists of parts make the same line.
func line(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		add(h, p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func add(h hash.Hash, s string) {
	_, _ = io.WriteString(h, strconv.Itoa(len(s))+":"+s)
}
