package cloudwatch

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
)

type dashboard struct {
	body     string
	modified time.Time
}

var dashboardName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)

// putDashboard looks at no more than whether the body is a document with widgets.
func (s *Service) putDashboard(
	_ context.Context, c awsjson.Caller, in struct{ DashboardName, DashboardBody string },
) (any, error) {
	var body struct{ Widgets []map[string]any }
	switch err := json.Unmarshal([]byte(in.DashboardBody), &body); {
	case !dashboardName.MatchString(in.DashboardName):
		return nil, invalid("The value for field DashboardName contains invalid characters. It can only contain " +
			"alphanumerics, dash (-) and underscore (_).")
	case err != nil:
		return nil, refused("InvalidParameterInput",
			"The dashboard body is invalid, there are 1 validation errors: [{\"message\": \"The field DashboardBody "+
				"must be a valid JSON object\"}]")
	case len(body.Widgets) > 500:
		return nil, refused("InvalidParameterInput",
			"The dashboard body is invalid: it has %d widgets, and 500 are the limit", len(body.Widgets))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dashboards[nameKey{c.Account, c.Region, in.DashboardName}] = dashboard{in.DashboardBody, s.opts.Now()}
	return map[string]any{"DashboardValidationMessages": []any{}}, nil
}

func (s *Service) getDashboard(_ context.Context, c awsjson.Caller, in struct{ DashboardName string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.dashboards[nameKey{c.Account, c.Region, in.DashboardName}]
	if !ok {
		return nil, missing(in.DashboardName)
	}
	return map[string]any{
		"DashboardName": in.DashboardName, "DashboardArn": arn(c, in.DashboardName), "DashboardBody": d.body,
	}, nil
}

func missing(name string) error {
	return &awsjson.Error{Status: 404, Code: "ResourceNotFound", Message: "Dashboard " + name + " does not exist"}
}

func arn(c awsjson.Caller, name string) string {
	return "arn:" + awsjson.Partition(c.Region) + ":cloudwatch::" + c.Account + ":dashboard/" + name
}

func (s *Service) listDashboards(
	_ context.Context, c awsjson.Caller, in struct{ DashboardNamePrefix string },
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, k := range slices.SortedFunc(maps.Keys(s.dashboards),
		func(a, b nameKey) int { return strings.Compare(a.name, b.name) }) {
		if k.account == c.Account && k.region == c.Region && strings.HasPrefix(k.name, in.DashboardNamePrefix) {
			d := s.dashboards[k]
			list = append(list, map[string]any{
				"DashboardName": k.name, "DashboardArn": arn(c, k.name), "LastModified": d.modified,
				"Size": len(d.body),
			})
		}
	}
	return map[string]any{"DashboardEntries": list}, nil
}

func (s *Service) deleteDashboards(
	_ context.Context, c awsjson.Caller, in struct{ DashboardNames []string },
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range in.DashboardNames {
		if _, ok := s.dashboards[nameKey{c.Account, c.Region, name}]; !ok {
			return nil, missing(name)
		}
	}
	for _, name := range in.DashboardNames {
		delete(s.dashboards, nameKey{c.Account, c.Region, name})
	}
	return map[string]any{}, nil
}
