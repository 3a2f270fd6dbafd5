package cloudwatch

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Metric is what values are of.
type Metric struct {
	Namespace  string
	Name       string `json:"MetricName"`
	Dimensions []Dimension
}

// A Dimension is a name and a value by which metrics are told apart.
type Dimension struct{ Name, Value string }

// A seriesKey is a metric's place: accounts and regions are apart, and dimensions have no order.
type seriesKey struct{ account, region, metric string }

// A point is a value at a time.
type point struct {
	at    time.Time
	value float64
}

// pointsLimit is how many values of a metric are kept, the last ones.
const pointsLimit = 10_000

func keyOf(account, region string, m Metric) seriesKey {
	sorted := slices.SortedFunc(slices.Values(m.Dimensions), func(a, b Dimension) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	parts := []string{m.Namespace, m.Name}
	for _, d := range sorted {
		parts = append(parts, d.Name+"="+d.Value)
	}
	return seriesKey{account, region, strings.Join(parts, "\x00")}
}

// Record adds a value of a metric.
func (s *Service) Record(account, region string, m Metric, at time.Time, value float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := keyOf(account, region, m)
	s.metrics[k] = m
	s.series[k] = append(s.series[k], point{at, value})
	if over := len(s.series[k]) - pointsLimit; over > 0 {
		s.series[k] = slices.Delete(s.series[k], 0, over)
	}
}

// metricLine is what a line of a log in the embedded metric format says of its other members.
type metricLine struct {
	AWS struct {
		Timestamp         int64 // milliseconds
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name string }
		}
	} `json:"_aws"`
}

// RecordLine adds the values that a line of a log has in the embedded metric format, if it is one.
//
// Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func (s *Service) RecordLine(account, region, line string) {
	if !strings.Contains(line, `"_aws"`) {
		return
	}
	var head metricLine
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(line), &head) != nil || json.Unmarshal([]byte(line), &members) != nil {
		return
	}
	at := time.UnixMilli(head.AWS.Timestamp)
	for _, directive := range head.AWS.CloudWatchMetrics {
		for _, names := range directive.Dimensions {
			dimensions, ok := dimensionsOf(names, members)
			if !ok {
				continue
			}
			for _, m := range directive.Metrics {
				for _, value := range values(members[m.Name]) {
					s.Record(account, region, Metric{directive.Namespace, m.Name, dimensions}, at, value)
				}
			}
		}
	}
}

// dimensionsOf reads the values of dimensions; false if one is missing.
func dimensionsOf(names []string, members map[string]json.RawMessage) ([]Dimension, bool) {
	var list []Dimension
	for _, name := range names {
		var value string
		if json.Unmarshal(members[name], &value) != nil || value == "" {
			return nil, false
		}
		list = append(list, Dimension{name, value})
	}
	return list, true
}

// values reads a number, or a list of them.
func values(raw json.RawMessage) []float64 {
	var one float64
	if json.Unmarshal(raw, &one) == nil && string(raw) != "null" {
		return []float64{one}
	}
	var many []float64
	if json.Unmarshal(raw, &many) != nil {
		return nil
	}
	return many
}

// points returns the values of a metric, oldest first, with what a gauge says now. The lock must be held.
func (s *Service) points(account, region string, m Metric) []point {
	list := slices.Clone(s.series[keyOf(account, region, m)])
	if s.opts.Gauge != nil {
		if value, ok := s.opts.Gauge(account, region, m); ok {
			list = append(list, point{s.opts.Now(), value})
		}
	}
	slices.SortStableFunc(list, func(a, b point) int { return a.at.Compare(b.at) })
	return list
}

// statistics are those that values come to.
func statistics(list []point) map[string]float64 {
	out := map[string]float64{"SampleCount": float64(len(list)), "Sum": 0}
	for i, p := range list {
		out["Sum"] += p.value
		if i == 0 || p.value < out["Minimum"] {
			out["Minimum"] = p.value
		}
		if i == 0 || p.value > out["Maximum"] {
			out["Maximum"] = p.value
		}
	}
	out["Average"] = out["Sum"] / out["SampleCount"]
	return out
}

// statisticNames are those that this stand-in has: no percentiles.
func statisticNames() []string { return slices.Sorted(maps.Keys(statistics([]point{{}}))) }

// within returns the values from start until before end.
func within(list []point, start, end time.Time) []point {
	var out []point
	for _, p := range list {
		if !p.at.Before(start) && p.at.Before(end) {
			out = append(out, p)
		}
	}
	return out
}
