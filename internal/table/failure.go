package table

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/contract"
)

// ErrWrongKey says that the table is no table of entries: its key is not Source. It is wrapped with the table's name
// and key.
var ErrWrongKey = errors.New("wrong key")

// refusedKey returns what is wrong with the table's key, if DynamoDB refused a request for its form. nil is
// that the key is right, or not known.
func (t *Table) refusedKey(ctx context.Context, err error) error {
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "ValidationException" {
		return t.wrongKey(ctx)
	}
	return nil
}

// wrongKey returns what is wrong with the table's key; nil is that it is right, or not known: who may read
// entries may not be allowed to describe the table.
func (t *Table) wrongKey(ctx context.Context) error {
	out, err := t.api.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(t.name)})
	if err != nil || out.Table == nil || len(out.Table.KeySchema) == 0 {
		return nil //nolint:nilerr // what is known of the table's key is what matters here
	}
	kinds := map[string]types.ScalarAttributeType{}
	for _, a := range out.Table.AttributeDefinitions {
		kinds[aws.ToString(a.AttributeName)] = a.AttributeType
	}
	var keys []string
	for _, k := range out.Table.KeySchema {
		name := aws.ToString(k.AttributeName)
		keys = append(keys, fmt.Sprintf("%s (%s)", name, kinds[name]))
	}
	const right = contract.AttrSource + " (S)"
	if found := strings.Join(keys, ", "); found != right {
		return fmt.Errorf(
			"table %q has the %w %s: that of a table of entries is %s alone", t.name, ErrWrongKey, found, right)
	}
	return nil
}

// hasKey reports whether an item has the key of an entry. In a table of entries all have.
func hasKey(it item) bool {
	_, ok := it[contract.AttrSource].(*types.AttributeValueMemberS)
	return ok
}

// failure describes an error of DynamoDB's: which table it was, and what is wrong
// with it where it is not there, or another one.
func (t *Table) failure(ctx context.Context, doing string, err error) error {
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return fmt.Errorf("%w: %q (is it in this account and region?)", ErrNoTable, t.name)
	}
	if wrong := t.refusedKey(ctx, err); wrong != nil {
		return wrong
	}
	return fmt.Errorf("%s table %q: %w", doing, t.name, awserror.Plain(err))
}
