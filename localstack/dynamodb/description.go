package dynamodb

import (
	"crypto/sha256"
	"encoding/hex"

	"ecrmirror/localstack/awsjson"
)

// description is a TableDescription. DynamoDB counts items every six hours; here they are counted at once.
func (t *table) description(status string) map[string]any {
	schema := []keyElement{{t.keys.Hash, "HASH"}}
	if t.keys.Range != "" {
		schema = append(schema, keyElement{t.keys.Range, "RANGE"})
	}
	d := map[string]any{
		"TableName": t.name, "TableArn": t.arn, "TableId": t.id(), "TableStatus": status,
		"CreationDateTime":     awsjson.Seconds(t.created),
		"AttributeDefinitions": t.attributes, "KeySchema": schema,
		"ItemCount": t.rows.Len(), "TableSizeBytes": t.rows.Bytes(),
		"DeletionProtectionEnabled": t.deletionProtection,
		"ProvisionedThroughput": map[string]any{
			"NumberOfDecreasesToday": 0,
			"ReadCapacityUnits":      t.throughput.ReadCapacityUnits,
			"WriteCapacityUnits":     t.throughput.WriteCapacityUnits,
		},
	}
	if t.billing == payPerRequest || !t.billingModeSwitched.IsZero() {
		since := t.created
		if !t.billingModeSwitched.IsZero() {
			since = t.billingModeSwitched
		}
		d["BillingModeSummary"] = map[string]any{
			"BillingMode": t.billing, "LastUpdateToPayPerRequestDateTime": awsjson.Seconds(since),
		}
	}
	if t.class != "" {
		d["TableClassSummary"] = map[string]any{"TableClass": t.class}
	}
	if t.onDemandThroughput != nil {
		d["OnDemandThroughput"] = t.onDemandThroughput
	}
	if e := t.encryption; e != nil && e.Enabled {
		sse := map[string]any{"Status": "ENABLED", "SSEType": "KMS"}
		if e.KMSMasterKeyID != "" {
			sse["KMSMasterKeyArn"] = e.KMSMasterKeyID
		}
		d["SSEDescription"] = sse
	}
	return d
}

// id is the table's own, in the form of a UUID.
func (t *table) id() string {
	sum := sha256.Sum256([]byte(t.arn + t.created.String()))
	s := hex.EncodeToString(sum[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
