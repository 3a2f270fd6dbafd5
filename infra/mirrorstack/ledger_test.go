package mirrorstack_test

import (
	"testing"

	"ecrmirror/infra/settings"
	"ecrmirror/internal/contract"
)

var tableKeyActions = []string{
	"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*",
}

const throughDynamoDB = `{"StringEquals":{"kms:ViaService":"dynamodb.REGION.SUFFIX"}}`

// outcomeGrants are what mirror jobs may do to the ledger.
func outcomeGrants(role string) []grant {
	const named = `"Null":{"dynamodb:Attributes":"false","dynamodb:LeadingKeys":"false"}`
	return []grant{
		{
			role: role, why: "record what became of an image", actions: []string{"dynamodb:UpdateItem"},
			on:   "the attribute `outcome` of records of destinations in the ledger",
			when: "unless `ledger=off`", list: provided(settings.Props.HasLedger, ledger),
			only: `{"ForAllValues:StringEquals":{"dynamodb:Attributes":["PK","SK","outcome"]},` +
				`"ForAllValues:StringLike":{"dynamodb:LeadingKeys":"dst#*"},` + named + `,` +
				`"StringEqualsIfExists":{"dynamodb:ReturnValues":["NONE","UPDATED_NEW","UPDATED_OLD"]}}`,
		},
		{
			role: role, why: "see whether an image is held", actions: []string{"dynamodb:GetItem"},
			on:   "the attributes `hold` and `v` of the same",
			when: "unless `ledger=off`", list: provided(settings.Props.HasLedger, ledger),
			only: `{"ForAllValues:StringEquals":{"dynamodb:Attributes":["PK","SK","hold","v"]},` +
				`"ForAllValues:StringLike":{"dynamodb:LeadingKeys":"dst#*"},` + named + `,` +
				`"StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}}`,
		},
		{
			role: role, why: "both, with a key of yours", actions: tableKeyActions,
			on:   "that key, through DynamoDB alone",
			when: "`tableEncryption` is a key's ARN, unless `ledger=off`", only: throughDynamoDB,
			list: func(p settings.Props) []string {
				if !p.HasLedger() {
					return nil
				}
				return hasTableKey(p)
			},
		},
	}
}

// TestTheLedgerOutlivesTheStackAndItsMistakes: it is as the table of entries is.
func TestTheLedgerOutlivesTheStackAndItsMistakes(t *testing.T) {
	for _, variant := range []string{"default", "everything", "existing table"} {
		has(t, variant, "AWS::DynamoDB::Table", map[string]any{
			"BillingMode": "PAY_PER_REQUEST",
			"KeySchema": []any{
				map[string]any{"AttributeName": contract.LedgerPartition, "KeyType": "HASH"},
				map[string]any{"AttributeName": contract.LedgerSort, "KeyType": "RANGE"},
			},
			"AttributeDefinitions": []any{
				map[string]any{"AttributeName": contract.LedgerPartition, "AttributeType": "S"},
				map[string]any{"AttributeName": contract.LedgerSort, "AttributeType": "S"},
			},
			"TimeToLiveSpecification":          map[string]any{"AttributeName": contract.LedgerExpires, "Enabled": true},
			"PointInTimeRecoverySpecification": map[string]any{"PointInTimeRecoveryEnabled": true},
			"DeletionProtectionEnabled":        true,
		})
		table := tableNamed(t, variant, "Ledger")
		for _, policy := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
			if table.raw[policy] != "Retain" {
				t.Errorf("%s: %s is %v, want Retain", variant, policy, table.raw[policy])
			}
		}
		if table.id != "LedgerB7379752" {
			t.Errorf("the ledger has another logical id, %s: an upgrade would leave what is known of images behind in "+
				"the old table", table.id)
		}
	}
}

// tableNamed returns a table by the beginning of its logical id.
func tableNamed(t *testing.T, variant, name string) resource {
	t.Helper()
	for _, r := range resources(t, variant, "AWS::DynamoDB::Table") {
		if logicalHash.ReplaceAllString(r.id, "") == name {
			return r
		}
	}
	t.Fatalf("%s has no table %s", variant, name)
	return resource{}
}

// TestWithoutALedgerNothingKnowsOfOne: no table, no variable, no output, and by the table of grants no permission.
func TestWithoutALedgerNothingKnowsOfOne(t *testing.T) {
	count(t, "quiet", "AWS::DynamoDB::Table", 1)
	for _, job := range []string{"mirror", "sweep"} {
		if name := environmentOf(t, "quiet", job)[contract.EnvLedger]; name != "" {
			t.Errorf("%s has the ledger %s", job, name)
		}
	}
	if output := document(t, "quiet")["Outputs"].(map[string]any)["MirrorLedger"]; output != nil {
		t.Errorf("there is an output %v", output)
	}
	if output := document(t, "default")["Outputs"].(map[string]any)["MirrorLedger"]; output == nil {
		t.Error("there is no output with the ledger's name")
	}
}

func TestAnExistingLedgerIsUsedAndNoneMade(t *testing.T) {
	count(t, "existing network", "AWS::DynamoDB::Table", 1)
	for _, job := range []string{"mirror", "sweep"} {
		if name := environmentOf(t, "existing network", job)[contract.EnvLedger]; name != "MirrorLedger" {
			t.Errorf("%s has the ledger %q", job, name)
		}
	}
}
