package mirrorstack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"

	"ecrmirror/internal/contract"
)

// newLedger returns the table of the ledger, nil if there is none.
func (s *stack) newLedger() awsdynamodb.ITable {
	if !s.props.HasLedger() {
		return nil
	}
	return s.newTable(table{
		id: "Ledger", existing: s.props.Ledger.Existing,
		partition: contract.LedgerPartition, sort: contract.LedgerSort, expires: contract.LedgerExpires,
	})
}

// ledgerName returns the name of the ledger's table, "" if there is none.
func (s *stack) ledgerName() string {
	if s.ledger == nil {
		return ""
	}
	return *s.ledger.TableName()
}

// ledgerActions are what the controller does to the ledger. It replaces and deletes nothing there.
func ledgerActions() []string {
	return []string{"dynamodb:BatchGetItem", "dynamodb:UpdateItem"}
}

// holdAction is how a mirror job reads whether an image is held.
const holdAction = "dynamodb:GetItem"

// ledgerPermissions are what the controller does to the ledger.
func (s *stack) ledgerPermissions() []permission {
	if s.ledger == nil {
		return nil
	}
	return []permission{{sid: "KeepLedger", resources: []string{*s.ledger.TableArn()}, actions: ledgerActions()}}
}

// outcomePermissions are what a mirror job does to the ledger. It parses what strangers wrote, so that it may write
// what became of an image, and read whether that is held, and nothing else.
//
// dynamodb:Attributes are all that a request names: those of the key, of the update, of its condition and of a
// projection. ForAllValues holds, too, where a request has no value of the key; so Null wants one ("Multivalued context
// key examples" of IAM's User Guide). dynamodb:Select tells a read without a projection, and ReturnValues a write that
// returns the other attributes. Both have IfExists, as AWS's own examples do: where a request has no such key, copies
// go on, and what a job could see then is no secret.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
func (s *stack) outcomePermissions() []permission {
	if s.ledger == nil {
		return nil
	}
	ledger := []string{*s.ledger.TableArn()}
	list := []permission{
		{
			sid: "RecordOutcomes", resources: ledger, actions: []string{"dynamodb:UpdateItem"},
			when: ofDestinations(contract.LedgerOutcome).with("StringEqualsIfExists", "dynamodb:ReturnValues",
				"NONE", "UPDATED_NEW", "UPDATED_OLD"),
		},
		{
			sid: "ReadHolds", resources: ledger, actions: []string{holdAction},
			when: ofDestinations(contract.LedgerHold, contract.LedgerVersion).with("StringEqualsIfExists",
				"dynamodb:Select", "SPECIFIC_ATTRIBUTES"),
		},
	}
	return append(list, s.keyPermissions("UseKeyOfLedger")...)
}

// keyPermissions are what it takes to use tables that are encrypted with a key of the user's.
func (s *stack) keyPermissions(sid string) []permission {
	key := s.props.TableKey()
	if key == "" {
		return nil
	}
	through := fmt.Sprintf("dynamodb.%s.%s", *awscdk.Aws_REGION(), *awscdk.Aws_URL_SUFFIX())
	return []permission{{
		sid: sid, resources: []string{key},
		actions: []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"},
		when:    conditions{}.with("StringEquals", "kms:ViaService", through),
	}}
}

// ofDestinations are the conditions that a request is about records of destinations, and about the attributes of their
// key and these alone.
func ofDestinations(attributes ...string) conditions {
	attributes = append([]string{contract.LedgerPartition, contract.LedgerSort}, attributes...)
	return conditions{}.
		with("ForAllValues:StringEquals", "dynamodb:Attributes", attributes...).
		with("ForAllValues:StringLike", "dynamodb:LeadingKeys", contract.LedgerDestinations+"*").
		with("Null", "dynamodb:Attributes", "false").
		with("Null", "dynamodb:LeadingKeys", "false")
}
