package dynamodb

import (
	"ecrmirror/localstack/awsjson"
)

type ttlInput struct {
	TableName               *string
	TimeToLiveSpecification *struct {
		AttributeName string
		Enabled       *bool
	}
}

// updateTTL answers UpdateTimeToLive. The change is in force at once, where DynamoDB takes up to an hour.
func (t *tables) updateTTL(c awsjson.Caller, in ttlInput) (any, error) {
	var wrong constraints
	spec := in.TimeToLiveSpecification
	switch {
	case spec == nil:
		wrong.required(true, "timeToLiveSpecification")
	case spec.AttributeName == "":
		wrong.add("", "timeToLiveSpecification.attributeName", "have length greater than or equal to 1")
	case len(spec.AttributeName) > 255:
		wrong.add(spec.AttributeName, "timeToLiveSpecification.attributeName", "have length less than or equal to 255")
	case spec.Enabled == nil:
		wrong.required(true, "timeToLiveSpecification.enabled")
	}
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	table, err := t.described(c, in.TableName)
	if err != nil {
		return nil, err
	}
	switch {
	case *spec.Enabled && table.ttl != "":
		return nil, invalid("TimeToLive is already enabled")
	case !*spec.Enabled && table.ttl == "":
		return nil, invalid("TimeToLive is already disabled")
	case !*spec.Enabled && table.ttl != spec.AttributeName:
		return nil, invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", table.ttl)
	}
	table.ttl = ""
	if *spec.Enabled {
		table.ttl = spec.AttributeName
	}
	return map[string]any{"TimeToLiveSpecification": spec}, nil
}

// describeTTL answers DescribeTimeToLive.
func (t *tables) describeTTL(c awsjson.Caller, in tableInput) (any, error) {
	table, err := t.described(c, in.TableName)
	if err != nil {
		return nil, err
	}
	d := map[string]any{"TimeToLiveStatus": "DISABLED"}
	if table.ttl != "" {
		d = map[string]any{"TimeToLiveStatus": "ENABLED", "AttributeName": table.ttl}
	}
	return map[string]any{"TimeToLiveDescription": d}, nil
}
