package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/snapshot"
	"github.com/sigilgate/sigilform/internal/state"
)

var moment = time.Date(2026, 4, 19, 12, 0, 0, 0, time.UTC)

// sample has some of everything.
func sample() *snapshot.Snapshot {
	digest := state.Digest("key", "user/1/credential", "a hash")
	return &snapshot.Snapshot{
		TakenAt: moment, Tool: "0.1.0", Network: "prod", Prefix: "/sigilgate/", User: "planner", LogIndex: 9, MaskKey: "key", Masked: 1,
		Journal: &state.Journal{Format: 1, Apply: "a", Serial: 3, Actor: "jo", Since: moment, Phase: state.Applying, Ops: 5}, UnderWay: true,
		Auth: &kv.Auth{
			Enabled: true, Revision: 4, Users: map[string][]string{"root": {"root"}, "none": nil},
			Roles: map[string]map[kv.Range]kv.Access{"r": {kv.Below("/sigilgate/"): kv.Read, {Key: "\xff", End: kv.Beyond}: kv.ReadWrite}, "empty": {}},
		},
		Versions: map[string]string{"m1": "3.6.14"}, Open: &snapshot.Obstacle{Summary: "s", Detail: "d", Hint: "h"},
		Store: &kv.Snapshot{ClusterID: "cdf818194e3a8c32", Revision: 7, Entries: []kv.Entry{
			{Key: "/sigilform/v1/networks/prod", Value: "/sigilgate/", CreateRevision: 2, ModRevision: 2},
			{Key: "/sigilform/v1/prod/head", Value: "{}", CreateRevision: 2, ModRevision: 5},
			{Key: "/sigilgate/cells/a.example/status", Value: "active <&> é", CreateRevision: 3, ModRevision: 3},
			{Key: "/sigilgate/nodes/\xff/domain", Value: "\xfe\x00", CreateRevision: 3, ModRevision: 7},
			{Key: "/sigilgate/users/1/credential", Value: state.Masked(digest), CreateRevision: 3, ModRevision: 4},
		}},
	}
}

// fatal is a test, of Go's or of rapid's.
type fatal interface {
	Helper()
	Fatal(args ...any)
}

func written(tb fatal, s *snapshot.Snapshot) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := snapshot.Write(&b, s); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// packed is a file with a right header around any body.
func packed(tb fatal, body string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(body)); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return headed(b.Bytes())
}

func headed(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append(fmt.Appendf(nil, "sigilform-snapshot 1 %d sha256:%s\n", len(body), hex.EncodeToString(sum[:])), body...)
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	file := written(t, sample())
	if !snapshot.Is(file[:snapshot.Peek]) {
		t.Error("a snapshot file is not known by its first bytes")
	}
	got, err := snapshot.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(file, written(t, got)) {
		t.Error("written again it differs")
	}
}

