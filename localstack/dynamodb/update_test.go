package dynamodb_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

func TestATableIsKnownByItsARN(t *testing.T) {
	url := start(t, dynamodb.Options{})
	c := client(t, url, home, "eu-west-1")
	createTable(t, c, "mirror")
	arn := "arn:aws:dynamodb:eu-west-1:" + home + ":table/mirror"
	put(t, c, arn, item{"Source": str("a")})
	out, err := c.Scan(t.Context(), &awsdynamodb.ScanInput{TableName: aws.String(arn)})
	if err != nil || len(out.Items) != 1 {
		t.Errorf("scan: %v, %v", out, err)
	}
	for _, wrong := range []string{
		"arn:aws:dynamodb:us-east-1:" + home + ":table/mirror", "arn:aws:dynamodb:eu-west-1:444455556666:table/mirror",
		"arn:aws:dynamodb:eu-west-1:" + home + ":table/", arn + "/index/x", arn + "x",
	} {
		if _, err := c.Scan(t.Context(),
			&awsdynamodb.ScanInput{TableName: aws.String(wrong)}); awstest.Code(err) != "ResourceNotFoundException" {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestOldAttributesAreThoseThatWere(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "us-east-1")
	createTable(t, c, "mirror")
	update := func() map[string]types.AttributeValue {
		out, err := c.UpdateItem(t.Context(), &awsdynamodb.UpdateItemInput{
			TableName: aws.String("mirror"), Key: item{"Source": str("a")}, ReturnValues: types.ReturnValueAllOld,
			UpdateExpression: aws.String("SET Keeper = :o"), ExpressionAttributeValues: item{":o": str("me")},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.Attributes
	}
	remove := func() map[string]types.AttributeValue {
		out, err := c.DeleteItem(t.Context(), &awsdynamodb.DeleteItemInput{
			TableName: aws.String("mirror"), Key: item{"Source": str("a")}, ReturnValues: types.ReturnValueAllOld,
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.Attributes
	}
	if old := update(); len(old) != 0 {
		t.Errorf("update that creates: %v", old)
	}
	if old := update(); len(old) != 2 {
		t.Errorf("update of what is there: %v", old)
	}
	if old := remove(); len(old) != 2 {
		t.Errorf("removal: %v", old)
	}
	if old := remove(); len(old) != 0 {
		t.Errorf("removal of what is not there: %v", old)
	}
}

func TestRemovesAttributes(t *testing.T) {
	c := client(t, start(t, dynamodb.Options{}), home, "us-east-1")
	createTable(t, c, "mirror")
	for expression, want := range map[string]item{
		"REMOVE #a":                        {"Source": str("x"), "b": str("2"), "c": str("3")},
		"REMOVE #a, b":                     {"Source": str("x"), "c": str("3")},
		"SET c = :v REMOVE #a, absent":     {"Source": str("x"), "b": str("2"), "c": str("new")},
		"remove #a set c = :v":             {"Source": str("x"), "b": str("2"), "c": str("new")},
		"SET c = :v, b = :v":               {"Source": str("x"), "a": str("1"), "b": str("new"), "c": str("new")},
		"SET removed = :v  REMOVE  #a , b": {"Source": str("x"), "c": str("3"), "removed": str("new")},
	} {
		put(t, c, "mirror", item{"Source": str("x"), "a": str("1"), "b": str("2"), "c": str("3")})
		in := &awsdynamodb.UpdateItemInput{
			TableName: aws.String("mirror"), Key: item{"Source": str("x")}, UpdateExpression: aws.String(expression),
		}
		if strings.Contains(expression, "#a") {
			in.ExpressionAttributeNames = map[string]string{"#a": "a"}
		}
		if strings.Contains(expression, ":v") {
			in.ExpressionAttributeValues = item{":v": str("new")}
		}
		if _, err := c.UpdateItem(t.Context(), in); err != nil {
			t.Fatal(expression, err)
		}
		out, err := c.GetItem(t.Context(), &awsdynamodb.GetItemInput{
			TableName: aws.String("mirror"), Key: item{"Source": str("x")},
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.Item, cmpopts.IgnoreUnexported(types.AttributeValueMemberS{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", expression, diff)
		}
	}
}
