// Package syncmetrics serves Prometheus metrics of rounds of sync, and whether they go on.
package syncmetrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"ecrmirror/internal/filesync"
)

// The values of the label result of mirror_sync_rounds_total.
const (
	ok      = "ok"      // nothing failed; what is deferred is no failure
	failed  = "failed"  // something failed
	stopped = "stopped" // the round did not go to its end
)

// Metrics are metrics of rounds. No label has a value that others write, such as the name of an image or of a registry:
// the number of series is the same whatever is mirrored. All methods may be called at the same time.
type Metrics struct {
	interval time.Duration
	registry *prometheus.Registry

	rounds       *prometheus.CounterVec
	destinations *prometheus.GaugeVec
	copied       prometheus.Counter
	failed       prometheus.Counter
	bytes        prometheus.Counter
	duration     prometheus.Histogram
	success      prometheus.Gauge
	unreached    prometheus.Gauge

	mu   sync.Mutex
	last time.Time // when the last round ended; before the first, when New was called
}

// New returns metrics of rounds that begin so long after each other, in a registry of their own that has those of Go
// and of the process, too.
func New(interval time.Duration) *Metrics {
	m := &Metrics{
		interval: interval, registry: prometheus.NewRegistry(), last: time.Now(),
		rounds: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "mirror_sync_rounds_total",
			Help: "Rounds that have ended, by result: ok, failed (something in them), stopped (before their end).",
		}, []string{"result"}),
		destinations: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "mirror_sync_destinations",
			Help: "Destinations of images after the last round, by state; an image that could not be judged counts as one.",
		}, []string{"state"}),
		copied: counter("mirror_sync_copied_total", "Destinations that an image was copied to."),
		failed: counter("mirror_sync_failed_total", "Failures, of destinations and of images and entries as a whole."),
		bytes:  counter("mirror_sync_bytes_sent_total", "Bytes of blobs sent."),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "mirror_sync_round_duration_seconds",
			Help:    "How long rounds took.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 15), // to 4.5 hours
		}),
		success: gauge("mirror_sync_last_success_timestamp_seconds",
			"When the last round ended in which nothing failed, in Unix time; 0 before the first."),
		unreached: gauge("mirror_sync_unreached", "Images that the last round did not look at before the time was up."),
	}
	m.registry.MustRegister(m.rounds, m.destinations, m.copied, m.failed, m.bytes, m.duration, m.success, m.unreached,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, result := range []string{ok, failed, stopped} { // each has a series from the start
		m.rounds.WithLabelValues(result)
	}
	m.setDestinations(&filesync.Report{})
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
}

// Round counts a round that has just ended.
func (m *Metrics) Round(r *filesync.Report) {
	failures := len(r.Failures())
	result := ok
	switch {
	case r.Err != nil:
		result = stopped
	case failures > 0:
		result = failed
	default:
		m.success.Set(float64(time.Now().UnixMilli()) / 1000)
	}
	m.rounds.WithLabelValues(result).Inc()
	if r.Err == nil || len(r.Images) > 0 { // of a round that did not begin the last one's stay
		m.setDestinations(r)
	}
	m.copied.Add(float64(r.Counts()[filesync.Copied]))
	m.failed.Add(float64(failures))
	m.bytes.Add(float64(r.Bytes()))
	m.duration.Observe(r.Took.Seconds())
	m.unreached.Set(float64(r.Unreached))
	m.Alive()
}

// Alive notes that a round gets on.
func (m *Metrics) Alive() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = time.Now()
}

// setDestinations sets the gauge of each state, 0 for those that no destination has.
func (m *Metrics) setDestinations(r *filesync.Report) {
	counts := r.Counts()
	for _, state := range []filesync.State{
		filesync.Current, filesync.Copied, filesync.Deferred, filesync.Left, filesync.Failed,
	} {
		m.destinations.WithLabelValues(string(state)).Set(float64(counts[state]))
	}
}
