package engine

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/plan/planfile"
)

var every = flag.Bool("every", false, "try every change of a plan file, not a sample of them")

// sampled is how many of the changes are tried where not all are.
const sampled = 250

// sample is what is tried of some edits, in an order that is drawn from one seed, so
// that a red run is about the change.
func sample(edits []edit) []edit {
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(edits), func(i, j int) { edits[i], edits[j] = edits[j], edits[i] })
	if *every {
		return edits
	}
	return edits[:min(sampled, len(edits))]
}

// signed is a plan file with a body, its digest made anew, and a code by a key;
// none where that is empty.
func signed(body []byte, key string) []byte {
	sum := sha256.Sum256(body)
	head := fmt.Sprintf("sigilform-plan 2 %d sha256:%x", len(body), sum)
	code := "none"
	if key != "" {
		mac := hmac.New(sha256.New, []byte(key))
		_, _ = mac.Write([]byte(head))
		code = hex.EncodeToString(mac.Sum(nil))
	}
	return append([]byte(head+" hmac:"+code+"\n"), body...)
}

// TestNoPathOfAPlanFileCanBeChanged without the key: whoever does so may make the
// digest anew, and keep the code, leave it out or make one by another key.
func TestNoPathOfAPlanFileCanBeChanged(t *testing.T) {
	t.Parallel()
	w := enrich(t)
	if string(signed(w.body, w.key)) != string(w.first)+"\n"+string(w.body) {
		t.Fatal("the test makes another code than the program")
	}
	_, code, _ := strings.Cut(string(w.first), " hmac:")
	kept := func(body []byte) []byte {
		head, _, _ := strings.Cut(string(signed(body, "")), " hmac:")
		return append([]byte(head+" hmac:"+code+"\n"), body...)
	}
	forgers := []func([]byte) []byte{kept, func(b []byte) []byte { return signed(b, "") }, func(b []byte) []byte { return signed(b, "another key") }}
	s := w.session(t)
	tree := readTree(t, w.body)
	was, revision := string(tree.text(t)), w.server.Revision(t)
	file, tried := filepath.Join(t.TempDir(), "bent"), 0
	for i, e := range sample(tree.edits()) {
		body := e.made(t, tree)
		if string(body) == was {
			continue
		}
		tried++
		bent := forgers[i%len(forgers)](body)
		if tried > sampled { // the way that all of them went is short now
			if f, err := planfile.Read(bytes.NewReader(bent), w.engine.Catalogue); err == nil && w.engine.authenticate(t.Context(), s, f, &PlanFile{}) == nil {
				t.Errorf("%v: it is taken for authentic", e)
			}
			continue
		}
		write(t, file, string(bent))
		if _, err := w.engine.ApplyFile(t.Context(), ApplyFileOptions{File: file, Connection: w.options.Connection, Review: unseen(t, e)}); err == nil {
			t.Fatalf("%v: it is applied", e)
		}
	}
	if w.server.Revision(t) != revision {
		t.Error("something was written")
	}
	t.Logf("%d changes", tried)
	write(t, file, string(w.first)+"\n"+string(w.body))
	if _, err := w.engine.ApplyFile(t.Context(), ApplyFileOptions{File: file, Connection: w.options.Connection, Review: reviewedBy}); err != nil {
		t.Errorf("as it was made it is not applied: %v", err)
	}
}

func reviewedBy(context.Context, *Planned) error { return nil }

// unseen is for a file that must not even be shown as a plan of its network.
func unseen(t *testing.T, e edit) func(context.Context, *Planned) error {
	t.Helper()
	return func(context.Context, *Planned) error {
		t.Errorf("%v: it is shown before it is refused", e)
		return nil
	}
}
