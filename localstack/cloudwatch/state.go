package cloudwatch

import (
	"fmt"
	"time"

	"ecrmirror/localstack/awsjson"
)

// refresh gives the alarm the state that its metrics say. The lock must be held.
func (s *Service) refresh(c awsjson.Caller, a *alarm) error {
	state, reason, err := s.evaluate(c, a)
	if err != nil {
		return err
	}
	if state != a.state {
		a.state, a.reason, a.changed = state, reason, s.opts.Now()
	}
	return nil
}

// evaluate looks at the periods that end now, and returns the state that they make. The lock must be held.
//
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (s *Service) evaluate(c awsjson.Caller, a *alarm) (state, reason string, err error) {
	breaching, there, err := s.countDatapoints(c, a)
	if err != nil {
		return "", "", err
	}
	needed := a.DatapointsToAlarm
	if needed == 0 {
		needed = a.EvaluationPeriods
	}
	switch {
	case breaching >= needed:
		return stateAlarm, fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints were %s (%v)", breaching,
			a.EvaluationPeriods, a.ComparisonOperator, *a.Threshold), nil
	case there == 0 && a.TreatMissingData == "ignore":
		return a.state, a.reason, nil
	case there == 0:
		return stateUnknown, "Insufficient Data", nil
	default:
		return stateOK, fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints were not %s (%v)",
			there-breaching, a.EvaluationPeriods, a.ComparisonOperator, *a.Threshold), nil
	}
}

// countDatapoints counts the periods that breach the threshold, and those that have a datapoint: their own, or what
// the alarm takes a missing one for. The lock must be held.
func (s *Service) countDatapoints(c awsjson.Caller, a *alarm) (breaching, there int, err error) {
	step, end := time.Duration(a.seconds())*time.Second, s.opts.Now().Add(time.Millisecond)
	for range a.EvaluationPeriods {
		v, err := s.watched(c, a, end.Add(-step), end)
		if err != nil {
			return 0, 0, err
		}
		end = end.Add(-step)
		switch {
		case !v.none:
			there++
			if comparisons[a.ComparisonOperator](v.number, *a.Threshold) {
				breaching++
			}
		case a.TreatMissingData == "breaching":
			there++
			breaching++
		case a.TreatMissingData == "notBreaching":
			there++
		}
	}
	return breaching, there, nil
}

// seconds is the period of the alarm.
func (a *alarm) seconds() int {
	if len(a.Metrics) == 0 {
		return a.Period
	}
	return period(a.Metrics, query{})
}

// watched is what the alarm compares with its threshold. The lock must be held.
func (s *Service) watched(c awsjson.Caller, a *alarm, start, end time.Time) (value, error) {
	if len(a.Metrics) == 0 {
		return s.statistic(c, a.Metric, a.Statistic, start, end)
	}
	for _, q := range a.Metrics {
		if q.ReturnData == nil || *q.ReturnData {
			return s.resolve(c, a.Metrics, q.ID, start, end)
		}
	}
	return value{}, invalid("one of the Metrics must have ReturnData")
}
