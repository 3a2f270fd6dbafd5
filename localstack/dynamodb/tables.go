package dynamodb

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/truora/minidyn/server"

	"ecrmirror/localstack/awsjson"
)

// tables is one account's DynamoDB in one region.
type tables struct {
	opts Options

	mu     sync.Mutex // the engine does not guard its map of tables
	engine *server.Server
	known  map[string]*table
}

// A table is what the engine does not keep of a table.
type table struct {
	arn        string
	created    time.Time
	attributes any    // AttributeDefinitions, as the caller gave them
	billing    any    // BillingMode
	ttl        string // attribute with the time to live; "" = disabled
}

func newTables(opts Options) *tables {
	return &tables{opts: opts, engine: server.NewServer(), known: map[string]*table{}}
}

// do answers one operation: with an *answer of the engine's, or with a value to encode.
func (t *tables) do(ctx context.Context, c awsjson.Caller, operation string, body []byte) (any, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	body, err := byName(c, body)
	if err != nil {
		return nil, err
	}
	switch operation {
	case "ListTables":
		return t.list(body)
	case "UpdateTimeToLive":
		return t.updateTTL(body)
	case "DescribeTimeToLive":
		return t.describeTTL(body)
	case "CreateTable", "DescribeTable", "UpdateTable", "DeleteTable":
		return t.manage(ctx, c, operation, body)
	case "Scan":
		return t.scan(ctx, body)
	case "PutItem":
		return t.put(ctx, body)
	case "BatchGetItem":
		return t.batchGet(ctx, c, body)
	case "UpdateItem":
		return t.update(ctx, body)
	default:
		return t.ask(ctx, operation, body)
	}
}

// ask passes the operation to the engine.
func (t *tables) ask(ctx context.Context, operation string, body []byte) (*answer, error) {
	a := newAnswer()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-Amz-Target", targetPrefix+operation)
	t.engine.ServeHTTP(a, r)
	if !a.known() {
		return nil, awsjson.Errorf("UnknownOperationException", "the stand-in for DynamoDB does not have %s", operation)
	}
	return a, nil
}

// scan keeps a page within the page limit.
func (t *tables) scan(ctx context.Context, body []byte) (any, error) {
	body, err := change(body, func(in map[string]any) {
		limit, given := in["Limit"].(json.Number)
		n, err := limit.Int64()
		if t.opts.PageLimit > 0 && (!given || err == nil && n > int64(t.opts.PageLimit)) {
			in["Limit"] = t.opts.PageLimit
		}
	})
	if err != nil {
		return nil, err
	}
	return t.ask(ctx, "Scan", body)
}

// put leaves out the attributes that the engine returns unasked. It refuses
// ReturnValues, for which the engine has the new item and DynamoDB the old one.
func (t *tables) put(ctx context.Context, body []byte) (any, error) {
	var in struct{ ReturnValues string }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	if in.ReturnValues != "" && in.ReturnValues != "NONE" {
		return nil, awsjson.Errorf("ValidationException", "the stand-in for DynamoDB does not have ReturnValues in PutItem")
	}
	a, err := t.ask(ctx, "PutItem", body)
	if err != nil || !a.ok() {
		return a, err
	}
	return struct{}{}, nil
}

// manage passes an operation on a table to the engine and completes its description.
func (t *tables) manage(ctx context.Context, c awsjson.Caller, operation string, body []byte) (any, error) {
	var in struct {
		TableName            string
		AttributeDefinitions any
		BillingMode          any
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	a, err := t.ask(ctx, operation, body)
	if err != nil || !a.ok() {
		return a, err
	}
	if operation == "CreateTable" {
		t.known[in.TableName] = &table{
			arn: c.ARN("dynamodb", "table/"+in.TableName), created: t.opts.Now(),
			attributes: in.AttributeDefinitions, billing: in.BillingMode,
		}
	}
	table, status := t.known[in.TableName], "ACTIVE"
	if operation == "DeleteTable" {
		status = "DELETING"
		delete(t.known, in.TableName)
	}
	body, err = change(a.body.Bytes(), func(out map[string]any) {
		for _, member := range []string{"Table", "TableDescription"} {
			if d, ok := out[member].(map[string]any); ok {
				table.describe(d, status)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return json.RawMessage(body), nil
}

// describe adds what the engine leaves out of a TableDescription.
func (t *table) describe(d map[string]any, status string) {
	d["TableStatus"] = status
	d["TableArn"] = t.arn
	d["CreationDateTime"] = float64(t.created.UnixMilli()) / 1000
	d["AttributeDefinitions"] = t.attributes
	if t.billing != nil {
		d["BillingModeSummary"] = map[string]any{"BillingMode": t.billing}
	}
}

// list answers ListTables, in the order of the names.
func (t *tables) list(body []byte) (any, error) {
	var in struct {
		ExclusiveStartTableName string
		Limit                   *int
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, awsjson.Errorf("SerializationException", "%v", err)
	}
	limit := 100
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > 100 {
		return nil, awsjson.Errorf("ValidationException", "Limit %d is not between 1 and 100", limit)
	}
	names := slices.Sorted(maps.Keys(t.known))
	first, found := slices.BinarySearch(names, in.ExclusiveStartTableName)
	if found {
		first++
	}
	names = names[first:]
	out := map[string]any{"TableNames": names}
	if len(names) > limit {
		out["TableNames"], out["LastEvaluatedTableName"] = names[:limit], names[limit-1]
	}
	return out, nil
}
