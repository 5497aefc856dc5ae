package plan

import (
	"time"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/network"
	"github.com/sigilgate/sigilform/internal/state"
)

// Origin says of a plan that it was made of a saved snapshot, not of the
// network itself: what happened there since is not in it.
type Origin struct {
	// TakenAt is when the snapshot was taken, Tool the version that took it.
	TakenAt time.Time `json:"taken_at"`
	Tool    string    `json:"tool"`
}

// Wanted are the objects that a plan would want, with everything chosen that
// files leave open. They tell which keys the configuration marks as sensitive.
func Wanted(in Input) ([]keys.Object, error) { return newMaker(in).desired() }

// masked reports whether sensitive values may stand masked in the snapshot. A
// live network is never read so: there anyone could write what looks masked.
func (m *maker) masked() bool { return m.in.MaskKey != "" }

// unmasked is the digest of a value that stands masked in the snapshot.
func (m *maker) unmasked(value string) (digest string, ok bool) {
	if !m.masked() {
		return "", false
	}
	return state.Unmasked(value)
}

// hasMasked reports whether what was applied or is live stands masked. What
// was kept secret when the snapshot was taken stays so, whatever files say now.
func (f *field) hasMasked() bool {
	return f.masked && (f.live.Present && state.LooksMasked(f.live.Text) || f.last.Present && state.LooksMasked(f.last.Text))
}

// maskedValue shows a masked value as any other sensitive one.
func maskedValue(text string) *Value {
	digest, _ := state.Unmasked(text)
	return &Value{Sensitive: true, Fingerprint: state.Fingerprint(digest)}
}

// untitled leaves a masked name of an object of others out.
func (m *maker) untitled(u Unmanaged) Unmanaged {
	if m.masked() && state.LooksMasked(u.Title) {
		u.Title = ""
	}
	return u
}

// usernames tells the username of a live user. One that stands masked is found
// by its digest among those that are wanted: first its own, as it is nearly
// always.
func (m *maker) usernames(wanted []network.User) func(l *keys.Live) string {
	own := make(map[string]string, len(wanted))
	for i := range wanted {
		own[wanted[i].Addr.String()] = wanted[i].Username.Value
	}
	return func(l *keys.Live) string {
		name := title(m.layout, l)
		masked, ok := m.unmasked(name)
		if !ok {
			return name
		}
		of := state.ID{Kind: addr.User, ID: l.ID}
		fits := func(guess string) bool {
			return state.FieldDigest(m.digest, of, m.layout.Title(addr.User), guess) == masked
		}
		if r := m.in.State.Records[of]; r != nil && fits(own[r.Address]) {
			return own[r.Address]
		}
		for i := range wanted {
			if guess := wanted[i].Username.Value; fits(guess) {
				return guess
			}
		}
		return name
	}
}
