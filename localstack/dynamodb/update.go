package dynamodb

import (
	"context"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// byName puts a table's name in the place of its ARN, which DynamoDB takes wherever
// it takes the name. Tables of other accounts and regions are not to be had.
func byName(c awsjson.Caller, body []byte) ([]byte, error) {
	var in struct{ TableName any } // any: other forms are for the engine to refuse
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	arn, _ := in.TableName.(string)
	if !strings.HasPrefix(arn, "arn:") {
		return body, nil
	}
	name, ok := strings.CutPrefix(arn, c.ARN("dynamodb", "table/"))
	if !ok || name == "" || strings.Contains(name, "/") {
		return nil, awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found", arn)
	}
	return change(body, func(in map[string]any) { in["TableName"] = name })
}

// update does what the engine does not do: it takes away the attributes that REMOVE
// names, and keeps back the old attributes of an item that there was not, for which
// the engine has its key. An item that was nothing but its key is taken for absent with it.
func (t *tables) update(ctx context.Context, body []byte) (any, error) {
	var in updateInput
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	a, err := t.ask(ctx, "UpdateItem", body)
	if err != nil || !a.ok() {
		return a, err
	}
	if err := t.remove(ctx, in); err != nil {
		return nil, err
	}
	if in.ReturnValues != "ALL_OLD" {
		return a, nil
	}
	out, err := change(a.body.Bytes(), func(out map[string]any) {
		if reflect.DeepEqual(out["Attributes"], any(in.Key)) {
			delete(out, "Attributes")
		}
	})
	return json.RawMessage(out), err
}

type updateInput struct {
	TableName                string
	ReturnValues             string
	Key                      map[string]any
	UpdateExpression         string
	ExpressionAttributeNames map[string]string
}

// removeClause matches REMOVE and what belongs to it; another clause may follow.
var removeClause = regexp.MustCompile(`(?i)(?:^|\s)REMOVE\s+(.*?)(?:\s(?:SET|ADD|DELETE)\s|$)`)

// remove takes away the item's attributes that the expression removes. The engine
// removes what is inside attributes itself.
func (t *tables) remove(ctx context.Context, in updateInput) error {
	clause := removeClause.FindStringSubmatch(strings.Join(strings.Fields(in.UpdateExpression), " "))
	if clause == nil {
		return nil
	}
	key, err := json.Marshal(map[string]any{"TableName": in.TableName, "Key": in.Key, "ConsistentRead": true})
	if err != nil {
		return err
	}
	a, err := t.ask(ctx, "GetItem", key)
	if err != nil {
		return err
	}
	item, err := change(a.body.Bytes(), func(out map[string]any) {
		attributes, _ := out["Item"].(map[string]any)
		for name := range strings.SplitSeq(clause[1], ",") {
			name = strings.TrimSpace(name)
			if alias, ok := in.ExpressionAttributeNames[name]; ok {
				name = alias
			}
			delete(attributes, name)
		}
		out["TableName"] = in.TableName
	})
	if err != nil {
		return err
	}
	_, err = t.put(ctx, item)
	return err
}
