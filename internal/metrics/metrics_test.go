package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"

	"github.com/sigilgate/sigilform/internal/drift"
	"github.com/sigilgate/sigilform/internal/metrics"
	"github.com/sigilgate/sigilform/internal/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const planted = "a secret that was planted"

// at is when the nth run of a test ended.
func at(n int) time.Time { return time.Unix(1_700_000_000+int64(n)*60, 0) }

// found is a report of a network in which a core and a user drifted. Each text
// that could hold a value holds a secret.
func found(network string) *drift.Report {
	value := &plan.Value{Text: planted, Fingerprint: planted, Sensitive: true}
	field := func(action plan.Action) plan.FieldChange {
		return plan.FieldChange{Name: planted, Key: planted, Action: action, Old: value, New: value, Last: value}
	}
	return &drift.Report{
		ClusterID: planted, Network: network, Prefix: planted, Revision: 90, Serial: 3, AppliedBy: planted, Commit: planted,
		Objects: []plan.Change{
			{Kind: "core", Address: planted, ID: planted, Action: plan.Update, Fields: []plan.FieldChange{field(plan.Update), field(plan.Create)}},
			{Kind: "core", Address: planted, ID: planted, Action: plan.Update, Fields: []plan.FieldChange{field(plan.Update)}},
			{Kind: "user", Address: planted, ID: planted, Action: plan.Create, Fields: []plan.FieldChange{field(plan.Create)}},
		},
		Unmanaged: []plan.Unmanaged{{Title: planted}}, IgnoredFields: 4,
	}
}

func run(network string, n int, r *drift.Report) metrics.Outcome {
	return metrics.Outcome{Network: network, At: at(n), Took: 1500 * time.Millisecond, Report: r}
}

func failed(network string, n int) metrics.Outcome {
	return metrics.Outcome{Network: network, At: at(n), Took: time.Second, Err: errors.New(planted)}
}

// value is that of the one sample with the given labels, and NaN without one.
func value(families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	for _, m := range families[name].GetMetric() {
		match := len(m.GetLabel()) == len(labels)/2
		for i := 0; i < len(labels); i += 2 {
			has := false
			for _, l := range m.GetLabel() {
				has = has || l.GetName() == labels[i] && l.GetValue() == labels[i+1]
			}
			match = match && has
		}
		if match {
			return m.GetGauge().GetValue()
		}
	}
	return math.NaN()
}

func parse(t *testing.T, text []byte) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return families
}

func written(t *testing.T, path string) (families map[string]*dto.MetricFamily, text string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, raw), string(raw)
}

// once is one process: it reads what the last one left, sees one run, and
// writes the file.
func once(t *testing.T, path string, o metrics.Outcome) map[string]*dto.MetricFamily {
	t.Helper()
	previous, err := metrics.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	m := metrics.New(previous)
	m.Observe(o)
	if err := m.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	families, _ := written(t, path)
	return families
}

func want(t *testing.T, families map[string]*dto.MetricFamily, number float64, name string, labels ...string) {
	t.Helper()
	got := value(families, name, labels...)
	if got != number && !(math.IsNaN(got) && math.IsNaN(number)) {
		t.Errorf("%s%q is %v, want %v", name, labels, got, number)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sigilform.prom")
	families := once(t, path, run("prod", 0, found("prod")))
	network := []string{"network", "prod"}
	each := func(kind, action string) []string { return append(network, "kind", kind, "action", action) }
	want(t, families, 2, "sigilform_drift_fields", each("core", "update")...)
	want(t, families, 1, "sigilform_drift_fields", each("core", "create")...)
	want(t, families, 1, "sigilform_drift_fields", each("user", "create")...)
	want(t, families, 2, "sigilform_drift_objects", each("core", "update")...)
	want(t, families, 1, "sigilform_drift_objects", each("user", "create")...)
	want(t, families, 1, "sigilform_drift_unmanaged_objects", network...)
	want(t, families, 4, "sigilform_drift_ignored_fields", network...)
	want(t, families, 90, "sigilform_live_revision", network...)
	want(t, families, 3, "sigilform_applied_serial", network...)
	want(t, families, 1_700_000_000, "sigilform_drift_last_run_timestamp_seconds", network...)
	want(t, families, 1_700_000_000, "sigilform_drift_last_success_timestamp_seconds", network...)
	want(t, families, 1.5, "sigilform_drift_run_duration_seconds", network...)
	if len(families) != 9 {
		t.Errorf("%d metrics", len(families))
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("something is left beside it: %v", entries)
	}
}

func TestHoldsNoSecretAndIsClean(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sigilform.prom")
	once(t, path, run("prod", 0, found("prod")))
	once(t, path, failed("prod", 1))
	_, text := written(t, path)
	if strings.Contains(text, planted) {
		t.Errorf("a secret is in\n%s", text)
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

func TestFailedRunKeepsWhatWasFound(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]metrics.Outcome{"named": failed("prod", 7), "before the name is known": failed("", 7)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "sigilform.prom")
			once(t, path, run("prod", 0, found("prod")))
			for range 2 {
				families := once(t, path, o)
				want(t, families, 1_700_000_420, "sigilform_drift_last_run_timestamp_seconds", "network", "prod")
				want(t, families, 1_700_000_000, "sigilform_drift_last_success_timestamp_seconds", "network", "prod")
				want(t, families, 1, "sigilform_drift_run_duration_seconds", "network", "prod")
				want(t, families, 2, "sigilform_drift_fields", "network", "prod", "kind", "core", "action", "update")
				if n := len(families["sigilform_drift_last_run_timestamp_seconds"].GetMetric()); n != 1 {
					t.Errorf("%d series", n)
				}
			}
		})
	}
}

