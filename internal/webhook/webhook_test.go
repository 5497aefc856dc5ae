package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/retry"
	"github.com/sigilgate/sigilform/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	planted = "a value that was planted"
	key     = "the key of signatures"
	hidden  = "T0KEN"
)

// request is one that arrived.
type request struct {
	header http.Header
	path   string
	user   string
	body   []byte
}

// receiver is a real server that answers with one code after the other, then
// with 204.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	codes    []int
	header   http.Header
	requests []request
}

func receive(t *testing.T, codes ...int) *receiver {
	t.Helper()
	r := &receiver{codes: codes, header: http.Header{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		user, _, _ := q.BasicAuth()
		r.requests = append(r.requests, request{header: q.Header, path: q.URL.RequestURI(), user: user, body: body})
		code := http.StatusNoContent
		if len(r.codes) > 0 {
			code, r.codes = r.codes[0], r.codes[1:]
		}
		for name, values := range r.header {
			w.Header()[name] = values
		}
		w.WriteHeader(code)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) got() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// sender sends to a URL, and notes how long it would have waited.
func sender(t *testing.T, url string) (s *webhook.Sender, waits *[]time.Duration) {
	t.Helper()
	target, err := webhook.ParseTarget(url)
	if err != nil {
		t.Fatal(err)
	}
	waits = &[]time.Duration{}
	now := time.Unix(1_700_000_000, 0)
	return &webhook.Sender{
		Target: target, Secret: []byte(key), Agent: "sigilform/test",
		Clock: func() time.Time { return now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			*waits = append(*waits, d)
			now = now.Add(d)
			return ctx.Err()
		},
		Random: bytes.NewReader(bytes.Repeat([]byte{1, 200, 77, 255}, 100)),
	}, waits
}

// drifted is a report with a secret in each text that could hold a value.
func drifted(value string) *drift.Report {
	v := &plan.Value{Text: value + planted, Fingerprint: planted}
	return &drift.Report{
		ClusterID: planted, Network: "prod", Prefix: planted, Revision: 90, Serial: 3, AppliedBy: planted, Commit: planted, IgnoredFields: 2,
		Objects: []plan.Change{{
			Address: "core.a", Kind: "core", ID: planted, Action: plan.Update, Notes: []string{planted},
			Fields: []plan.FieldChange{{Name: "region", Key: planted, Action: plan.Update, Old: v, New: v, Last: v}},
		}},
	}
}

func clean() *drift.Report { return &drift.Report{Network: "prod", Revision: 91, Serial: 3} }

func message() webhook.Message {
	return webhook.NewMessage(webhook.Drifted, drifted(""), time.Unix(1_700_000_000, 0))
}

func TestSendTriesAgain(t *testing.T) {
	t.Parallel()
	r := receive(t, 503, 429)
	s, waits := sender(t, r.URL+"/hook")
	if err := s.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	got := r.got()
	if len(got) != 3 {
		t.Fatalf("%d requests", len(got))
	}
	if len(*waits) != 2 || (*waits)[0] < 500*time.Millisecond || (*waits)[0] > time.Second || (*waits)[1] < time.Second || (*waits)[1] > 2*time.Second {
		t.Errorf("waits %v", *waits)
	}
	if first := got[0].header.Get(webhook.TimestampHeader); first != "1700000000" || first == got[2].header.Get(webhook.TimestampHeader) {
		t.Errorf("the time of the first attempt is %s, that of the last %s", first, got[2].header.Get(webhook.TimestampHeader))
	}
	sameDelivery(t, got)
}

// sameDelivery fails where requests are not attempts of one signed message.
func sameDelivery(t *testing.T, got []request) {
	t.Helper()
	delivery := got[0].header.Get(webhook.DeliveryHeader)
	if len(delivery) != 32 {
		t.Errorf("delivery %q", delivery)
	}
	for i, q := range got {
		if q.header.Get(webhook.DeliveryHeader) != delivery || !bytes.Equal(q.body, got[0].body) {
			t.Errorf("attempt %d is another delivery", i)
		}
		at := q.header.Get(webhook.TimestampHeader)
		h := hmac.New(sha256.New, []byte(key))
		_, _ = fmt.Fprintf(h, "%s.%s", at, q.body)
		if want := "sha256=" + hex.EncodeToString(h.Sum(nil)); q.header.Get(webhook.SignatureHeader) != want {
			t.Errorf("signature %q, want %q", q.header.Get(webhook.SignatureHeader), want)
		}
		if q.header.Get("Content-Type") != "application/json" || q.header.Get("User-Agent") != "sigilform/test" || q.path != "/hook" {
			t.Errorf("got %+v", q)
		}
	}
}

func TestSendGivesUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		codes    []int
		requests int
		holds    string
	}{
		"not found":       {[]int{404}, 1, "404 Not Found"},
		"bad request":     {[]int{400}, 1, "400"},
		"redirect":        {[]int{307}, 1, "redirects are not followed"},
		"moved":           {[]int{301}, 1, "redirects are not followed"},
		"always busy":     {[]int{503, 503, 503, 503, 503, 503}, 5, "5 times"},
		"refused at last": {[]int{500, 403}, 2, "403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := receive(t, c.codes...)
			r.header.Set("Location", r.URL+"/elsewhere")
			s, _ := sender(t, strings.Replace(r.URL, "http://", "http://"+hidden+":"+hidden+"@", 1)+"/"+hidden+"?q="+hidden)
			err := s.Send(t.Context(), message())
			var failed *webhook.NotSent
			if !errors.As(err, &failed) || !strings.Contains(err.Error(), c.holds) || !strings.Contains(err.Error(), r.URL) {
				t.Fatalf("got %v", err)
			}
			got := r.got()
			if len(got) != c.requests {
				t.Errorf("%d requests", len(got))
			}
			if got[0].user != hidden || !strings.Contains(got[0].path, hidden) {
				t.Errorf("the URL did not arrive: %+v", got[0])
			}
			hides(t, fmt.Sprintf("%v %+v %#v", err, failed, s.Target))
		})
	}
}

