package metrics

import (
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// sample is one value of one metric. Its labels are in the metric's order, the
// network first.
type sample struct {
	name   string
	labels []string
	value  float64
}

// Metrics are what the last run for each network found. It may be used by
// several goroutines.
type Metrics struct {
	registry *prometheus.Registry
	known    map[string]metric
	descs    map[string]*prometheus.Desc

	mu sync.Mutex
	// byNetwork is replaced whole, so that nobody sees half a run, and labels
	// that vanished are gone.
	byNetwork map[string][]sample
	previous  Previous
}

// New begins with what an earlier process knew; a Previous without anything in
// it is fine. It counts only for a network whose first run fails.
func New(previous Previous) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), known: known(), descs: map[string]*prometheus.Desc{},
		byNetwork: map[string][]sample{}, previous: previous,
	}
	for name, k := range m.known {
		m.descs[name] = prometheus.NewDesc(name, k.help, k.labels, nil)
	}
	m.registry.MustRegister(m)
	return m
}

// Observe takes in one run. After one that failed, what an earlier one found
// stays as it was: only the last run moves.
func (m *Metrics) Observe(o Outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	network := label(o.Network)
	if network == "" {
		network = m.previous.only()
	}
	var samples []sample
	if o.Err == nil && o.Report != nil {
		samples = o.samples(network)
	} else {
		samples = m.before(network)
	}
	one := []string{network}
	m.byNetwork[network] = append(samples, sample{lastRun, one, seconds(o.At)}, sample{runDuration, one, o.Took.Seconds()})
}

// before are the samples that a failed run leaves alone.
func (m *Metrics) before(network string) []sample {
	from, ok := m.byNetwork[network]
	if !ok {
		from = m.previous.byNetwork[network]
	}
	var out []sample
	for _, s := range from {
		if s.name != lastRun && s.name != runDuration {
			out = append(out, s)
		}
	}
	return out
}

// Describe is part of prometheus.Collector.
func (m *Metrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range m.descs {
		to <- d
	}
}

// Collect is part of prometheus.Collector.
func (m *Metrics) Collect(to chan<- prometheus.Metric) {
	for _, s := range m.all() {
		c, err := prometheus.NewConstMetric(m.descs[s.name], prometheus.GaugeValue, s.value, s.labels...)
		if err != nil {
			c = prometheus.NewInvalidMetric(m.descs[s.name], fmt.Errorf("metric %s: %w", s.name, err))
		}
		to <- c
	}
}

// all are the samples of all networks.
func (m *Metrics) all() []sample {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []sample
	for _, samples := range m.byNetwork {
		out = append(out, samples...)
	}
	return out
}
