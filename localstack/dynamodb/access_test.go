package dynamodb_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb"
	"ecrmirror/localstack/iam"
)

func TestAccessSaysWhichAttributesAreNamed(t *testing.T) {
	service := dynamodb.New(dynamodb.Options{Home: home})
	if w := call(service, "CreateTable",
		`{"TableName":"mirror","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk",`+
			`"KeyType":"RANGE"}],`+
			`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk",`+
			`"AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}`); w.Code != 200 {
		t.Fatal(w.Body)
	}
	caller := awsjson.Caller{Account: home, Region: "us-east-1", Service: "dynamodb"}
	const arn = "arn:aws:dynamodb:us-east-1:" + home + ":table/mirror"
	on := func(action string, keys map[string][]string) iam.Access {
		return iam.Access{Action: "dynamodb:" + action, Resource: arn, Account: home, Keys: keys}
	}
	const key = `"Key":{"pk":{"S":"a"},"sk":{"S":"b"}}`
	for _, tt := range []struct {
		operation, body string
		want            []iam.Access
	}{
		{"GetItem", `{"TableName":"mirror",` + key + `}`, []iam.Access{on("GetItem", map[string][]string{
			"dynamodb:Attributes": {"pk", "sk"}, "dynamodb:LeadingKeys": {"a"}, "dynamodb:Select": {"ALL_ATTRIBUTES"},
		})}},
		{
			"GetItem",
			`{"TableName":"` + arn + `",` + key +
				`,"ProjectionExpression":"#s.x, l[0]","ExpressionAttributeNames":{"#s":"Status"}}`,
			[]iam.Access{
				on("GetItem", map[string][]string{
					"dynamodb:Attributes": {"Status", "l", "pk", "sk"}, "dynamodb:LeadingKeys": {"a"},
					"dynamodb:Select": {"SPECIFIC_ATTRIBUTES"},
				}),
			},
		},
		{
			"UpdateItem",
			`{"TableName":"mirror",` + key +
				`,"UpdateExpression":"SET m.deep = if_not_exists(n, :x) REMOVE q",` +
				`"ConditionExpression":"attribute_exists(pk) AND r > :x","ReturnValues":"ALL_OLD"}`,
			[]iam.Access{
				on("UpdateItem", map[string][]string{
					"dynamodb:Attributes": {"m", "n", "pk", "q", "r", "sk"}, "dynamodb:LeadingKeys": {"a"},
					"dynamodb:ReturnValues": {"ALL_OLD"},
				}),
			},
		},
		{
			"UpdateItem",
			`{"TableName":"mirror",` + key + `,"UpdateExpression":"SET q = :x","ConditionExpression":"q <> :x",` +
				`"ReturnValues":"NONE","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`,
			[]iam.Access{
				on("UpdateItem", map[string][]string{
					"dynamodb:Attributes": {"pk", "q", "sk"}, "dynamodb:LeadingKeys": {"a"},
					"dynamodb:ReturnValues": {"NONE", "ALL_OLD"},
				}),
			},
		},
		{
			"PutItem", `{"TableName":"mirror","Item":{"pk":{"S":"a"},"sk":{"S":"b"},"v":{"N":"1"}}}`,
			[]iam.Access{on("PutItem", map[string][]string{
				"dynamodb:Attributes": {"pk", "sk", "v"}, "dynamodb:LeadingKeys": {"a"},
			})},
		},
		{
			"Query",
			`{"TableName":"mirror","KeyConditionExpression":"pk = :p AND begins_with(sk, :s)","FilterExpression":"v ` +
				`= :v","Select":"COUNT","ExpressionAttributeValues":{":p":{"S":"a"},":s":{"S":"b"},":v":{"N":"1"}}}`,
			[]iam.Access{
				on("Query", map[string][]string{
					"dynamodb:Attributes": {"pk", "sk", "v"}, "dynamodb:LeadingKeys": {"a"},
					"dynamodb:Select": {"COUNT"},
				}),
			},
		},
		{
			"Scan", `{"TableName":"mirror"}`,
			[]iam.Access{on("Scan", map[string][]string{"dynamodb:Select": {"ALL_ATTRIBUTES"}})},
		},
		{
			"BatchGetItem",
			`{"RequestItems":{"mirror":{"Keys":[{"pk":{"S":"a"},"sk":{"S":"b"}},{"pk":{"S":"c"},"sk":{"S":"d"}}],` +
				`"ProjectionExpression":"v"}}}`,
			[]iam.Access{
				on("BatchGetItem", map[string][]string{
					"dynamodb:Attributes": {"pk", "sk", "v"}, "dynamodb:LeadingKeys": {"a", "c"},
					"dynamodb:Select": {"SPECIFIC_ATTRIBUTES"},
				}),
			},
		},
		{
			"BatchWriteItem",
			`{"RequestItems":{"mirror":[{"PutRequest":{"Item":{"pk":{"S":"a"},"v":{"N":"1"}}}},{"DeleteRequest":{` +
				key + `}}]}}`,
			[]iam.Access{
				on("BatchWriteItem", map[string][]string{
					"dynamodb:Attributes": {"pk", "sk", "v"}, "dynamodb:LeadingKeys": {"a"},
				}),
			},
		},
		{
			"TransactWriteItems",
			`{"TransactItems":[{"ConditionCheck":{"TableName":"mirror",` + key +
				`,"ConditionExpression":"v = :v"}},{"Delete":{"TableName":"mirror",` + key + `}}]}`,
			[]iam.Access{
				on("ConditionCheckItem", map[string][]string{
					"dynamodb:Attributes": {"pk", "sk", "v"}, "dynamodb:LeadingKeys": {"a"},
				}),
				on("DeleteItem", map[string][]string{
					"dynamodb:Attributes": {"pk", "sk"}, "dynamodb:LeadingKeys": {"a"},
				}),
			},
		},
		{"TagResource", `{"ResourceArn":"` + arn + `"}`, []iam.Access{on("TagResource", map[string][]string{})}},
		{"ListTables", `{}`, []iam.Access{{Action: "dynamodb:ListTables", Resource: "*"}}},
		{
			"Scan", `{"TableName":"arn:x"}`,
			[]iam.Access{{
				Action: "dynamodb:Scan", Resource: "arn:x",
				Keys: map[string][]string{"dynamodb:Select": {"ALL_ATTRIBUTES"}},
			}},
		},
	} {
		got, err := service.Access(caller, tt.operation, []byte(tt.body))
		if err != nil {
			t.Errorf("%s %s: %v", tt.operation, tt.body, err)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s %s (-want +got)\n%s", tt.operation, tt.body, d)
		}
	}
}
