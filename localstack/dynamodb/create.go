package dynamodb

import (
	"fmt"
	"slices"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/dynamodb/value"
)

// The ways to pay for a table.
const (
	provisioned   = "PROVISIONED"
	payPerRequest = "PAY_PER_REQUEST"
)

type createInput struct {
	TableName                 *string
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keyElement
	BillingMode               string
	ProvisionedThroughput     *throughput
	OnDemandThroughput        any
	SSESpecification          *encryption
	TableClass                string
	DeletionProtectionEnabled bool
	Tags                      []tag
}

// create answers CreateTable. The table is there at once, where DynamoDB takes seconds.
func (t *tables) create(c awsjson.Caller, in createInput) (any, error) {
	name, err := nameOf(c, in.TableName)
	if err != nil {
		return nil, err
	}
	keys, err := in.keys()
	if err != nil {
		return nil, err
	}
	d := definition{
		keys: keys, billing: in.BillingMode, class: in.TableClass, encryption: in.SSESpecification,
		deletionProtection: in.DeletionProtectionEnabled, onDemandThroughput: in.OnDemandThroughput,
	}
	if d.billing == "" {
		d.billing = provisioned
	}
	if d.throughput, err = capacity(d.billing, in.ProvisionedThroughput); err != nil {
		return nil, err
	}
	if _, exists := t.byName[name]; exists {
		return nil, awsjson.Errorf("ResourceInUseException", "Table already exists: %s", name)
	}
	created := &table{
		definition: d, name: name, arn: c.ARN("dynamodb", "table/"+name), created: t.opts.Now(),
		attributes: in.AttributeDefinitions, tags: map[string]string{},
	}
	for _, tag := range in.Tags {
		created.tags[tag.Key] = tag.Value
	}
	t.byName[name] = created
	return map[string]any{"TableDescription": created.description("ACTIVE")}, nil
}

// keys checks what the request says of the table's key.
func (in createInput) keys() (keySchema, error) {
	var wrong constraints
	for i, a := range in.AttributeDefinitions {
		wrong.oneOf(a.AttributeType, fmt.Sprintf("attributeDefinitions.%d.member.attributeType", i+1), "B", "N", "S")
	}
	for i, k := range in.KeySchema {
		wrong.oneOf(k.KeyType, fmt.Sprintf("keySchema.%d.member.keyType", i+1), "HASH", "RANGE")
	}
	wrong.oneOf(in.BillingMode, "billingMode", provisioned, payPerRequest)
	wrong.oneOf(in.TableClass, "tableClass", "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	if len(wrong) > 0 {
		return keySchema{}, wrong.err()
	}
	switch n := len(in.KeySchema); {
	case n == 0:
		return keySchema{}, invalid("No defined key schema.  A key schema containing at least a hash key must be " +
			"defined for all tables")
	case n > 2:
		return keySchema{}, invalid("1 validation error detected: Value '%v' at 'keySchema' failed to satisfy "+
			"constraint: "+
			"Member must have length less than or equal to 2", in.KeySchema)
	case in.KeySchema[0].KeyType != "HASH":
		return keySchema{}, invalid("No Hash Key specified in schema.  All Dynamo DB tables must have exactly one " +
			"hash key")
	case n == 2 && in.KeySchema[1].KeyType != "RANGE":
		return keySchema{}, invalid("Too many hash keys specified.  All Dynamo DB tables must have exactly one hash " +
			"key")
	case n == 2 && in.KeySchema[0].AttributeName == in.KeySchema[1].AttributeName:
		return keySchema{}, invalid("Two keys can not have the same name")
	}
	return in.keyKinds()
}

// keyKinds finds the kinds of the key's attributes.
func (in createInput) keyKinds() (keySchema, error) {
	var keys keySchema
	for i, k := range in.KeySchema {
		at := slices.IndexFunc(in.AttributeDefinitions,
			func(a attributeDefinition) bool { return a.AttributeName == k.AttributeName })
		switch {
		case at < 0 && i == 0:
			return keys, invalid("Hash Key not specified in Attribute Definitions.  Type unknown.")
		case at < 0:
			return keys, invalid("Range Key not specified in Attribute Definitions.  Type unknown.")
		case i == 0:
			keys.Hash, keys.hashKind = k.AttributeName, value.Kind(in.AttributeDefinitions[at].AttributeType)
		default:
			keys.Range, keys.rangeKind = k.AttributeName, value.Kind(in.AttributeDefinitions[at].AttributeType)
		}
	}
	if len(in.AttributeDefinitions) != len(in.KeySchema) {
		return keys, invalid("The number of attributes in key schema must match the number of attributes defined in " +
			"attribute definitions.")
	}
	return keys, nil
}

// capacity checks the throughput of a table that is paid for in this way.
func capacity(billing string, asked *throughput) (throughput, error) {
	switch {
	case billing == payPerRequest && asked != nil:
		return throughput{}, invalid("One or more parameter values were invalid: " +
			"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case billing == payPerRequest:
		return throughput{}, nil
	case asked == nil:
		return throughput{}, invalid("No provisioned throughput specified for the table")
	case asked.ReadCapacityUnits < 1 || asked.WriteCapacityUnits < 1:
		return throughput{}, invalid("Table read and write throughput must be at least 1, and cannot be null")
	}
	return *asked, nil
}