// TestReadIsTheInverseOfWrite draws keys and values of any bytes.
func TestReadIsTheInverseOfWrite(t *testing.T) {
	t.Parallel()
	bytesOf := func(t *rapid.T, label string) string {
		return string(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, label))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := sample()
		s.Store.Entries = nil
		values := map[string]string{}
		for range rapid.IntRange(0, 20).Draw(t, "keys") {
			value := bytesOf(t, "value")
			if rapid.IntRange(0, 3).Draw(t, "masked") == 0 {
				value = state.Masked(state.Digest("key", "field", value))
			}
			values["/sigilgate/nodes/"+bytesOf(t, "key")] = value
		}
		for _, key := range slices.Sorted(maps.Keys(values)) {
			created := rapid.Int64Range(1, 7).Draw(t, "created")
			s.Store.Entries = append(s.Store.Entries, kv.Entry{
				Key: key, Value: values[key], CreateRevision: created, ModRevision: rapid.Int64Range(created, 7).Draw(t, "modified"),
			})
		}
		s.Auth.Roles = map[string]map[kv.Range]kv.Access{"r": {}}
		for range rapid.IntRange(0, 5).Draw(t, "grants") {
			s.Auth.Roles["r"][kv.Range{Key: bytesOf(t, "from"), End: bytesOf(t, "to")}] = kv.Access(rapid.IntRange(1, 3).Draw(t, "access"))
		}
		got, err := snapshot.Read(bytes.NewReader(written(t, s)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestEveryChangedByteIsNoticed flips each byte of a file, and cuts it
// everywhere: none may pass.
func TestEveryChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	file := written(t, sample())
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		if _, err := snapshot.Read(bytes.NewReader(changed)); err == nil {
			t.Errorf("byte %d (%q) was changed unnoticed", i, file[i])
		}
		if _, err := snapshot.Read(bytes.NewReader(file[:i])); err == nil {
			t.Errorf("the first %d bytes passed for the whole", i)
		}
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	file := string(written(t, sample()))
	cases := map[string]struct{ file, want string }{
		"empty":     {"", "not a snapshot file"},
		"HCL":       {"core \"ams\" {}\n", "not a snapshot file"},
		"a plan":    {"sigilform-plan 1 2 sha256:00\n{}", "not a snapshot file"},
		"truncated": {file[:len(file)-9], "truncated"},
		"longer":    {file + "x", "follows its end"},
		"newer":     {strings.Replace(file, "sigilform-snapshot 1", "sigilform-snapshot 2", 1), "format 2"},
		"older":     {strings.Replace(file, "sigilform-snapshot 1", "sigilform-snapshot 0", 1), "first line"},
		"no digest": {"sigilform-snapshot 1 5 sha256:\nxxxxx", "first line"},
		"huge":      {"sigilform-snapshot 1 99999999999 sha256:00\n", "first line"},
		"one line":  {"sigilform-snapshot " + strings.Repeat("1", 10<<20), "first line"},
		"no gzip":   {string(headed([]byte("{}"))), "can't be unpacked"},
		"no JSON":   {string(packed(t, "{")), "can't be read"},
		"two":       {string(packed(t, "{}{}")), "can't be read"},
		"nothing":   {string(packed(t, "{}")), "holds no snapshot"},
		"unknown":   {string(packed(t, `{"format":1,"secret":"x"}`)), "can't be read"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := snapshot.Read(strings.NewReader(c.file))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestBombIsRefused holds that a small file which unpacks to very much is
// refused before it fills the memory, though its digest is right.
func TestBombIsRefused(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := bytes.Repeat([]byte(" "), 1<<20)
	for range 300 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := snapshot.Read(bytes.NewReader(headed(b.Bytes())))
	var damaged *snapshot.Damaged
	if !errors.As(err, &damaged) || !strings.Contains(damaged.Reason, "unpack to more than") {
		t.Fatalf("%d bytes that unpack to 300 MiB: %v", b.Len(), err)
	}
}

// TestWhatCanNotBeReadIsNotWritten holds that a snapshot that looks like a bomb
// is refused when it is taken, not when it is needed.
func TestWhatCanNotBeReadIsNotWritten(t *testing.T) {
	t.Parallel()
	s := sample()
	s.Store.Entries[2].Value = strings.Repeat("a", 80<<20)
	if err := snapshot.Write(io.Discard, s); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Fatalf("80 MiB of one letter: %v", err)
	}
}

// TestForgedSnapshots holds that one with a right digest still must be of its
// network, and in order.
func TestForgedSnapshots(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*snapshot.Snapshot){
		"others' key":     func(s *snapshot.Snapshot) { s.Store.Entries[4].Key = "/zoo" },
		"others' state":   func(s *snapshot.Snapshot) { s.Store.Entries[1].Key = "/sigilform/v1/lab/head" },
		"out of order":    func(s *snapshot.Snapshot) { slices.Reverse(s.Store.Entries) },
		"twice":           func(s *snapshot.Snapshot) { s.Store.Entries[3].Key = s.Store.Entries[2].Key },
		"later revision":  func(s *snapshot.Snapshot) { s.Store.Entries[2].ModRevision = 8 },
		"no revision":     func(s *snapshot.Snapshot) { s.Store.Entries[2].CreateRevision = 0 },
		"a value as mask": func(s *snapshot.Snapshot) { s.Store.Entries[2].Value = state.Masked("not a digest") },
		"no digest":       func(s *snapshot.Snapshot) { s.Store.Entries[2].Value = state.Masked(strings.Repeat("g", 64)) },
		"no network":      func(s *snapshot.Snapshot) { s.Network = "" },
		"root prefix":     func(s *snapshot.Snapshot) { s.Prefix = "" },
		"state prefix":    func(s *snapshot.Snapshot) { s.Prefix = "/sigilform/v1/" },
		"no key":          func(s *snapshot.Snapshot) { s.MaskKey = "" },
		"no time":         func(s *snapshot.Snapshot) { s.TakenAt = time.Time{} },
		"no cluster":      func(s *snapshot.Snapshot) { s.Store.ClusterID = "" },
		"odd permission":  func(s *snapshot.Snapshot) { s.Auth.Roles["r"][kv.Range{Key: "x"}] = 7 },
	}
	for name, forge := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sample()
			forge(s)
			_, err := snapshot.Read(bytes.NewReader(written(t, s)))
			var damaged *snapshot.Damaged
			if !errors.As(err, &damaged) {
				t.Fatalf("got %v, want *Damaged", err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f, sample()))
	f.Add(packed(f, `{"format":1,"entries":[{"key":{"text":"/x"}}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := snapshot.Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		again, err := snapshot.Read(bytes.NewReader(written(t, s)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzBody fuzzes what a right header covers, which FuzzRead seldom reaches.
func FuzzBody(f *testing.F) {
	f.Add(`{"format":1,"taken_at":"2026-04-19T12:00:00Z","tool":"t","network":"n","prefix":"/p/","cluster_id":"c","revision":7,"mask_key":"k","masked":0,` +
		`"entries":[{"key":{"text":"/p/a"},"value":{"bytes":"/w=="},"created":1,"modified":2}],"auth":{"enabled":true,"revision":1,"roles":[],"users":[]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		s, err := snapshot.Read(bytes.NewReader(packed(t, body)))
		if err != nil {
			return
		}
		again, err := snapshot.Read(bytes.NewReader(written(t, s)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