func TestFirstRunFails(t *testing.T) {
	t.Parallel()
	families := once(t, filepath.Join(t.TempDir(), "sigilform.prom"), failed("prod", 1))
	want(t, families, 1_700_000_060, "sigilform_drift_last_run_timestamp_seconds", "network", "prod")
	want(t, families, math.NaN(), "sigilform_drift_last_success_timestamp_seconds", "network", "prod")
}

func TestVanishedSeriesGo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sigilform.prom")
	once(t, path, run("prod", 0, found("prod")))
	families := once(t, path, run("prod", 1, &drift.Report{Network: "prod", Revision: 91, Serial: 4}))
	if families["sigilform_drift_fields"] != nil || families["sigilform_drift_objects"] != nil {
		t.Errorf("drift is still there: %v", families)
	}
	want(t, families, 0, "sigilform_drift_unmanaged_objects", "network", "prod")
	want(t, families, 4, "sigilform_applied_serial", "network", "prod")
}

func TestHostileNetworkNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"quote\"d", "back\\slash", "new\nline", "a\"} 1\nsigilform_live_revision{network=\"b", "\x00\x1b[31m", "ünïcödé", "no utf-8: \xff\xfe",
		strings.Repeat("long", 1000),
	} {
		path := filepath.Join(t.TempDir(), "sigilform.prom")
		once(t, path, run(name, 0, found(name)))
		families := once(t, path, failed(name, 1))
		shown := strings.ToValidUTF8(name, "\uFFFD")
		want(t, families, 90, "sigilform_live_revision", "network", shown)
		want(t, families, 1_700_000_000, "sigilform_drift_last_success_timestamp_seconds", "network", shown)
		if n := len(families["sigilform_live_revision"].GetMetric()); n != 1 {
			t.Errorf("%q made %d series", name, n)
		}
	}
}

func TestForeignFileStays(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a configuration":      "network \"prod\" {}\n",
		"another's metrics":    "# TYPE node_load1 gauge\nnode_load1 1\n",
		"other labels":         "sigilform_live_revision{cluster=\"a\"} 1\n",
		"another shape":        "# TYPE sigilform_live_revision counter\nsigilform_live_revision{network=\"a\"} 1\n",
		"labels of two series": "sigilform_live_revision{network=\"a\",kind=\"b\"} 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "sigilform.prom")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			m := metrics.New(metrics.Previous{})
			m.Observe(run("prod", 0, found("prod")))
			var foreign *metrics.Foreign
			if err := m.WriteFile(path); !errors.As(err, &foreign) {
				t.Errorf("got %v", err)
			}
			if now, _ := os.ReadFile(path); string(now) != text {
				t.Errorf("it is now %s", now)
			}
		})
	}
}

func TestFolderThatIsNotThere(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Previous{})
	if err := m.WriteFile(filepath.Join(t.TempDir(), "none", "sigilform.prom")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestHandler(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Previous{})
	m.Observe(run("prod", 0, found("prod")))
	m.Observe(run("test", 0, &drift.Report{Network: "test", Revision: 5, Serial: 1}))
	m.Observe(failed("prod", 1))
	for _, c := range []struct {
		method, path string
		code         int
		holds        string
	}{
		{"GET", "/healthz", 200, "ok\n"},
		{"GET", "/metrics", 200, `sigilform_live_revision{network="prod"} 90`},
		{"GET", "/metrics", 200, `sigilform_live_revision{network="test"} 5`},
		{"GET", "/metrics", 200, `sigilform_drift_last_success_timestamp_seconds{network="prod"} 1.7e+09`},
		{"POST", "/metrics", 405, ""},
		{"GET", "/", 404, ""},
	} {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil))
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.holds) {
			t.Errorf("%s %s: %d\n%s", c.method, c.path, w.Code, w.Body)
		}
	}
}

func TestServeEnds(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- metrics.New(metrics.Previous{}).Serve(ctx, l) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reply.Body)
	if err = errors.Join(err, reply.Body.Close()); err != nil || string(text) != "ok\n" {
		t.Errorf("got %q, %v", text, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("end: %v", err)
	}
	if _, err := net.Listen("tcp", l.Addr().String()); err != nil {
		t.Errorf("the address is still taken: %v", err)
	}
}

func TestServeTellsOfABrokenListener(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if err := metrics.New(metrics.Previous{}).Serve(t.Context(), l); err == nil {
		t.Error("no error")
	}
}