// hides fails where a text shows the URL's secret or a value.
func hides(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{hidden, planted, key} {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is in %s", text)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	r := receive(t)
	url := r.URL + "/" + hidden
	r.Close()
	s, waits := sender(t, url)
	err := s.Send(t.Context(), message())
	var failed *webhook.NotSent
	if !errors.As(err, &failed) || failed.Attempts != 5 || len(*waits) != 4 {
		t.Fatalf("got %v after %v", err, *waits)
	}
	hides(t, err.Error())
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"7": 7 * time.Second, "999999999999": 30 * time.Second, "86400": 30 * time.Second,
		time.Unix(1_700_000_012, 0).UTC().Format(http.TimeFormat): 12 * time.Second,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r := receive(t, 429)
			r.header.Set("Retry-After", text)
			s, waits := sender(t, r.URL)
			if err := s.Send(t.Context(), message()); err != nil {
				t.Fatal(err)
			}
			if len(*waits) != 1 || (*waits)[0] != want {
				t.Errorf("waits %v", *waits)
			}
		})
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	r := receive(t, 503, 503)
	s, _ := sender(t, r.URL)
	ctx, cancel := context.WithCancel(t.Context())
	s.Sleep = func(ctx context.Context, d time.Duration) error {
		cancel()
		return retry.Pause(ctx, d)
	}
	if err := s.Send(ctx, message()); !errors.Is(err, context.Canceled) || len(r.got()) != 1 {
		t.Errorf("got %v", err)
	}
}

func TestMessage(t *testing.T) {
	t.Parallel()
	r := receive(t)
	s, _ := sender(t, r.URL)
	s.Secret = nil
	if err := s.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	q := r.got()[0]
	if q.header.Get(webhook.SignatureHeader) != "" {
		t.Error("signed without a key")
	}
	hides(t, string(q.body))
	want := `{"format_version":"1.0","document":"drift_transition",` +
		`"text":"sigilform: drift of network prod: 1 of its fields differ from serial 3 (revision 90), in core.a",` +
		`"network":"prod","transition":"drifted","serial":3,"revision":90,"at":"2023-11-14T22:13:20Z",` +
		`"drifted_objects":1,"drifted_fields":1,"ignored_fields":2,` +
		`"objects":[{"address":"core.a","kind":"core","action":"update","fields":["region"]}]}`
	if string(q.body) != want {
		t.Errorf("got\n%s\nwant\n%s", q.body, want)
	}
}

func TestHostileNamesStayText(t *testing.T) {
	t.Parallel()
	r := drifted("")
	r.Network = "<!channel> & @here\n"
	r.Objects[0].Address = `core["<http://evil.example|click>"]`
	m := webhook.NewMessage(webhook.Changed, r, time.Time{})
	if strings.ContainsAny(m.Text, "<>\n") || strings.Contains(m.Text, "@here") {
		t.Errorf("got %q", m.Text)
	}
}

