package mirrorstack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
)

// newTable returns the table of entries. It holds what people wrote, so that it can be
// neither deleted by mistake nor with the stack, and any of its last 35 days can be had back.
func (s *stack) newTable() awsdynamodb.ITable {
	if name := s.props.Table.Existing; name != "" {
		return awsdynamodb.Table_FromTableName(s.scope, jsii.String("Entries"), &name)
	}
	props := &awsdynamodb.TableProps{
		PartitionKey: &awsdynamodb.Attribute{
			Name: jsii.String(contract.AttrSource), Type: awsdynamodb.AttributeType_STRING,
		},
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		TimeToLiveAttribute: jsii.String(contract.AttrExpires),
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
		DeletionProtection: jsii.Bool(true),
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
		Encryption:         awsdynamodb.TableEncryption_DEFAULT,
	}
	switch e := s.props.Table.Encryption; e {
	case settings.EncryptionOwned:
	case settings.EncryptionManaged:
		props.Encryption = awsdynamodb.TableEncryption_AWS_MANAGED
	default:
		props.Encryption = awsdynamodb.TableEncryption_CUSTOMER_MANAGED
		props.EncryptionKey = awskms.Key_FromKeyArn(s.scope, jsii.String("EntriesKey"), &e)
	}
	return awsdynamodb.NewTable(s.scope, jsii.String("Entries"), props)
}
