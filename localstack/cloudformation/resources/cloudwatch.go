package resources

import (
	"context"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation"
)

// alarms are those of CloudWatch.
type alarms struct{ calls awsjson.Operations }

// Create makes an alarm. CloudWatch would change one that is there already; CloudFormation does not.
func (p alarms) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	name := named(r, "AlarmName")
	var found struct{ MetricAlarms []any }
	if err := p.calls.Call(ctx, r.Caller, "DescribeAlarms", map[string]any{"AlarmNames": []string{name}},
		&found); err != nil {
		return cloudformation.Resource{}, told("CloudWatch", err)
	}
	if len(found.MetricAlarms) > 0 {
		return cloudformation.Resource{}, &refusal{
			service: "CloudWatch", message: name + " already exists", code: "Status Code: 409",
			handlerCode: "AlreadyExists",
		}
	}
	made := cloudformation.Resource{
		ID: name, Attributes: map[string]any{"Arn": r.Caller.ARN("cloudwatch", "alarm:"+name)},
	}
	if err := p.put(ctx, r, name); err != nil {
		return cloudformation.Resource{}, err
	}
	return made, nil
}

func (p alarms) put(ctx context.Context, r cloudformation.Request, name string) error {
	in := without(r.Properties, "Tags")
	in["AlarmName"] = name
	return told("CloudWatch", p.calls.Call(ctx, r.Caller, "PutMetricAlarm", in, nil))
}

// Update changes the alarm.
func (p alarms) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	return was, p.put(ctx, r, was.ID)
}

// Delete deletes the alarm.
func (p alarms) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	return told("CloudWatch",
		p.calls.Call(ctx, r.Caller, "DeleteAlarms", map[string]any{"AlarmNames": []string{was.ID}}, nil))
}

// dashboards are those of CloudWatch.
type dashboards struct{ calls awsjson.Operations }

// Create makes a dashboard.
func (p dashboards) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	name := named(r, "DashboardName")
	if p.calls.Call(ctx, r.Caller, "GetDashboard", map[string]any{"DashboardName": name}, nil) == nil {
		return cloudformation.Resource{}, &refusal{
			service: "CloudWatch", message: name + " already exists", code: "Status Code: 409",
			handlerCode: "AlreadyExists",
		}
	}
	if err := p.put(ctx, r, name); err != nil {
		return cloudformation.Resource{}, err
	}
	return cloudformation.Resource{ID: name}, nil
}

func (p dashboards) put(ctx context.Context, r cloudformation.Request, name string) error {
	in := map[string]any{"DashboardName": name, "DashboardBody": r.Properties["DashboardBody"]}
	return told("CloudWatch", p.calls.Call(ctx, r.Caller, "PutDashboard", in, nil))
}

// Update changes what is on the dashboard.
func (p dashboards) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	return was, p.put(ctx, r, was.ID)
}

// Delete deletes the dashboard.
func (p dashboards) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	err := p.calls.Call(ctx, r.Caller, "DeleteDashboards", map[string]any{"DashboardNames": []string{was.ID}}, nil)
	if absent(err, "ResourceNotFound") {
		return nil
	}
	return told("CloudWatch", err)
}