func TestLargeReport(t *testing.T) {
	t.Parallel()
	r := drifted("")
	for len(r.Objects) < 5000 {
		r.Objects = append(r.Objects, r.Objects[0])
	}
	m := webhook.NewMessage(webhook.Drifted, r, time.Time{})
	if m.DriftedObjects != 5000 || m.DriftedFields != 5000 || len(m.Objects) != 100 || !strings.Contains(m.Text, "and 4995 more") {
		t.Errorf("%d objects, text %q", len(m.Objects), m.Text)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	same := drifted("x")
	same.Revision, same.Serial = 500, 9
	if webhook.Digest(drifted("x")) != webhook.Digest(same) {
		t.Error("the revision makes another digest")
	}
	if webhook.Digest(drifted("x")) == webhook.Digest(drifted("y")) {
		t.Error("another value makes the same digest")
	}
	if webhook.Digest(clean()) != "" {
		t.Error("no drift has a digest")
	}
}

// transitions are those that arrived.
func transitions(t *testing.T, r *receiver) string {
	t.Helper()
	var out []string
	for _, q := range r.got() {
		var m webhook.Message
		if err := json.Unmarshal(q.body, &m); err != nil {
			t.Fatal(err)
		}
		out = append(out, string(m.Transition))
	}
	return strings.Join(out, ">")
}

// once is one process: it reads the state, sees one run, and ends.
func once(t *testing.T, r *receiver, path string, found *drift.Report) error {
	t.Helper()
	state := webhook.NewState()
	if path != "" {
		var err error
		if state, err = webhook.ReadState(path); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := sender(t, r.URL)
	n := &webhook.Notifier{Sender: s, State: state}
	_, err := n.Observe(t.Context(), found, time.Unix(1_700_000_000, 0))
	return err //nolint:wrapcheck // the test judges it
}

func TestOncePerTransition(t *testing.T) {
	t.Parallel()
	r := receive(t)
	path := filepath.Join(t.TempDir(), "state.json")
	for _, found := range []*drift.Report{clean(), drifted("x"), drifted("x"), drifted("y"), drifted("y"), clean(), clean(), drifted("y")} {
		if err := once(t, r, path, found); err != nil {
			t.Fatal(err)
		}
	}
	if got := transitions(t, r); got != "drifted>changed>resolved>drifted" {
		t.Errorf("got %q", got)
	}
	text, err := os.ReadFile(path)
	info, statErr := os.Stat(path)
	if err = errors.Join(err, statErr); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, mode %v", err, info.Mode())
	}
	hides(t, string(text))
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("something is left beside it: %v", entries)
	}
}

func TestWithoutStateEachDriftIsSent(t *testing.T) {
	t.Parallel()
	r := receive(t)
	for _, found := range []*drift.Report{clean(), drifted("x"), drifted("x"), clean()} {
		if err := once(t, r, "", found); err != nil {
			t.Fatal(err)
		}
	}
	if got := transitions(t, r); got != "drifted>drifted" {
		t.Errorf("got %q", got)
	}
}

func TestFailedMessageIsSentByTheNextRun(t *testing.T) {
	t.Parallel()
	r := receive(t, 204, 400)
	path := filepath.Join(t.TempDir(), "state.json")
	if err := once(t, r, path, drifted("x")); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := once(t, r, path, clean()); err == nil {
		t.Fatal("no error")
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(before, now) {
		t.Errorf("the state moved to %s", now)
	}
	if err := once(t, r, path, clean()); err != nil {
		t.Fatal(err)
	}
	if got := transitions(t, r); got != "drifted>resolved>resolved" {
		t.Errorf("got %q", got)
	}
}

func TestNetworksShareAStateFile(t *testing.T) {
	t.Parallel()
	r := receive(t)
	path := filepath.Join(t.TempDir(), "state.json")
	other := drifted("x")
	other.Network = "test"
	for _, found := range []*drift.Report{drifted("x"), other, drifted("x"), other} {
		if err := once(t, r, path, found); err != nil {
			t.Fatal(err)
		}
	}
	if got := transitions(t, r); got != "drifted>drifted" {
		t.Errorf("got %q", got)
	}
}

func TestForeignStateStays(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`network "prod" {}`, `{}`, `{"sigilform_webhook_state":2}`} {
		path := filepath.Join(t.TempDir(), "state.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var foreign *webhook.ForeignState
		if _, err := webhook.ReadState(path); !errors.As(err, &foreign) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "T0KEN", "ftp://a/T0KEN", "https://", "https:///T0KEN", "http://a\x00/T0KEN", "://T0KEN", "http://[::1/T0KEN"} {
		if _, err := webhook.ParseTarget(bad); err == nil {
			t.Errorf("%q is fine", bad)
		} else {
			hides(t, err.Error())
		}
	}
	good, err := webhook.ParseTarget("https://T0KEN@hooks.example:8443/T0KEN?T0KEN")
	if err != nil || good.String() != "https://hooks.example:8443" {
		t.Errorf("%v %v", good, err)
	}
}
