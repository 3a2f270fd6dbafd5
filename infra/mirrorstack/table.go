package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
)

// A table is what the stack's tables differ in.
type table struct {
	id        string
	existing  string // name of one that is there already; "" to make one
	partition string // attribute
	sort      string // the same; "" for none
	expires   string // attribute by which DynamoDB removes items
}

// newEntries returns the table of entries.
func (s *stack) newEntries() awsdynamodb.ITable {
	return s.newTable(table{
		id: "Entries", existing: s.props.Table.Existing,
		partition: contract.AttrSource, expires: contract.AttrExpires,
	})
}

// newTable returns a table. It holds what cannot be made again, so that it can be neither deleted by mistake nor with
// the stack, and any of its last 35 days can be had back.
func (s *stack) newTable(t table) awsdynamodb.ITable {
	if t.existing != "" {
		return awsdynamodb.Table_FromTableName(s.scope, &t.id, &t.existing)
	}
	props := &awsdynamodb.TableProps{
		PartitionKey:        text(t.partition),
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		TimeToLiveAttribute: &t.expires,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
		DeletionProtection: jsii.Bool(true),
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
		Encryption:         awsdynamodb.TableEncryption_DEFAULT,
	}
	if t.sort != "" {
		props.SortKey = text(t.sort)
	}
	switch e := s.props.Table.Encryption; e {
	case settings.EncryptionOwned:
	case settings.EncryptionManaged:
		props.Encryption = awsdynamodb.TableEncryption_AWS_MANAGED
	default:
		props.Encryption = awsdynamodb.TableEncryption_CUSTOMER_MANAGED
		props.EncryptionKey = awskms.Key_FromKeyArn(s.scope, jsii.String(t.id+"Key"), &e)
	}
	return awsdynamodb.NewTable(s.scope, &t.id, props)
}

// text is an attribute of a key.
func text(name string) *awsdynamodb.Attribute {
	return &awsdynamodb.Attribute{Name: &name, Type: awsdynamodb.AttributeType_STRING}
}
