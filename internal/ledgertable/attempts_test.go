package ledgertable_test

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// An attempt is a call that a role must not make.
type attempt struct {
	what string
	call func(context.Context, *dynamodb.Client) error
}

func recordOf(kind string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: kind + key.Repository}, "SK": &types.AttributeValueMemberS{Value: key.Tag},
	}
}

// update is an UpdateItem in which #a, #b and so on stand for the attributes, and :x for a digest.
func update(what, kind, expression string, attributes ...string) attempt {
	return changed(what, kind, expression, nil, attributes...)
}

// changed is the same, with something else in it.
func changed(
	what, kind, expression string, change func(*dynamodb.UpdateItemInput), attributes ...string,
) attempt {
	in := dynamodb.UpdateItemInput{
		TableName: aws.String(name), Key: recordOf(kind), UpdateExpression: &expression,
		ExpressionAttributeNames: map[string]string{},
	}
	for i, attribute := range attributes {
		in.ExpressionAttributeNames["#"+string(rune('a'+i))] = attribute
	}
	if change != nil {
		change(&in)
	}
	if strings.Contains(expression+aws.ToString(in.ConditionExpression), ":x") {
		in.ExpressionAttributeValues = map[string]types.AttributeValue{
			":x": &types.AttributeValueMemberS{Value: string(two)},
		}
	}
	return attempt{what, func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.UpdateItem(ctx, &in)
		return err
	}}
}

// forged are writes of what a job has not to say.
var forged = []attempt{
	update("first seen", "src#", "SET #a = :x", "seen"),
	update("an outcome of a source", "src#", "SET #a = :x", "outcome"),
	update("a change in the history", "log#", "SET #a = :x", "outcome"),
	update("written by us", "dst#", "SET #a = :x", "wrote"),
	update("a released hold", "dst#", "REMOVE #a", "hold"),
	update("a hold's reason", "dst#", "SET #a.#b = :x", "hold", "because"),
	update("an owner", "dst#", "SET #a = :x", "owner"),
	update("a claim", "dst#", "REMOVE #a", "claim"),
	update("what is wanted", "dst#", "SET #a = :x", "wanted"),
	update("a failure forgotten", "dst#", "REMOVE #a", "failure"),
	update("a later version", "dst#", "SET #a = :x", "v"),
	update("an expiry", "dst#", "SET #a = :x", "expires"),
	update("an outcome, and more", "dst#", "SET #a = :x, #b = :x", "outcome", "wrote"),
	update("an outcome copied from the claim", "dst#", "SET #a = #b", "outcome", "claim"),
	changed("an outcome that tells the owner", "dst#", "SET #a = :x", func(in *dynamodb.UpdateItemInput) {
		in.ConditionExpression = aws.String("#b.#c = :x")
	}, "outcome", "owner", "source"),
}

// looks are reads of more than whether an image is held.
var looks = []attempt{
	changed("what was there", "dst#", "SET #a = :x", func(in *dynamodb.UpdateItemInput) {
		in.ReturnValues = types.ReturnValueAllOld
	}, "outcome"),
	changed("what is there", "dst#", "SET #a = :x", func(in *dynamodb.UpdateItemInput) {
		in.ReturnValues = types.ReturnValueAllNew
	}, "outcome"),
	changed("what is there instead", "dst#", "SET #a = :x", func(in *dynamodb.UpdateItemInput) {
		in.ConditionExpression = aws.String("#a = :x")
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}, "outcome"),
	get("a whole record", "dst#", ""),
	get("an owner", "dst#", "#a", "owner"),
	get("a hold, and the claim", "dst#", "#a, #b", "hold", "claim"),
	get("a source", "src#", "#a", "hold"),
	{"many records", func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			name: {Keys: []map[string]types.AttributeValue{recordOf("dst#")}, ProjectionExpression: aws.String("hold")},
		}})
		return err
	}},
	{"a repository's records", func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.Query(ctx, &dynamodb.QueryInput{
			TableName: aws.String(name), KeyConditionExpression: aws.String("PK = :p"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":p": recordOf("dst#")["PK"]},
		})
		return err
	}},
}

func get(what, kind, projection string, attributes ...string) attempt {
	in := dynamodb.GetItemInput{TableName: aws.String(name), Key: recordOf(kind)}
	if projection != "" {
		in.ProjectionExpression, in.ExpressionAttributeNames = &projection, map[string]string{}
	}
	for i, attribute := range attributes {
		in.ExpressionAttributeNames["#"+string(rune('a'+i))] = attribute
	}
	return attempt{what, func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.GetItem(ctx, &in)
		return err
	}}
}

// wholesale are calls about whole records and more, which no role may make.
var wholesale = []attempt{
	{"a record replaced", func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(name), Item: recordOf("dst#")})
		return err
	}},
	{"a record deleted", func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(name), Key: recordOf("dst#")})
		return err
	}},
	{"records deleted", func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
			name: {{DeleteRequest: &types.DeleteRequest{Key: recordOf("dst#")}}},
		}})
		return err
	}},
	{"a record replaced in a transaction", func(ctx context.Context, api *dynamodb.Client) error {
		put := types.TransactWriteItem{Put: &types.Put{TableName: aws.String(name), Item: recordOf("dst#")}}
		_, err := api.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
			TransactItems: []types.TransactWriteItem{put},
		})
		return err
	}},
	{"all records", func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(name)})
		return err
	}},
	{"the table deleted", func(ctx context.Context, api *dynamodb.Client) error {
		_, err := api.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(name)})
		return err
	}},
}
