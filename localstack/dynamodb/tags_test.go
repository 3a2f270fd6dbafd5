package dynamodb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

func TestTagsAreThoseThatWereSet(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "us-east-1")
	out, err := c.CreateTable(t.Context(), &awsdynamodb.CreateTableInput{
		TableName: aws.String("mirror"),
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema:   []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		BillingMode: types.BillingModePayPerRequest,
		Tags:        []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	arn := out.TableDescription.TableArn
	if _, err := c.TagResource(t.Context(), &awsdynamodb.TagResourceInput{
		ResourceArn: arn, Tags: []types.Tag{
			{Key: aws.String("team"), Value: aws.String("b")}, {Key: aws.String("cost"), Value: aws.String("1")},
		},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.UntagResource(t.Context(), &awsdynamodb.UntagResourceInput{
		ResourceArn: arn,
		TagKeys:     []string{"cost", "other"},
	}); err != nil {
		t.Fatal(err)
	}
	tags, err := c.ListTagsOfResource(t.Context(), &awsdynamodb.ListTagsOfResourceInput{ResourceArn: arn})
	if err != nil || len(tags.Tags) != 1 || aws.ToString(tags.Tags[0].Value) != "b" {
		t.Errorf("tags %v, %v", tags, err)
	}
	_, err = c.ListTagsOfResource(t.Context(),
		&awsdynamodb.ListTagsOfResourceInput{ResourceArn: aws.String(*arn + "x")})
	if awstest.Code(err) != "ResourceNotFoundException" {
		t.Errorf("tags of a table that is not there: %v", err)
	}
}
