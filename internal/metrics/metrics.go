// Package metrics writes metrics as lines of CloudWatch's embedded metric format: JSON in the log,
// of which CloudWatch Logs makes metrics by itself, without a call or a permission. A Lambda
// function's output and what the awslogs driver takes from a container go there.
//
// The format: docs.aws.amazon.com, CloudWatch_Embedded_Metric_Format_Specification.
package metrics

import (
	"fmt"
	"io"
	"time"

	"ecrmirror/internal/output"
)

// Units, as CloudWatch spells them.
const (
	Count        = "Count"
	Seconds      = "Seconds"
	Milliseconds = "Milliseconds"
)

// A Metric is one value. Its name differs from those of the other metrics and of the dimensions of its line.
type Metric struct {
	Name  string
	Unit  string
	Value float64
}

// A Dimension tells metrics of one name apart, as in CloudWatch.
type Dimension struct{ Name, Value string }

// The format's limits on one line.
const (
	maxMetrics    = 100
	maxDimensions = 30
)

type directive struct {
	Namespace  string
	Dimensions [][]string // one set of names
	Metrics    []definition
}

type definition struct {
	Name string
	Unit string
}

// Write writes one line with the metrics, all of which have the dimensions and the time.
func Write(w io.Writer, now time.Time, namespace string, dimensions []Dimension, metrics ...Metric) error {
	if len(metrics) == 0 || len(metrics) > maxMetrics || len(dimensions) > maxDimensions {
		return fmt.Errorf("%d metrics with %d dimensions: a line holds 1 to %d and up to %d",
			len(metrics), len(dimensions), maxMetrics, maxDimensions)
	}
	d := directive{Namespace: namespace, Dimensions: [][]string{{}}}
	line := map[string]any{}
	for _, dimension := range dimensions {
		d.Dimensions[0] = append(d.Dimensions[0], dimension.Name)
		line[dimension.Name] = dimension.Value
	}
	for _, m := range metrics {
		d.Metrics = append(d.Metrics, definition{m.Name, m.Unit})
		line[m.Name] = m.Value
	}
	if len(line) != len(metrics)+len(dimensions) {
		return fmt.Errorf("metrics and dimensions of namespace %s share a name", namespace)
	}
	line["_aws"] = map[string]any{"Timestamp": now.UnixMilli(), "CloudWatchMetrics": []directive{d}}
	return output.JSONLine(w, line)
}
