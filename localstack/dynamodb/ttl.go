package dynamodb

import (
	"encoding/json"

	"ecrmirror/localstack/awsjson"
)

// updateTTL answers UpdateTimeToLive. The change is in force at once, where DynamoDB takes up to an hour.
func (t *tables) updateTTL(body []byte) (any, error) {
	var in struct {
		TableName               string
		TimeToLiveSpecification struct {
			AttributeName string
			Enabled       *bool
		}
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	table, err := t.table(in.TableName)
	if err != nil {
		return nil, err
	}
	spec := in.TimeToLiveSpecification
	switch {
	case spec.AttributeName == "" || len(spec.AttributeName) > 255:
		return nil, awsjson.Errorf("ValidationException", "AttributeName must have 1 to 255 characters")
	case spec.Enabled == nil:
		return nil, awsjson.Errorf("ValidationException", "Enabled must not be null")
	case *spec.Enabled && table.ttl != "":
		return nil, awsjson.Errorf("ValidationException", "TimeToLive is already enabled")
	case !*spec.Enabled && table.ttl == "":
		return nil, awsjson.Errorf("ValidationException", "TimeToLive is already disabled")
	case !*spec.Enabled && table.ttl != spec.AttributeName:
		return nil, awsjson.Errorf("ValidationException", "TimeToLive is active on a different AttributeName: current AttributeName is %s", table.ttl)
	}
	table.ttl = ""
	if *spec.Enabled {
		table.ttl = spec.AttributeName
	}
	return map[string]any{"TimeToLiveSpecification": spec}, nil
}

// describeTTL answers DescribeTimeToLive.
func (t *tables) describeTTL(body []byte) (any, error) {
	var in struct{ TableName string }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	table, err := t.table(in.TableName)
	if err != nil {
		return nil, err
	}
	d := map[string]any{"TimeToLiveStatus": "DISABLED"}
	if table.ttl != "" {
		d = map[string]any{"TimeToLiveStatus": "ENABLED", "AttributeName": table.ttl}
	}
	return map[string]any{"TimeToLiveDescription": d}, nil
}

func (t *tables) table(name string) (*table, error) {
	table, ok := t.known[name]
	if !ok {
		return nil, awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found", name)
	}
	return table, nil
}
