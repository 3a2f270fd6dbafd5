package metrics_test

import (
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/metrics"
)

func TestALineIsOfTheEmbeddedMetricFormat(t *testing.T) {
	var b strings.Builder
	now := time.Date(2027, 1, 31, 12, 0, 0, 5e6, time.UTC)
	err := metrics.Write(&b, now, "space", []metrics.Dimension{{Name: "Table", Value: "mirror"}},
		metrics.Metric{Name: "Entries", Unit: metrics.Count, Value: 3},
		metrics.Metric{Name: "Lag", Unit: metrics.Seconds, Value: 1.5})
	want := `{"Entries":3,"Lag":1.5,"Table":"mirror","_aws":{"CloudWatchMetrics":[{"Namespace":"space",` +
		`"Dimensions":[["Table"]],` +
		`"Metrics":[{"Name":"Entries","Unit":"Count"},{"Name":"Lag","Unit":"Seconds"}]}],"Timestamp":1801396800005}}` +
		"\n"
	if err != nil || b.String() != want {
		t.Errorf("%v\n got %s\nwant %s", err, &b, want)
	}
}

func TestWhatTheFormatDoesNotHoldIsRefused(t *testing.T) {
	one := metrics.Metric{Name: "One", Unit: metrics.Count}
	for name, c := range map[string]struct {
		dimensions []metrics.Dimension
		metrics    []metrics.Metric
	}{
		"no metric":       {nil, nil},
		"too many":        {nil, make([]metrics.Metric, 101)},
		"a name twice":    {nil, []metrics.Metric{one, one}},
		"as a dimension":  {[]metrics.Dimension{{Name: "One", Value: "x"}}, []metrics.Metric{one}},
		"many dimensions": {make([]metrics.Dimension, 31), []metrics.Metric{one}},
	} {
		var b strings.Builder
		if err := metrics.Write(&b, time.Time{}, "space", c.dimensions, c.metrics...); err == nil || b.Len() > 0 {
			t.Errorf("%s: %v, %s", name, err, &b)
		}
	}
}
