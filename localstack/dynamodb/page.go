package dynamodb

import (
	"iter"
	"strconv"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
	"ecrmirror/localstack/dynamodb/rows"
	"ecrmirror/localstack/dynamodb/value"
)

// pageBytes is how much of a table one page of Scan or Query reads at most, in bytes.
const pageBytes = 1 << 20

// paging is what Scan and Query have in common.
type paging struct {
	TableName                 *string
	IndexName                 *string
	ConsistentRead            bool
	ExclusiveStartKey         value.Item
	Limit                     *int
	Select                    string
	FilterExpression          *string
	ExpressionAttributeValues value.Item
	projecting
	reporting
}

// begin checks the request by itself and returns its table's name.
func (p paging) begin(c awsjson.Caller) (string, error) {
	name, err := nameOf(c, p.TableName)
	if err != nil {
		return "", err
	}
	return name, p.check()
}

// check checks what is in the model of the API, and Select.
func (p paging) check() error {
	var wrong constraints
	wrong.oneOf(p.Select, "select", "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	if p.Limit != nil && *p.Limit < 1 {
		wrong.add(strconv.Itoa(*p.Limit), "limit", "have value greater than or equal to 1")
	}
	p.reporting.check(&wrong)
	projects := p.ProjectionExpression != nil
	switch {
	case len(wrong) > 0:
		return wrong.err()
	case p.Select == "COUNT" && projects:
		return invalid("Cannot specify the ProjectionExpression when choosing to get only the Count")
	case p.Select == "ALL_ATTRIBUTES" && projects:
		return invalid("Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES")
	case p.Select == "ALL_PROJECTED_ATTRIBUTES":
		return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	case p.Select == "SPECIFIC_ATTRIBUTES" && !projects:
		return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get " +
			"SPECIFIC_ATTRIBUTES")
	}
	return nil
}

// index refuses an index: no table has one.
func (p paging) index() error {
	if p.IndexName != nil {
		return invalid("The table does not have the specified index: %s", *p.IndexName)
	}
	return nil
}

// parsed is a request's filter and projection; each may be nil.
type parsed struct {
	filter     expression.Condition
	projection expression.Projection
}

func (p paging) parse(subs *expression.Substitutes) (out parsed, err error) {
	if p.ProjectionExpression != nil {
		if out.projection, err = expression.ParseProjection(*p.ProjectionExpression, subs); err != nil {
			return out, err
		}
	}
	if p.FilterExpression != nil {
		if out.filter, err = expression.ParseCondition("FilterExpression", *p.FilterExpression, subs); err != nil {
			return out, err
		}
	}
	return out, subs.Unused()
}

// open returns the table, and what of its rows is wanted.
func (t *tables) open(name string, p paging, subs *expression.Substitutes) (*table, parsed, error) {
	parsed, err := p.parse(subs)
	if err != nil {
		return nil, parsed, err
	}
	table, err := t.table(name)
	if err != nil {
		return nil, parsed, err
	}
	return table, parsed, p.index()
}

// startKey returns the key that the page begins after; nil if at the beginning.
func (p paging) startKey(table *table) (*rows.Key, error) {
	if p.ExclusiveStartKey == nil {
		return nil, nil //nolint:nilnil // there is none
	}
	key, err := table.keys.keyFrom(p.ExclusiveStartKey)
	if err != nil {
		return nil, invalid("The provided starting key is invalid: %s", message(err))
	}
	return &key, nil
}

// page reads rows until it is full. Most is how many rows it looks at at most beside the caller's limit; 0 if any
// number.
func (t *tables) page(
	p paging, name string, table *table, from iter.Seq[rows.Row], of parsed, most int,
) map[string]any {
	if p.Limit != nil && (most == 0 || *p.Limit < most) {
		most = *p.Limit
	}
	var items items
	var last *rows.Key
	scanned, found, bytes := 0, 0, 0
	for row := range from {
		if full := most > 0 && scanned == most || bytes > pageBytes; full {
			break
		}
		scanned++
		bytes += row.Size
		last = &row.Key
		if of.filter == nil || of.filter.Holds(row.Item) {
			found++
			items = append(items, of.projection.Of(row.Item))
		}
	}
	out := map[string]any{"Count": found, "ScannedCount": scanned}
	if p.Select != "COUNT" {
		out["Items"] = items
	}
	// DynamoDB does not look whether anything follows a page that is full.
	if last != nil && (most > 0 && scanned == most || bytes > pageBytes) {
		out["LastEvaluatedKey"] = table.keys.itemOf(*last)
	}
	return withCapacity(out, p.consumed(name, t.reads(bytes, p.ConsistentRead)))
}

// items are written without a detour: a page has many.
type items []value.Item

// MarshalJSON writes a list, also where there is none.
func (l items) MarshalJSON() ([]byte, error) {
	b := []byte{'['}
	for i, item := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = item.AppendJSON(b)
	}
	return append(b, ']'), nil
}
