package server

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

// dynamodbAccess returns what a call of DynamoDB's API takes: the action of the operation's
// name, on each table that the body names, or on the index of one.
//
// Source: Service Authorization Reference, Amazon DynamoDB.
func dynamodbAccess(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	var in struct {
		TableName, IndexName string
		Resource             string                     `json:"ResourceArn"`
		RequestItems         map[string]json.RawMessage // by table
	}
	if err := json.Unmarshal(body, &in); err != nil && len(body) > 0 {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	tables := slices.Sorted(maps.Keys(in.RequestItems))
	for _, name := range []string{in.TableName, in.Resource} {
		if name != "" {
			tables = append(tables, name)
		}
	}
	if len(tables) == 0 {
		return []iam.Access{{Action: "dynamodb:" + operation, Resource: "*"}}, nil
	}
	var list []iam.Access
	for _, table := range tables {
		arn := table
		if !strings.HasPrefix(table, "arn:") {
			arn = c.ARN("dynamodb", "table/"+table)
		}
		if in.IndexName != "" {
			arn += "/index/" + in.IndexName
		}
		list = append(list, iam.Access{Action: "dynamodb:" + operation, Resource: arn, Account: strings.Split(arn, ":")[4]})
	}
	return list, nil
}
