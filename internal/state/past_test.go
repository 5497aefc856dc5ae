package state_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/keys"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

var (
	coreID = state.ID{Kind: addr.Core, ID: "192.0.2.1"}
	roleID = state.ID{Kind: addr.ACLRole, ID: "core"}
)

const (
	region = "/sigilgate/nodes/192.0.2.1/region"
	secret = "/sigilgate/nodes/192.0.2.1/uuid"
)

func plain(text string) *state.HistoryValue { return &state.HistoryValue{Text: text} }
func hidden(fingerprint string) *state.HistoryValue {
	return &state.HistoryValue{Sensitive: true, Fingerprint: fingerprint}
}

// apply is one apply that changed an object: fields, and the record before.
func applied(serial int64, id state.ID, action string, before string, fields ...state.HistoryField) *state.History {
	h := &state.History{Serial: serial, Before: map[string]string{}, Changes: []state.HistoryChange{{
		Address: "a." + id.ID, Kind: string(id.Kind), ID: id.ID, Action: action, Fields: fields,
	}}}
	if before != "" {
		h.Before[state.NewLayout("prod").Record(id.Kind, id.ID)] = before
	}
	return h
}

func set(action string, before, after *state.HistoryValue) state.HistoryField {
	return state.HistoryField{Name: "region", Key: region, Action: action, Old: before, New: after}
}

// undone takes applies back, the newest first.
func undone(t *testing.T, secrets map[string]string, all ...*state.History) *state.Past {
	t.Helper()
	st := state.Empty("prod")
	st.Records[coreID] = &state.Record{Kind: coreID.Kind, ID: coreID.ID, Address: "now"}
	st.ACL[roleID] = &state.Record{Kind: roleID.Kind, ID: roleID.ID, Address: "now"}
	p := st.Rewind()
	for _, h := range all {
		if err := p.Undo(h, secrets); err != nil {
			t.Fatal(err)
		}
	}
	if st.Records[coreID].Address != "now" || st.ACL[roleID].Address != "now" {
		t.Error("what is applied now was changed")
	}
	return p
}

// TestUndoGivesRecordsBack: the record that an object had before, in its place, or
// none where it had none.
func TestUndoGivesRecordsBack(t *testing.T) {
	t.Parallel()
	for _, id := range []state.ID{coreID, roleID} {
		p := undone(t, nil, applied(3, id, "update", `{"address":"second"}`), applied(2, id, "update", `{"address":"first"}`))
		records := p.Records
		if id == roleID {
			records = p.ACL
		}
		if r := records[id]; r == nil || r.Address != "first" || r.Kind != id.Kind || r.ID != id.ID {
			t.Errorf("%v is %+v", id, r)
		}
		p = undone(t, nil, applied(3, id, "create", ""))
		if len(p.Records)+len(p.ACL) != 1 {
			t.Errorf("%v was not there: %v, %v", id, p.Records, p.ACL)
		}
	}
	p := state.Empty("prod").Rewind()
	if damaged := new(state.Damaged); !errors.As(p.Undo(applied(2, coreID, "update", "{"), nil), &damaged) || damaged.Key == "" || damaged.Cause == nil {
		t.Errorf("a record that can't be read: %v", damaged)
	}
}

