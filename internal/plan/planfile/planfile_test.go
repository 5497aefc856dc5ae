package planfile_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/state"
)

const testKey = "the key of the tests"

func sample() *plan.Plan {
	return &plan.Plan{
		Catalogue: schema.Network(),
		Mode:      plan.ModeApply, ClusterID: "cdf818194e3a8c32", Network: "prod", Prefix: "/sigilgate/",
		Generation: "g", Revision: 7, Serial: 2, HeadRevision: 5, HeadApply: "a1", LogIndex: 9, Restored: "8e9e05c52164694d",
		Data:   []kv.Op{{Kind: kv.Put, Key: "/sigilgate/cells/a.example/status", Value: "active <&> é"}},
		State:  []kv.Op{{Kind: kv.Put, Key: state.NewLayout("prod").Record("cell", "a.example"), Value: "{}"}},
		Guards: []kv.Guard{{Kind: kv.Empty, Key: "/sigilgate/cells/a.example/"}},
	}
}

func written(tb testing.TB, p *plan.Plan) []byte {
	tb.Helper()
	var b bytes.Buffer
	if _, err := planfile.Write(&b, p, testKey); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	file := written(t, sample())
	if !planfile.Is(file[:planfile.Peek]) {
		t.Error("a plan file is not known by its first bytes")
	}
	f, err := planfile.Read(bytes.NewReader(file), schema.Network())
	if err != nil {
		t.Fatal(err)
	}
	got, digest := f.Plan, f.Digest
	if !f.Keyed() || !f.Verify(testKey) || f.Verify("") || f.Verify("another key") {
		t.Error("it is not known by its key, or by another one")
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Error(diff)
	}
	if !bytes.Contains(file, []byte(digest)) || len(digest) != 64 {
		t.Errorf("digest %q is not that of the file", digest)
	}
	if !bytes.Equal(file, written(t, got)) {
		t.Error("written again it differs")
	}
}

// TestEveryChangedByteIsNoticed flips each byte of a file: none may pass.
func TestEveryChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	file := written(t, sample())
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		if f, err := planfile.Read(bytes.NewReader(changed), schema.Network()); err == nil && f.Verify(testKey) {
			t.Errorf("byte %d (%q) was changed unnoticed", i, file[i])
		}
	}
	for n := range file {
		if _, err := planfile.Read(bytes.NewReader(file[:n]), schema.Network()); err == nil {
			t.Errorf("the first %d bytes passed for the whole", n)
		}
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	file := string(written(t, sample()))
	cases := map[string]struct {
		file, want string
	}{
		"empty":     {"", "not a plan file"},
		"HCL":       {"core \"ams\" {}\n", "not a plan file"},
		"truncated": {file[:len(file)-9], "truncated"},
		"longer":    {file + "x", "follows its end"},
		"edited":    {strings.Replace(file, "prod", "prof", 1), "changed after it was written"},
		"newer":     {strings.Replace(file, "sigilform-plan 2", "sigilform-plan 3", 1), "format 3"},
		"older":     {"sigilform-plan 1 2 sha256:00\n{}", "anyone could change"},
		"no digest": {"sigilform-plan 2 5 sha256:\nxxxxx", "first line"},
		"huge":      {"sigilform-plan 2 99999999999 sha256:00 hmac:none\n", "first line"},
		"one line":  {"sigilform-plan " + strings.Repeat("1", 10<<20), "first line"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := planfile.Read(strings.NewReader(c.file), schema.Network())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestMadeWithoutTheKey: neither a file without a code nor one with another's is
// taken for one that was made with the key.
func TestMadeWithoutTheKey(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "another key"} {
		var b bytes.Buffer
		if _, err := planfile.Write(&b, sample(), key); err != nil {
			t.Fatal(err)
		}
		f, err := planfile.Read(&b, schema.Network())
		if err != nil {
			t.Fatal(err)
		}
		if f.Keyed() != (key != "") || f.Verify(testKey) || f.Verify("") {
			t.Errorf("%q: keyed %v, known by the key %v", key, f.Keyed(), f.Verify(testKey))
		}
	}
}

// TestForgedPlans holds that a plan with a right digest still can't write
// outside its network.
func TestForgedPlans(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*plan.Plan){
		"others' key":     func(p *plan.Plan) { p.Data[0].Key = "/registry/secrets" },
		"state as data":   func(p *plan.Plan) { p.Data[0].Key = "/sigilform/v1/prod/head" },
		"another network": func(p *plan.Plan) { p.State[0].Key = "/sigilform/v1/lab/head" },
		"unknown op":      func(p *plan.Plan) { p.Data[0].Kind = "increment" },
		"unknown guard":   func(p *plan.Plan) { p.Guards[0].Kind = "maybe" },
		"root prefix":     func(p *plan.Plan) { p.Prefix = "" },
		"state prefix":    func(p *plan.Plan) { p.Prefix = "/sigilform/v1/" },
		"unknown mode":    func(p *plan.Plan) { p.Mode = "explode" },
		"no network":      func(p *plan.Plan) { p.Network = "" },
	}
	for name, forge := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := sample()
			forge(p)
			_, err := planfile.Read(bytes.NewReader(written(t, p)), schema.Network())
			var damaged *planfile.Damaged
			if !errors.As(err, &damaged) {
				t.Fatalf("got %v, want *Damaged", err)
			}
		})
	}
}

// TestPlanOfASnapshotIsNoFile: it holds digests where an apply needs values.
func TestPlanOfASnapshotIsNoFile(t *testing.T) {
	t.Parallel()
	p := sample()
	p.Origin = &plan.Origin{Tool: "0.1.0"}
	if _, err := planfile.Write(&bytes.Buffer{}, p, testKey); err == nil {
		t.Error("it was written")
	}
	body := strings.Replace(string(written(t, sample())), `"mode":"apply"`, `"origin":{"taken_at":"2026-04-19T12:00:00Z","tool":""},"mode":"apply"`, 1)
	_, text, _ := strings.Cut(body, "\n")
	sum := sha256.Sum256([]byte(text))
	forged := fmt.Sprintf("sigilform-plan 2 %d sha256:%x hmac:none\n%s", len(text), sum, text)
	_, err := planfile.Read(strings.NewReader(forged), schema.Network())
	if err == nil || !strings.Contains(err.Error(), "of a snapshot") {
		t.Errorf("it was read: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f, sample()))
	f.Add([]byte("sigilform-plan 2 2 sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a hmac:none\n{}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := planfile.Read(bytes.NewReader(file), schema.Network())
		if err != nil {
			return
		}
		if again := written(t, p.Plan); !bytes.Equal(again, file) {
			// Another writer may space its JSON differently; the plan must be the same.
			q, err := planfile.Read(bytes.NewReader(again), schema.Network())
			if err != nil || cmp.Diff(p.Plan, q.Plan) != "" {
				t.Fatalf("not the same plan after writing it again: %v", err)
			}
		}
	})
}
