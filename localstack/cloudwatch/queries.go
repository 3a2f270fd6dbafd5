package cloudwatch

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

// A query is an item of metric math: a metric's statistic, or an expression over others.
type query struct {
	ID         string `json:"Id"`
	Expression string `json:",omitempty"`
	Label      string `json:",omitempty"`
	MetricStat *struct {
		Metric Metric
		Period int
		Stat   string
		Unit   string `json:",omitempty"`
	} `json:",omitempty"`
	ReturnData *bool `json:",omitempty"` // nil = true
	Period     int   `json:",omitempty"`
}

// timeOf is a time of a request.
func timeOf(seconds float64) time.Time { return time.UnixMilli(int64(math.Round(seconds * 1000))) }

// resolve returns what a query comes to from start until end. The lock must be held.
func (s *Service) resolve(c awsjson.Caller, queries []query, id string, start, end time.Time) (value, error) {
	i := slices.IndexFunc(queries, func(q query) bool { return q.ID == id })
	if i < 0 {
		return value{}, invalid("there is no metric with the Id %s", id)
	}
	q := queries[i]
	if q.MetricStat == nil {
		others := slices.Delete(slices.Clone(queries), i, i+1) // an expression is not made of itself
		v, err := expression{
			q.Expression, func(id string) (value, error) { return s.resolve(c, others, id, start, end) },
		}.evaluate()
		if err != nil {
			return value{}, invalid("%v", err)
		}
		return v, nil
	}
	return s.statistic(c, q.MetricStat.Metric, q.MetricStat.Stat, start, end)
}

// statistic returns what a metric comes to from start until end. The lock must be held.
func (s *Service) statistic(c awsjson.Caller, m Metric, name string, start, end time.Time) (value, error) {
	if !slices.Contains(statisticNames(), name) {
		return value{}, invalid("the stand-in for CloudWatch has the statistics %s, not %s",
			strings.Join(statisticNames(), ", "), name)
	}
	list := within(s.points(c.Account, c.Region, m), start, end)
	if len(list) == 0 {
		return value{none: true}, nil
	}
	return value{number: statistics(list)[name]}, nil
}

func (s *Service) getMetricStatistics(_ context.Context, c awsjson.Caller, in struct {
	Metric
	StartTime, EndTime float64
	Period             int
	Statistics         []string
	ExtendedStatistics []string
	Unit               string
},
) (any, error) {
	if err := checkPeriod(in.StartTime, in.EndTime, in.Period); err != nil {
		return nil, err
	}
	if len(in.Statistics) == 0 || len(in.ExtendedStatistics) > 0 {
		return nil, refused("InvalidParameterCombination",
			"At least one of the parameters Statistics and ExtendedStatistics must be specified (and the stand-in "+
				"has no extended ones).")
	}
	if count := (in.EndTime - in.StartTime) / float64(in.Period); count > 1440 {
		return nil, refused("InvalidParameterCombination",
			"You have requested up to %d datapoints, which exceeds the limit of 1,440.", int(count))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	period := time.Duration(in.Period) * time.Second
	start, end := timeOf(in.StartTime).Truncate(period), timeOf(in.EndTime)
	points, err := datapoints(s.points(c.Account, c.Region, in.Metric), start, end, period, in.Statistics)
	return map[string]any{"Label": in.Name, "Datapoints": points}, err
}

// checkPeriod refuses a period that CloudWatch does not have, and an end that is not after the start. All
// are seconds.
func checkPeriod(start, end float64, period int) error {
	switch {
	case period < 1 || period > 60 && period%60 != 0 ||
		period < 60 && !slices.Contains([]int{1, 5, 10, 20, 30}, period):
		return invalid("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
	case end <= start:
		return invalid("The parameter StartTime must be less than the parameter EndTime.")
	}
	return nil
}

// datapoints returns the named statistics of each period from start until end that has values.
func datapoints(list []point, start, end time.Time, period time.Duration, names []string) ([]any, error) {
	points := []any{}
	for ; start.Before(end); start = start.Add(period) {
		some := within(list, start, start.Add(period))
		if len(some) == 0 {
			continue
		}
		all, out := statistics(some), map[string]any{"Timestamp": start, "Unit": "None"}
		for _, name := range names {
			number, ok := all[name]
			if !ok {
				return nil, invalid("The parameter Statistics.member.1 must be a value in the set [ %s ].",
					strings.Join(statisticNames(), ", "))
			}
			out[name] = number
		}
		points = append(points, out)
	}
	return points, nil
}

func (s *Service) getMetricData(_ context.Context, c awsjson.Caller, in struct {
	MetricDataQueries  []query
	StartTime, EndTime float64
	ScanBy             string
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	results := []any{}
	for _, q := range in.MetricDataQueries {
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		step := time.Duration(period(in.MetricDataQueries, q)) * time.Second
		if step <= 0 {
			return nil, invalid("The Period of %s must be given.", q.ID)
		}
		start, end := timeOf(in.StartTime).Truncate(step), timeOf(in.EndTime)
		times, numbers, err := s.periods(c, in.MetricDataQueries, q.ID, start, end, step)
		if err != nil {
			return nil, err
		}
		if in.ScanBy != "TimestampAscending" {
			slices.Reverse(times)
			slices.Reverse(numbers)
		}
		results = append(results, map[string]any{
			"Id": q.ID, "Label": q.Label, "Timestamps": times, "Values": numbers, "StatusCode": "Complete",
		})
	}
	return map[string]any{"MetricDataResults": results}, nil
}

// periods returns what a query comes to in each period from start until end that has values, and when the
// periods start. The lock must be held.
func (s *Service) periods(
	c awsjson.Caller, queries []query, id string, start, end time.Time, step time.Duration,
) (times, numbers []any, err error) {
	times, numbers = []any{}, []any{}
	for ; start.Before(end); start = start.Add(step) {
		v, err := s.resolve(c, queries, id, start, start.Add(step))
		if err != nil {
			return nil, nil, err
		}
		if !v.none {
			times, numbers = append(times, start), append(numbers, v.number)
		}
	}
	return times, numbers, nil
}

// period is that of a query in seconds: its own, or for an expression the longest of the metrics'.
func period(queries []query, q query) int {
	if q.MetricStat != nil {
		return q.MetricStat.Period
	}
	longest := q.Period
	for _, other := range queries {
		if other.MetricStat != nil {
			longest = max(longest, other.MetricStat.Period)
		}
	}
	return longest
}

func (s *Service) listMetrics(_ context.Context, c awsjson.Caller, in struct {
	Namespace, MetricName string
	Dimensions            []Dimension
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for k, m := range s.metrics {
		if k.account != c.Account || k.region != c.Region || in.Namespace != "" && m.Namespace != in.Namespace ||
			in.MetricName != "" && m.Name != in.MetricName {
			continue
		}
		if slices.ContainsFunc(in.Dimensions, func(d Dimension) bool {
			return !slices.ContainsFunc(m.Dimensions,
				func(own Dimension) bool { return own.Name == d.Name && (d.Value == "" || own.Value == d.Value) })
		}) {
			continue
		}
		list = append(list, m.described())
	}
	return map[string]any{"Metrics": list}, nil
}

func (m Metric) described() map[string]any {
	dimensions := []any{}
	for _, d := range m.Dimensions {
		dimensions = append(dimensions, map[string]any{"Name": d.Name, "Value": d.Value})
	}
	return map[string]any{"Namespace": m.Namespace, "MetricName": m.Name, "Dimensions": dimensions}
}