// TestUnremembered: only what is made to a thing without a record may lack the
// record before.
func TestUnremembered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		id             state.ID
		action, reason string
		lacks          bool
	}{
		{coreID, "delete", "", true},
		{coreID, "forget", "", true},
		{coreID, "update", "", true},
		{coreID, "update", "adopted", false},
		{coreID, "create", "", false},
		{coreID, "adopt", "", false},
		{roleID, "update", "", false},
		{roleID, "delete", "", true},
	} {
		h := applied(7, test.id, test.action, "")
		h.Changes[0].Reason = test.reason
		err := state.Empty("prod").Rewind().Undo(h, nil)
		lacks := new(state.Unremembered)
		if errors.As(err, &lacks) != test.lacks || test.lacks && (lacks.Serial != 7 || lacks.Address != "a."+test.id.ID) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// TestWhatUndoneAppliesMade: of a field that several applies changed, what the
// newest left, what was there before the oldest, and whether any of them wrote it.
func TestWhatUndoneAppliesMade(t *testing.T) {
	t.Parallel()
	was := `{"address":"a","declared":{"region":"nl"},"initial":{"uuid":"u"}}`
	content := func(text string) state.Content { return state.Content{Present: true, Text: text, Known: true} }
	for name, test := range map[string]struct {
		all    []*state.History
		left   state.Content
		before state.Content
		wrote  bool
	}{
		"updated twice": {[]*state.History{
			applied(3, coreID, "update", was, set("update", plain("de"), plain("fr"))),
			applied(2, coreID, "update", was, set("update", plain("nl"), plain("de"))),
		}, content("fr"), content("nl"), true},
		"adopted, then updated": {[]*state.History{
			applied(3, coreID, "update", was, set("update", plain("nl"), plain("fr"))),
			applied(2, coreID, "adopt", "", set("adopt", plain("nl"), plain("nl"))),
		}, content("fr"), content("nl"), true},
		"created": {[]*state.History{applied(2, coreID, "update", was, set("create", nil, plain("fr")))}, content("fr"), state.Content{}, true},
		"deleted": {[]*state.History{applied(2, coreID, "update", was, set("delete", plain("nl"), nil))}, state.Content{}, content("nl"), true},
		"adopted": {[]*state.History{applied(2, coreID, "adopt", "", set("adopt", plain("nl"), plain("nl")))}, content("nl"), content("nl"), false},
		"not UTF-8": {
			[]*state.History{applied(2, coreID, "update", was, set("update", plain("a\uFFFD"), plain("fr")))},
			content("fr"),
			state.Content{Present: true, Text: "a\uFFFD"},
			true,
		},
		"sensitive": {
			[]*state.History{applied(2, coreID, "update", was, set("update", hidden("12"), hidden("34")))},
			state.Content{Present: true, Fingerprint: "34"},
			state.Content{Present: true, Fingerprint: "12"},
			true,
		},
	} {
		p := undone(t, nil, test.all...)
		f := p.Undone(coreID).Fields[region]
		if f == nil {
			t.Errorf("%s: nothing is known", name)
			continue
		}
		if f.Name != "region" || f.Left != test.left || f.Whole.Before != test.before || f.Whole.Wrote != test.wrote {
			t.Errorf("%s: %+v", name, f)
		}
	}
	for name, field := range map[string]state.HistoryField{
		"forgotten": set("forget", plain("nl"), nil),
	} {
		if f := undone(t, nil, applied(2, coreID, "update", was, field)).Undone(coreID).Fields[region]; f != nil {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if u := undone(t, nil).Undone(coreID); u == nil || u.Theirs() || len(u.Fields) > 0 {
		t.Errorf("nothing was undone: %+v", u)
	}
}

// TestFieldsWithoutAKey: those of etcd's authentication are told apart by name.
func TestFieldsWithoutAKey(t *testing.T) {
	t.Parallel()
	field := func(name, before, after string) state.HistoryField {
		return state.HistoryField{Name: name, Action: "update", Old: plain(before), New: plain(after)}
	}
	p := undone(t, nil,
		applied(3, roleID, "update", `{"address":"a"}`, field("read /a/", "no", "yes")),
		applied(2, roleID, "update", `{"address":"a"}`, field("read /b/", "yes", "no"), field("read /a/", "some", "no")))
	fields := p.Undone(roleID).Fields
	if len(fields) != 2 || fields["read /a/"] == nil || fields["read /b/"] == nil {
		t.Fatalf("found %v", slices.Sorted(maps.Keys(fields)))
	}
	if a, b := fields["read /a/"], fields["read /b/"]; a.Left.Text != "yes" || a.Whole.Before.Text != "some" || b.Left.Text != "no" || b.Whole.Before.Text != "yes" {
		t.Errorf("they are mixed up: %+v, %+v", a, b)
	}
}

// TestWhatWasSetRight: a change that only brought back what was applied, or given
// once, is nothing to go back over.
func TestWhatWasSetRight(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		record, reason string
		wrote          bool
	}{
		"drift":                     {`{"address":"a"}`, "drift", false},
		"drift before it was ours":  {"", "drift", true},
		"restored, declared":        {`{"address":"a","declared":{"region":"nl"}}`, "restored", false},
		"restored, its first value": {`{"address":"a","initial":{"region":"nl"}}`, "restored", false},
		"restored, sensitive":       {`{"address":"a","secret":{"region":"d"}}`, "restored", false},
		"restored, marked":          {`{"address":"a","marked":{"region":"d"}}`, "restored", false},
		"restored, never applied":   {`{"address":"a"}`, "restored", true},
		"restored, not ours":        {"", "restored", true},
		"changed":                   {`{"address":"a","declared":{"region":"nl"}}`, "changed", true},
	} {
		field := set("update", plain("xx"), plain("nl"))
		field.Reason = test.reason
		action := "update"
		if test.record == "" {
			action = "create"
		}
		f := undone(t, nil, applied(2, coreID, action, test.record, field)).Undone(coreID).Fields[region]
		if f.Whole.Wrote != test.wrote || f.Own.Wrote != test.wrote || f.Whole.Before.Text != map[bool]string{true: "xx", false: "nl"}[test.wrote] {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestSecretsOfThePast: an old sensitive value is known where it was kept, or
// where it is the one that was there all the time.
func TestSecretsOfThePast(t *testing.T) {
	t.Parallel()
	was := `{"address":"a","secret":{"uuid":"d"}}`
	field := func(before, after string) state.HistoryField {
		return state.HistoryField{Name: "uuid", Key: secret, Action: "update", Old: hidden(before), New: hidden(after)}
	}
	p := undone(t, map[string]string{secret: "old"}, applied(2, coreID, "update", was, field("12", "34")))
	f := p.Undone(coreID).Fields[secret]
	if f.Whole.Before.Text != "old" || !f.Whole.Before.Known || !slices.Equal(p.Secrets[secret], []string{"old"}) || *p.Values[secret] != "old" {
		t.Errorf("it was kept: %+v, %q", f.Whole.Before, p.Secrets)
	}
	if f := undone(t, nil, applied(2, coreID, "update", was, field("12", "34"))).Undone(coreID).Fields[secret]; f.Whole.Before.Known {
		t.Errorf("it was not kept: %+v", f.Whole.Before)
	}
	// Replaced later, and only taken over before: it is the same.
	p = undone(t, map[string]string{secret: "old"}, applied(3, coreID, "update", was, field("12", "34")))
	if err := p.Undo(applied(2, coreID, "update", was, field("12", "12")), nil); err != nil {
		t.Fatal(err)
	}
	if f := p.Undone(coreID).Fields[secret]; f.Whole.Before.Text != "old" {
		t.Errorf("it is the same: %+v", f.Whole.Before)
	}
	values := undone(t, nil, applied(2, coreID, "update", was, set("update", plain("nl"), plain("de")), field("12", "34"),
		state.HistoryField{Name: "domain", Key: "/d", Action: "create", New: plain("x")})).Values
	if len(values) != 2 || *values[region] != "nl" || values["/d"] != nil {
		t.Errorf("the former values are %v", slices.Collect(maps.Keys(values)))
	}
	if values := undone(t, nil, applied(2, roleID, "update", was, set("update", plain("nl"), plain("de")))).Values; len(values) > 0 {
		t.Errorf("a field of the authentication became a key: %v", values)
	}
}

// TestWhoseItWas: whether others had made an object when it came to be ours, for
// the last time and before, and since when it is ours.
func TestWhoseItWas(t *testing.T) {
	t.Parallel()
	const record = `{"address":"a"}`
	remains := set("update", plain("nl"), plain("de"))
	for name, test := range map[string]struct {
		all               []*state.History
		adopted, returned bool
		since, deletedBy  int64
	}{
		"ours all the time":    {[]*state.History{applied(3, coreID, "update", record)}, false, false, 0, 0},
		"created":              {[]*state.History{applied(3, coreID, "create", "")}, false, false, 3, 0},
		"created over remains": {[]*state.History{applied(3, coreID, "create", "", remains)}, true, false, 3, 0},
		"adopted":              {[]*state.History{applied(3, coreID, "adopt", "")}, true, false, 3, 0},
		"adopted, then deleted": {
			[]*state.History{applied(4, coreID, "delete", record), applied(3, coreID, "adopt", "")}, true, false, 3, 4,
		},
		"deleted twice": {
			[]*state.History{applied(5, coreID, "delete", record), applied(4, coreID, "delete", record)}, false, false, 0, 5,
		},
		"adopted, deleted, created again": {
			[]*state.History{applied(5, coreID, "create", ""), applied(4, coreID, "delete", record), applied(3, coreID, "adopt", "")}, false, true, 3, 0,
		},
		"created, deleted, adopted": {
			[]*state.History{applied(5, coreID, "adopt", ""), applied(4, coreID, "delete", record), applied(3, coreID, "create", "")}, true, false, 5, 0,
		},
		"created, deleted, created again": {
			[]*state.History{applied(5, coreID, "create", ""), applied(4, coreID, "delete", record), applied(3, coreID, "create", "")}, false, false, 5, 0,
		},
	} {
		p := undone(t, nil, test.all...)
		u := p.Undone(coreID)
		if u.Adopted != test.adopted || u.Returned != test.returned || u.Since != test.since || u.DeletedBy != test.deletedBy {
			t.Errorf("%s: %+v", name, u)
		}
		if u.Theirs() != (test.adopted || test.returned) || test.deletedBy > 0 && u.Address != "a.192.0.2.1" {
			t.Errorf("%s: theirs %v, at %q", name, u.Theirs(), u.Address)
		}
	}
}

// TestSinceTheirs: of what returned all applies count, else those since it came
// to be ours.
func TestSinceTheirs(t *testing.T) {
	t.Parallel()
	const record = `{"address":"a"}`
	first, last := set("update", plain("1"), plain("2")), set("create", nil, plain("3"))
	p := undone(t, nil, applied(5, coreID, "create", "", last), applied(4, coreID, "delete", record), applied(3, coreID, "adopt", "", first))
	u := p.Undone(coreID)
	f := u.Fields[region]
	if u.SinceTheirs(f) != f.Whole || f.Whole.Before.Text != "1" || f.Own.Before.Present {
		t.Errorf("it returned: %+v", f)
	}
	p = undone(t, nil, applied(5, coreID, "adopt", "", set("update", plain("9"), plain("3"))), applied(4, coreID, "delete", record), applied(3, coreID, "create", "", first))
	u = p.Undone(coreID)
	if f := u.Fields[region]; u.SinceTheirs(f) != f.Own || f.Own.Before.Text != "9" || f.Whole.Before.Text != "1" {
		t.Errorf("it was adopted: %+v", f)
	}
}

// TestWhatFell: what others had written and what went with an object is known by
// what was kept of it.
func TestWhatFell(t *testing.T) {
	t.Parallel()
	const record = `{"address":"a"}`
	h := applied(4, coreID, "delete", record)
	h.Changes[0].Falls = []string{"/kept", "/lost"}
	want := state.Span{Wrote: true, Before: state.Content{Present: true, Text: "v", Known: true, Fell: true}}
	p := undone(t, map[string]string{"/kept": "v"}, h)
	f := p.Undone(coreID).Fields["/kept"]
	if len(p.Undone(coreID).Fields) != 1 || f == nil || f.Whole != want || f.Own != want || f.Name != "" {
		t.Errorf("it is %+v", f)
	}
	p = undone(t, nil, applied(5, coreID, "create", "", state.HistoryField{Name: "x", Key: "/kept", Action: "create", New: plain("z")}))
	if err := p.Undo(h, map[string]string{"/kept": "v"}); err != nil {
		t.Fatal(err)
	}
	if f := p.Undone(coreID).Fields["/kept"]; f.Whole != want || f.Own.Before.Fell || f.Left.Text != "z" {
		t.Errorf("since it is ours nothing fell: %+v", f)
	}
	again := applied(3, coreID, "update", record, state.HistoryField{Name: "x", Key: "/kept", Action: "update", Old: plain("u"), New: plain("v")})
	if err := p.Undo(again, nil); err != nil {
		t.Fatal(err)
	}
	if f := p.Undone(coreID).Fields["/kept"]; f.Whole.Before.Text != "u" || f.Name != "x" {
		t.Errorf("before that it was ours: %+v", f)
	}
}

// TestLost: what was adopted and then deleted is lost, in order, but for what has
// a record as of then.
func TestLost(t *testing.T) {
	t.Parallel()
	const record = `{"address":"a"}`
	p := state.Empty("prod").Rewind()
	ids := []state.ID{{Kind: addr.Core, ID: "3"}, {Kind: addr.Core, ID: "1"}, {Kind: addr.Entry, ID: "2"}, {Kind: addr.ACLRole, ID: "r"}}
	undo := func(h *state.History) {
		t.Helper()
		if err := p.Undo(h, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range ids {
		undo(applied(5, id, "delete", record))
		undo(applied(4, id, "adopt", ""))
	}
	for _, id := range []state.ID{{Kind: addr.Core, ID: "7"}, {Kind: addr.ACLRole, ID: "s"}} { // adopted, deleted, and ours before all that
		undo(applied(5, id, "delete", record))
		undo(applied(4, id, "adopt", ""))
		undo(applied(3, id, "forget", record))
	}
	undo(applied(5, state.ID{Kind: addr.Core, ID: "6"}, "delete", record)) // created by us
	undo(applied(4, state.ID{Kind: addr.Core, ID: "6"}, "create", ""))
	undo(applied(5, state.ID{Kind: addr.Core, ID: "8"}, "delete", record)) // ours
	undo(applied(4, state.ID{Kind: addr.Core, ID: "9"}, "adopt", ""))      // still there
	want := slices.SortedFunc(slices.Values(ids), state.CompareIDs)
	if diff := cmp.Diff(want, p.Lost()); diff != "" {
		t.Error(diff)
	}
}

// TestSerial: the serial of a key of the history, and nothing of any other key.
func TestSerial(t *testing.T) {
	t.Parallel()
	l := state.NewLayout("prod")
	for key, want := range map[string]struct {
		serial int64
		rest   string
	}{
		l.History(1): {1, ""}, l.History(1209): {1209, ""}, l.HistoryPart(90, 3): {90, "part/000003"}, l.HistorySecret(8): {8, "secret"},
		l.History(0): {}, l.HistoryPrefix() + "x": {}, l.HistoryPrefix() + "1/": {1, ""}, l.HistoryPrefix() + "1:": {}, l.HistoryPrefix() + "1-": {}, "12": {}, l.HistoryPrefix(): {}, l.Head(): {},
	} {
		serial, rest, ok := l.Serial(key)
		if ok != (want.serial > 0) || ok && (serial != want.serial || rest != want.rest) {
			t.Errorf("%s is of %d, %q, %v", key, serial, rest, ok)
		}
	}
}

// TestWhatIsHidden: what was ever applied as sensitive, enforced or not.
func TestWhatIsHidden(t *testing.T) {
	t.Parallel()
	r := &state.Record{Secret: map[string]string{"z": "1", "both": "2"}, Marked: map[string]string{"a": "3", "both": "4"}}
	if got := r.Hidden(); !slices.Equal(got, []string{"a", "both", "z"}) {
		t.Errorf("hidden are %q", got)
	}
	for name, want := range map[string]string{"z": "1", "both": "2", "a": "3", "open": ""} {
		if r.SensitiveDigest(name) != want || r.Hides(name) != (want != "") || r.Marks(name) != (name == "a" || name == "both") {
			t.Errorf("%s: %q, hidden %v, marked %v", name, r.SensitiveDigest(name), r.Hides(name), r.Marks(name))
		}
	}
	var none *state.Record
	if none.Hidden() != nil || none.Hides("a") || none.Marks("a") || none.SensitiveDigest("a") != "" {
		t.Error("no record hides something")
	}
}

// TestWhatStandsMasked: only a digest stands for a value, and only behind its prefix.
func TestWhatStandsMasked(t *testing.T) {
	t.Parallel()
	digest := state.Digest("k", "f", "v")
	for text, ok := range map[string]bool{digest: true, digest[1:]: false, digest + "0": false, "x" + digest[1:]: false, "": false} {
		if got, masked := state.Unmasked(state.Masked(text)); state.IsDigest(text) != ok || masked != ok || got != text {
			t.Errorf("%q: a digest %v, masked %v", text, state.IsDigest(text), masked)
		}
	}
	if _, ok := state.Unmasked(digest); ok {
		t.Error("a digest alone is masked")
	}
}

// TestReleasedDigest: what was sensitive in an object without a record is known by
// its key, as long as nobody of ours has it again.
func TestReleasedDigest(t *testing.T) {
	t.Parallel()
	layout := keys.NewLayout(schema.Network(), "/sigilgate/")
	st := state.Empty("prod")
	if st.ReleasedDigest(layout, secret) != "" {
		t.Error("nothing was released")
	}
	st.Released[coreID] = &state.Released{Marked: map[string]string{"uuid": "d"}}
	st.Released[state.ID{Kind: addr.Entry, ID: "198.51.100.1"}] = &state.Released{Marked: map[string]string{"domain": "e"}}
	st.Released[state.ID{Kind: addr.User, ID: "4"}] = &state.Released{Marked: map[string]string{"credential": "u"}}
	for key, want := range map[string]string{
		secret: "d", region: "", "/sigilgate/nodes/198.51.100.1/domain": "e", "/sigilgate/users/4/credential": "u", "/sigilgate/users/5/credential": "", "/elsewhere": "",
	} {
		if got := st.ReleasedDigest(layout, key); got != want {
			t.Errorf("%s: %q", key, got)
		}
	}
	for _, kind := range []addr.Kind{addr.Core, addr.Entry} {
		again := state.ID{Kind: kind, ID: coreID.ID}
		st.Records[again] = &state.Record{}
		if got := st.ReleasedDigest(layout, secret); got != "" {
			t.Errorf("it is ours again, as %s: %q", kind, got)
		}
		delete(st.Records, again)
	}
}

// TestWhatAStateIsReadFrom: each key that a state is read from is asked for.
func TestWhatAStateIsReadFrom(t *testing.T) {
	t.Parallel()
	asked := append(state.Keys("prod"), state.OptionalKeys("prod")...)
	for _, e := range entries(t) {
		below := slices.ContainsFunc(state.Prefixes("prod"), func(p string) bool { return kv.Below(p).Contains(e.Key) })
		if !below && !slices.Contains(asked, e.Key) {
			t.Errorf("%s is not asked for", e.Key)
		}
	}
	st := state.Empty("prod")
	if st.Address(coreID) != "" || st.Owner("x") != "" {
		t.Error("what has no record has an address or an owner")
	}
	st.Records[coreID] = &state.Record{Address: "core.a"}
	st.Records[state.ID{Kind: addr.Device, ID: "x"}] = &state.Record{Parent: "4"}
	if st.Address(coreID) != "core.a" || st.Owner("x") != "4" {
		t.Error("the record is not found")
	}
}

// TestJournalAt: the revision of the last step is that of the head's own key, as
// long as it is not known, and the journal itself stays as it is.
func TestJournalAt(t *testing.T) {
	t.Parallel()
	j := &state.Journal{Steps: state.JournalSteps{{End: 1, Revision: 5}, {End: 2}}}
	if got := j.At(9).Steps; got[1].Revision != 9 || got[0].Revision != 5 || j.Steps[1].Revision != 0 {
		t.Errorf("at 9 the steps are %v, and %v", got, j.Steps)
	}
	if got := j.At(9).At(12).Steps; got[1].Revision != 9 {
		t.Errorf("a revision that is known is overwritten: %v", got)
	}
	if got := (&state.Journal{}).At(9).Steps; len(got) > 0 {
		t.Errorf("without steps there are %v", got)
	}
}
