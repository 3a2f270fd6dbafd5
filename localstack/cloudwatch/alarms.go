package cloudwatch

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

// States of an alarm.
const (
	stateOK      = "OK"
	stateAlarm   = "ALARM"
	stateUnknown = "INSUFFICIENT_DATA"
)

// An alarm is what PutMetricAlarm takes, and how it is.
type alarm struct {
	alarmInput
	arn     string
	state   string
	reason  string
	changed time.Time
}

type alarmInput struct {
	AlarmName, AlarmDescription                      string
	ActionsEnabled                                   *bool
	OKActions, AlarmActions, InsufficientDataActions []string
	Metric
	Statistic, ExtendedStatistic, Unit   string
	Period                               int
	EvaluationPeriods, DatapointsToAlarm int
	Threshold                            *float64
	ComparisonOperator, TreatMissingData string
	Metrics                              []query
}

// comparisons are the operators of alarms; those on bands are not here.
var comparisons = map[string]func(value, threshold float64) bool{
	"GreaterThanOrEqualToThreshold": func(v, t float64) bool { return v >= t },
	"GreaterThanThreshold":          func(v, t float64) bool { return v > t },
	"LessThanThreshold":             func(v, t float64) bool { return v < t },
	"LessThanOrEqualToThreshold":    func(v, t float64) bool { return v <= t },
}

func (in alarmInput) check() error {
	_, known := comparisons[in.ComparisonOperator]
	switch {
	case in.AlarmName == "" || len(in.AlarmName) > 255:
		return refused("ValidationError",
			"1 validation error detected: Value '%s' at 'alarmName' failed to satisfy constraint: 1 to 255 characters",
			in.AlarmName)
	case !known:
		return refused("ValidationError", "the stand-in for CloudWatch does not know the operator %q",
			in.ComparisonOperator)
	case in.Threshold == nil:
		return refused("ValidationError", "Threshold is required")
	case in.EvaluationPeriods < 1:
		return refused("ValidationError", "EvaluationPeriods must be at least 1")
	case in.DatapointsToAlarm > in.EvaluationPeriods:
		return refused("ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods")
	case !slices.Contains([]string{"", "breaching", "notBreaching", "ignore", "missing"}, in.TreatMissingData):
		return refused("ValidationError",
			"Option %s is not supported for TreatMissingData parameter. Supported options are [breaching, "+
				"notBreaching, ignore, missing].", in.TreatMissingData)
	case in.ExtendedStatistic != "":
		return refused("ValidationError", "the stand-in for CloudWatch has no percentiles")
	case len(in.Metrics) > 0 && (in.Name != "" || in.Period > 0):
		return refused("ValidationError", "Metrics list and MetricName, Period and Statistic exclude each other")
	case len(in.Metrics) == 0 && (in.Name == "" || in.Namespace == "" || in.Period < 1 ||
		!slices.Contains(statisticNames(), in.Statistic)):
		return refused("ValidationError", "MetricName, Namespace, Period and Statistic must be given, or Metrics")
	}
	return nil
}

func (s *Service) putMetricAlarm(_ context.Context, c awsjson.Caller, in alarmInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := nameKey{c.Account, c.Region, in.AlarmName}
	a := &alarm{
		alarmInput: in, arn: c.ARN("cloudwatch", "alarm:"+in.AlarmName), state: stateUnknown,
		reason: "Unchecked: Initial alarm creation", changed: s.opts.Now(),
	}
	if was, exists := s.alarms[k]; exists {
		a.state, a.reason, a.changed = was.state, was.reason, was.changed
	}
	if _, _, err := s.evaluate(c, a); err != nil { // what it watches is not known here
		return nil, err
	}
	s.alarms[k] = a
	return map[string]any{}, nil
}

func (s *Service) deleteAlarms(_ context.Context, c awsjson.Caller, in struct{ AlarmNames []string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range in.AlarmNames {
		if _, ok := s.alarms[nameKey{c.Account, c.Region, name}]; !ok && len(in.AlarmNames) > 1 {
			return nil, refused("ResourceNotFound", "There is no alarm %s", name) // of several, none is deleted then
		}
	}
	for _, name := range in.AlarmNames {
		delete(s.alarms, nameKey{c.Account, c.Region, name})
	}
	return map[string]any{}, nil
}

func (s *Service) describeAlarms(_ context.Context, c awsjson.Caller, in struct {
	AlarmNames                  []string
	AlarmNamePrefix, StateValue string
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, k := range slices.SortedFunc(maps.Keys(s.alarms),
		func(a, b nameKey) int { return strings.Compare(a.name, b.name) }) {
		if k.account != c.Account || k.region != c.Region || !strings.HasPrefix(k.name, in.AlarmNamePrefix) ||
			len(in.AlarmNames) > 0 && !slices.Contains(in.AlarmNames, k.name) {
			continue
		}
		a := s.alarms[k]
		if err := s.refresh(c, a); err != nil {
			return nil, err
		}
		if in.StateValue == "" || in.StateValue == a.state {
			list = append(list, a.described())
		}
	}
	return map[string]any{"MetricAlarms": list, "CompositeAlarms": []any{}}, nil
}

// described is the alarm as DescribeAlarms has it.
func (a *alarm) described() map[string]any {
	d := map[string]any{
		"AlarmName": a.AlarmName, "AlarmArn": a.arn, "AlarmDescription": a.AlarmDescription,
		"ActionsEnabled": a.ActionsEnabled == nil || *a.ActionsEnabled,
		"OKActions":      texts(a.OKActions), "AlarmActions": texts(a.AlarmActions),
		"InsufficientDataActions": texts(a.InsufficientDataActions),
		"EvaluationPeriods":       a.EvaluationPeriods, "Threshold": *a.Threshold,
		"ComparisonOperator": a.ComparisonOperator,
		"TreatMissingData":   orMissing(a.TreatMissingData), "StateValue": a.state, "StateReason": a.reason,
		"StateUpdatedTimestamp": a.changed,
	}
	if a.DatapointsToAlarm > 0 {
		d["DatapointsToAlarm"] = a.DatapointsToAlarm
	}
	if len(a.Metrics) == 0 {
		maps.Copy(d, a.Metric.described())
		d["Statistic"], d["Period"] = a.Statistic, a.Period
		return d
	}
	metrics := []any{}
	for _, q := range a.Metrics {
		metrics = append(metrics, q.described())
	}
	d["Metrics"] = metrics
	return d
}

func (q query) described() map[string]any {
	d := map[string]any{"Id": q.ID, "ReturnData": q.ReturnData == nil || *q.ReturnData}
	if q.Label != "" {
		d["Label"] = q.Label
	}
	if q.MetricStat != nil {
		d["MetricStat"] = map[string]any{
			"Metric": q.MetricStat.Metric.described(), "Period": q.MetricStat.Period, "Stat": q.MetricStat.Stat,
		}
		return d
	}
	d["Expression"] = q.Expression
	return d
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, text := range list {
		out[i] = text
	}
	return out
}

func orMissing(treat string) string {
	if treat == "" {
		return "missing"
	}
	return treat
}
