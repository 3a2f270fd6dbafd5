package dynamodb

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
)

// batchGet does what the engine does not do: it refuses keys that are asked for twice, and takes
// tables by their ARNs, by which the answer has them, too.
func (t *tables) batchGet(ctx context.Context, c awsjson.Caller, body []byte) (any, error) {
	var in struct {
		RequestItems map[string]struct{ Keys []any }
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	asked := map[string]string{} // what each table was asked for by, by its name
	for table, wanted := range in.RequestItems {
		for i, key := range wanted.Keys {
			if slices.ContainsFunc(wanted.Keys[:i], func(k any) bool { return reflect.DeepEqual(k, key) }) {
				return nil, awsjson.Errorf("ValidationException", "Provided list of item keys contains duplicates")
			}
		}
		name := strings.TrimPrefix(table, c.ARN("dynamodb", "table/"))
		if strings.HasPrefix(name, "arn:") {
			return nil, awsjson.Errorf("ResourceNotFoundException", "Requested resource not found: Table: %s not found", table)
		}
		asked[name] = table
	}
	body, err := change(body, func(in map[string]any) { rename(in, "RequestItems", inverse(asked)) })
	if err != nil {
		return nil, err
	}
	a, err := t.ask(ctx, "BatchGetItem", body)
	if err != nil || !a.ok() {
		return a, err
	}
	out, err := change(a.body.Bytes(), func(out map[string]any) {
		rename(out, "Responses", asked)
		rename(out, "UnprocessedKeys", asked)
	})
	return json.RawMessage(out), err
}

// rename gives the keys of a member that is a map other names.
func rename(m map[string]any, member string, names map[string]string) {
	old, ok := m[member].(map[string]any)
	if !ok {
		return
	}
	renamed := map[string]any{}
	for key, value := range old {
		if name, ok := names[key]; ok {
			key = name
		}
		renamed[key] = value
	}
	m[member] = renamed
}

func inverse(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for key, value := range m {
		out[value] = key
	}
	return out
}
