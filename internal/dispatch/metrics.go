package dispatch

import (
	"io"
	"time"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/controller"
	"ecrmirror/internal/metrics"
)

// writeMetrics prints what a sweep of a table came to for CloudWatch.
func writeMetrics(w io.Writer, now time.Time, table string, r controller.Report) error {
	count := func(name string, n int) metrics.Metric {
		return metrics.Metric{Name: name, Unit: metrics.Count, Value: float64(n)}
	}
	return metrics.Write(w, now, contract.MetricNamespace,
		[]metrics.Dimension{{Name: contract.MetricTable, Value: table}},
		count(contract.MetricEntries, r.Entries), count(contract.MetricCurrent, r.Current),
		count(contract.MetricStale, r.Stale), count(contract.MetricSubmitted, r.Submitted),
		count(contract.MetricDeferred, r.Deferred), count(contract.MetricFailed, r.Failed),
		count(contract.MetricUnreached, r.Unreached),
		metrics.Metric{
			Name: contract.MetricOldestLag, Unit: metrics.Seconds, Value: r.OldestLag.Round(time.Second).Seconds(),
		},
		metrics.Metric{
			Name: contract.MetricDuration, Unit: metrics.Milliseconds, Value: float64(r.Duration.Milliseconds()),
		},
	)
}
