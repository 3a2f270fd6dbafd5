package table

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

// textOf reads an attribute that is a text.
func textOf(attribute string, v types.AttributeValue) (string, error) {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return "", fmt.Errorf("%s %s; it must be S", attribute, typeOf(v))
	}
	return s.Value, nil
}

// typeOf says which of DynamoDB's types v has.
func typeOf(v types.AttributeValue) string {
	if v == nil {
		return "is missing"
	}
	name := fmt.Sprintf("%T", v)
	return "has type " + name[strings.LastIndex(name, "Member")+len("Member"):]
}

// stringValue returns a text as the value of an attribute.
func stringValue(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
