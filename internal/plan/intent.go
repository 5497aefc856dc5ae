package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/state"
)

// intended is one change as the intent digest sees it.
type intended struct {
	Address string
	Action  Action
	Reason  Reason
	Was     string
	ID      string
	Fields  []intendedField
	Falls   []string `json:",omitempty"`
	Notes   []string `json:",omitempty"`
}

type intendedField struct {
	Name           string
	Action         Action
	Reason         Reason
	Old, New, Last *Value
}

// placeholder stands for what differs between two plans of the same change.
const placeholder = "(generated)"

// Digest is the intent digest of the changes that the plan shows; what it says of
// itself is its Intent. lasting says that the network had a key of fingerprints
// when the plan was made.
func (p *Plan) Digest(lasting bool) string { return p.intent(lasting) }

// intent is the digest of what changes: addresses, fields, old and new values
// and reasons, with generated values and stamps as placeholders; what falls with
// it, but for what the network writes all day; how objects are treated from then
// on; and how much of the history is kept. Keys and revisions are not in it. Fingerprints are, once the network has a key that
// lasts for them.
func (p *Plan) intent(fingerprints bool) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	write := func(v any) {
		// Encoding plain strings into a hash can't fail.
		_ = e.Encode(v)
	}
	write([]string{"sigilform intent 1", string(p.Mode), p.Network, p.Prefix})
	if p.Restored != "" {
		write([]string{"restored", p.Restored})
	}
	if p.Keep != 0 && p.Keep != state.DefaultKeep {
		write([]string{"keep", strconv.Itoa(p.Keep)})
	}
	layout := p.Layout()
	for i := range p.Changes {
		write(p.Changes[i].intend(layout, fingerprints))
	}
	_, _ = io.WriteString(h, "end")
	return hex.EncodeToString(h.Sum(nil))
}

func (c *Change) intend(layout keys.Layout, fingerprints bool) intended {
	out := intended{Address: c.Address, Action: c.Action, Reason: c.Reason, Was: c.Was, ID: c.ID, Notes: c.treated()}
	for _, key := range c.Falls {
		if !layout.Daily(keys.Space(c.Kind), key) {
			out.Falls = append(out.Falls, legibleText(key))
		}
	}
	if c.GeneratedID {
		out.ID = placeholder
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		g := intendedField{Name: f.Name, Action: f.Action, Reason: f.Reason, Old: legible(f.Old), New: legible(f.New), Last: legible(f.Last)}
		if f.Stamp {
			g.Old = nil
		}
		if f.Generated || f.Stamp {
			g.New = &Value{Text: placeholder}
		}
		if !fingerprints {
			g.Old, g.New, g.Last = masked(g.Old), masked(g.New), masked(g.Last)
		}
		out.Fields = append(out.Fields, g)
	}
	return out
}

// treated are the notes that say what no field shows. Those of what a role or user may
// do are other words for its fields.
func (c *Change) treated() []string {
	if !state.IsACL(c.Kind) {
		return c.Notes
	}
	return slices.DeleteFunc(slices.Clone(c.Notes), func(note string) bool { return !strings.HasPrefix(note, foundIn) })
}

// legible is a value as a plan file can hold it: what is not UTF-8 has the same
// digest before and after it was saved.
func legible(v *Value) *Value {
	if v == nil || utf8.ValidString(v.Text) {
		return v
	}
	out := *v
	out.Text = legibleText(v.Text)
	return &out
}

func legibleText(s string) string { return string([]rune(s)) }

func masked(v *Value) *Value {
	if v == nil || !v.Sensitive {
		return v
	}
	return &Value{Sensitive: true}
}
