package table

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/entry"
)

// pageItems is how many items are read together at most: so many that their answer is below maxAnswer unless they
// are far larger than most entries.
const pageItems = 250

// pages iterates the items of the table, page by page. Where the answer to a page is too large, fewer items are read
// together; an item that is too large alone is an [*entry.Error]. Any other error is the last.
func (t *Table) pages(ctx context.Context) iter.Seq2[[]item, error] {
	return func(yield func([]item, error) bool) {
		// There is no filter on Expires. It would save no read units; and a comparison
		// hides an Expires of the wrong type, which is to be reported (and fails on it
		// in stand-ins for DynamoDB).
		in := &dynamodb.ScanInput{
			TableName: aws.String(t.name), Limit: aws.Int32(pageItems), // with all attributes, see misspelled
		}
		for {
			page, err := t.api.Scan(ctx, in, limited)
			switch {
			case isLarge(err) && *in.Limit > 1:
				in.Limit = aws.Int32(max(1, *in.Limit/10))
				continue
			case isLarge(err):
				if page, err = t.keys(ctx, in); err == nil && !yieldLarge(page.Items, yield) {
					return
				}
			case err == nil && !yield(page.Items, nil):
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if in.ExclusiveStartKey = page.LastEvaluatedKey; len(page.LastEvaluatedKey) == 0 {
				return
			}
			in.Limit = aws.Int32(min(pageItems, 2**in.Limit))
		}
	}
}

// keys returns what a page has but for all attributes except the keys.
func (t *Table) keys(ctx context.Context, page *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
	in := *page
	in.ProjectionExpression = aws.String("#source")
	in.ExpressionAttributeNames = map[string]string{"#source": contract.AttrSource}
	return t.api.Scan(ctx, &in, limited)
}

// yieldLarge says that items are too large.
func yieldLarge(items []item, yield func([]item, error) bool) bool {
	for _, it := range items {
		source, _ := textOf(contract.AttrSource, it[contract.AttrSource])
		if !yield(nil, &entry.Error{Source: source, Err: errLarge}) {
			return false
		}
	}
	return true
}
