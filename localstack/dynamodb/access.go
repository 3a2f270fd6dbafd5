package dynamodb

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/value"
	"ecrmirror/localstack/iam"
)

// An accessInput is what of a request, or of one of its items, says which attributes of which table it is about.
type accessInput struct {
	TableName                 string
	IndexName                 string
	Key, Item                 value.Item
	Keys                      []value.Item
	ProjectionExpression      string
	ConditionExpression       string
	UpdateExpression          string
	KeyConditionExpression    string
	FilterExpression          string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues value.Item
	Select                    string
	ReturnValues              string
	// what a write returns whose condition does not hold
	ReturnValuesOnConditionCheckFailure string
}

// An accessRequest is any request.
type accessRequest struct {
	accessInput
	Resource      string                     `json:"ResourceArn"`
	RequestItems  map[string]json.RawMessage // by table
	TransactItems []map[string]accessInput   // each has one, by the name of its action
}

// Access returns what a call takes, given its body: the action of the operation's name on each table that it
// names, or on the index of one; of a transaction, the actions of its members. The condition keys say which
// attributes are named (dynamodb:Attributes), what is read or returned (dynamodb:Select, dynamodb:ReturnValues), and
// the partition keys (dynamodb:LeadingKeys).
//
// Source: Service Authorization Reference, Amazon DynamoDB; Developer Guide, "Using IAM policy conditions for
// fine-grained access control". It does not say what Select is in a GetItem; without a projection it is
// ALL_ATTRIBUTES here, so that a policy for some attributes does not give all.
func (s *Service) Access(c awsjson.Caller, operation string, body []byte) ([]iam.Access, error) {
	var in accessRequest
	if err := json.Unmarshal(body, &in); err != nil && len(body) > 0 {
		return nil, awsjson.Errorf("SerializationException", "the request is not one of DynamoDB's: %v", err)
	}
	var list []iam.Access
	add := func(action string, in accessInput) { list = append(list, s.access(c, action, in)) }
	switch {
	case len(in.TransactItems) > 0:
		for _, member := range in.TransactItems {
			for name, item := range member {
				add(memberActions[name], item)
			}
		}
	case len(in.RequestItems) > 0:
		for _, table := range slices.Sorted(maps.Keys(in.RequestItems)) {
			add(operation, batched(table, in.RequestItems[table]))
		}
	case in.Resource != "":
		add(operation, accessInput{TableName: in.Resource})
	case in.TableName != "":
		add(operation, in.accessInput)
	default:
		return []iam.Access{{Action: "dynamodb:" + operation, Resource: "*"}}, nil
	}
	return list, nil
}

// memberActions are the actions of what a transaction may have.
var memberActions = map[string]string{
	"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem",
	"ConditionCheck": "ConditionCheckItem",
}

// batched is what a batch says of one table: what it reads, or which items it writes.
func batched(table string, request json.RawMessage) accessInput {
	var in accessInput
	if json.Unmarshal(request, &in) != nil {
		var writes []writeRequest
		_ = json.Unmarshal(request, &writes) // what is neither is refused later
		for _, w := range writes {
			if w.PutRequest != nil {
				in.Keys = append(in.Keys, w.PutRequest.Item)
			}
			if w.DeleteRequest != nil {
				in.Keys = append(in.Keys, w.DeleteRequest.Key)
			}
		}
	}
	in.TableName = table
	return in
}

func (s *Service) access(c awsjson.Caller, action string, in accessInput) iam.Access {
	a := iam.Access{Action: "dynamodb:" + action, Resource: in.TableName, Keys: map[string][]string{}}
	if !strings.HasPrefix(a.Resource, "arn:") {
		a.Resource = c.ARN("dynamodb", "table/"+in.TableName)
	}
	if parts := strings.Split(a.Resource, ":"); len(parts) > 4 {
		a.Account = parts[4]
	}
	hash := s.hashOf(c, in.TableName)
	if in.IndexName != "" {
		a.Resource += "/index/" + in.IndexName
	}
	for key, values := range map[string][]string{
		"dynamodb:Attributes": in.attributes(), "dynamodb:LeadingKeys": in.leading(hash),
		"dynamodb:Select": in.selected(action), "dynamodb:ReturnValues": in.returned(),
	} {
		if len(values) > 0 {
			a.Keys[key] = values
		}
	}
	return a
}

// hashOf is the name of a table's partition key; "" if there is no such table.
func (s *Service) hashOf(c awsjson.Caller, nameOrARN string) string {
	name, err := nameOf(c, &nameOrARN)
	if err != nil {
		return ""
	}
	t := s.tablesOf(c)
	t.mu.Lock()
	defer t.mu.Unlock()
	if table := t.byName[name]; table != nil {
		return table.keys.Hash
	}
	return ""
}

// attributes are those that are named, each once.
func (in accessInput) attributes() []string {
	names := map[string]bool{}
	for _, item := range append([]value.Item{in.Key, in.Item}, in.Keys...) {
		for name := range item {
			names[name] = true
		}
	}
	for _, text := range []string{
		in.ProjectionExpression, in.ConditionExpression, in.UpdateExpression, in.KeyConditionExpression,
		in.FilterExpression,
	} {
		for _, name := range expression.Names(text, in.ExpressionAttributeNames) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// leading are the values of the partition key that are asked for.
func (in accessInput) leading(hash string) []string {
	values := map[string]bool{}
	for _, item := range append([]value.Item{in.Key, in.Item}, in.Keys...) {
		if v, ok := item[hash]; ok {
			values[v.Text] = true
		}
	}
	if in.KeyConditionExpression != "" {
		subs, err := expression.NewSubstitutes(in.ExpressionAttributeNames, in.ExpressionAttributeValues, false, "")
		if err == nil {
			if v, ok := expression.LeadingKey(in.KeyConditionExpression, subs, hash); ok {
				values[v.Text] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(values))
}

// selected says what of the items a read gives.
func (in accessInput) selected(action string) []string {
	switch {
	case !slices.Contains([]string{"GetItem", "BatchGetItem", "Query", "Scan"}, action):
		return nil
	case in.Select != "":
		return []string{in.Select}
	case in.ProjectionExpression != "":
		return []string{"SPECIFIC_ATTRIBUTES"}
	}
	return []string{"ALL_ATTRIBUTES"}
}

// returned says what of the item a write gives. AWS does not say which key, if any, has what is returned where the
// condition does not hold; here it is the same, so that a policy that forbids to see an item by one forbids both.
func (in accessInput) returned() (list []string) {
	for _, s := range []string{in.ReturnValues, in.ReturnValuesOnConditionCheckFailure} {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
