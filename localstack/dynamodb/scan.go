package dynamodb

import (
	"strconv"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/expression"
)

// maxSegments is how many segments a scan may have.
const maxSegments = 1_000_000

type scanInput struct {
	paging
	Segment       *int
	TotalSegments *int
}

// segments checks which part of the table is wanted: all of it is one of one.
func (in scanInput) segments() (segment, total int, err error) {
	var wrong constraints
	if in.Segment != nil && *in.Segment < 0 {
		wrong.add(strconv.Itoa(*in.Segment), "segment", "have value greater than or equal to 0")
	}
	if in.TotalSegments != nil {
		switch n := *in.TotalSegments; {
		case n < 1:
			wrong.add(strconv.Itoa(n), "totalSegments", "have value greater than or equal to 1")
		case n > maxSegments:
			wrong.add(strconv.Itoa(n), "totalSegments", "have value less than or equal to 1000000")
		}
	}
	switch {
	case len(wrong) > 0:
		return 0, 0, wrong.err()
	case in.Segment == nil && in.TotalSegments == nil:
		return 0, 1, nil
	case in.TotalSegments == nil:
		return 0, 0, invalid("The TotalSegments parameter is required but was not present in the request when " +
			"Segment parameter is present")
	case in.Segment == nil:
		return 0, 0, invalid("The Segment parameter is required but was not present in the request when parameter " +
			"TotalSegments is present")
	case *in.Segment >= *in.TotalSegments:
		return 0, 0, invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: "+
			"Segment: %d is not less than TotalSegments: %d", *in.Segment, *in.TotalSegments)
	}
	return *in.Segment, *in.TotalSegments, nil
}

// scan answers Scan.
func (t *tables) scan(c awsjson.Caller, in scanInput) (any, error) {
	name, err := in.begin(c)
	if err != nil {
		return nil, err
	}
	segment, total, err := in.segments()
	if err != nil {
		return nil, err
	}
	noValues := ""
	if in.FilterExpression == nil {
		noValues = ": FilterExpression is null"
	}
	subs, err := expression.NewSubstitutes(in.ExpressionAttributeNames, in.ExpressionAttributeValues,
		in.FilterExpression == nil && in.ProjectionExpression == nil, noValues)
	if err != nil {
		return nil, err
	}
	table, parsed, err := t.open(name, in.paging, subs)
	if err != nil {
		return nil, err
	}
	start, err := in.startKey(table)
	if err != nil {
		return nil, err
	}
	if start != nil && !start.In(segment, total) {
		return nil, invalid("The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "+
			"ExclusiveStartKey with correct Segment. "+
			"TotalSegments: %d Segment: %d", total, segment)
	}
	return t.page(in.paging, name, table, table.rows.Segment(segment, total, start), parsed, t.opts.PageLimit), nil
}
