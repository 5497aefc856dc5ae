package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/veil"
)

// formatVersion is that of the message.
const formatVersion = "1.0"

const (
	// maxObjects is how many objects a message lists; it says how many there are.
	maxObjects = 100
	// maxFields is how many fields it lists of each.
	maxFields = 50
	// maxText is how many objects the text for people names.
	maxText = 5
)

// Message is the body of a request. It holds no value of the network.
type Message struct {
	FormatVersion string `json:"format_version"`
	Document      string `json:"document"`
	// Text is for people; Slack and those like it show it.
	Text       string     `json:"text"`
	Network    string     `json:"network"`
	Transition Transition `json:"transition"`
	// Serial and Revision are of the last apply and of the cluster as it was read.
	Serial   int64     `json:"serial"`
	Revision int64     `json:"revision"`
	At       time.Time `json:"at"`
	// DriftedObjects and DriftedFields count all, Objects are the first of them.
	DriftedObjects int      `json:"drifted_objects"`
	DriftedFields  int      `json:"drifted_fields"`
	IgnoredFields  int      `json:"ignored_fields"`
	Objects        []Object `json:"objects"`
}

// Object is one that drifted.
type Object struct {
	Address string `json:"address"`
	Kind    string `json:"kind"`
	// Action is what an apply would do.
	Action string `json:"action"`
	// Fields are the names of those that drifted, the first of them.
	Fields []string `json:"fields"`
}

// NewMessage says what a report found.
func NewMessage(t Transition, r *drift.Report, at time.Time) Message {
	m := Message{
		FormatVersion: formatVersion, Document: "drift_transition",
		Network: r.Network, Transition: t, Serial: r.Serial, Revision: r.Revision, At: at.UTC(),
		DriftedObjects: len(r.Objects), IgnoredFields: r.IgnoredFields, Objects: []Object{},
	}
	for i := range r.Objects {
		m.DriftedFields += len(r.Objects[i].Fields)
		if i < maxObjects {
			m.Objects = append(m.Objects, object(&r.Objects[i]))
		}
	}
	m.Text = m.text()
	return m
}

func object(c *plan.Change) Object {
	o := Object{Address: c.Address, Kind: string(c.Kind), Action: string(c.Action), Fields: []string{}}
	for i := range c.Fields {
		if i == maxFields {
			break
		}
		o.Fields = append(o.Fields, c.Fields[i].Name)
	}
	return o
}

// through shortens what is private in it.
func (m *Message) through(v *veil.Veil) {
	for i := range m.Objects {
		o := &m.Objects[i]
		o.Address = v.Text(o.Address)
		for j := range o.Fields {
			o.Fields[j] = v.Text(o.Fields[j])
		}
	}
	m.Text = m.text()
}

// text is one line for people. What others named can't become a link or a
// mention in it.
func (m *Message) text() string {
	network := plain(m.Network)
	if m.Transition == Resolved {
		return fmt.Sprintf("sigilform: no drift of network %s any more, since serial %d (revision %d)", network, m.Serial, m.Revision)
	}
	what := "drift of"
	if m.Transition == Changed {
		what = "the drift changed of"
	}
	names := make([]string, 0, maxText)
	for i := range m.Objects {
		if i == maxText {
			names = append(names, fmt.Sprintf("and %d more", m.DriftedObjects-maxText))
			break
		}
		names = append(names, plain(m.Objects[i].Address))
	}
	return fmt.Sprintf("sigilform: %s network %s: %d of its fields differ from serial %d (revision %d), in %s",
		what, network, m.DriftedFields, m.Serial, m.Revision, strings.Join(names, ", "))
}

// plain is a text without what chats give a meaning: Slack's escapes, and no
// control characters.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@\u200b").Replace(s)
}

// body is the message as it is sent.
func (m *Message) body() ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	return text, nil
}
