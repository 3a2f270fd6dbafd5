package dynamodb

import (
	"maps"
	"slices"
	"strconv"

	"ecrmirror/localstack/awsjson"
)

type tableInput struct{ TableName *string }

// describe answers DescribeTable.
func (t *tables) describe(c awsjson.Caller, in tableInput) (any, error) {
	table, err := t.described(c, in.TableName)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": table.description("ACTIVE")}, nil
}

// deleteTable answers DeleteTable. The table is gone at once.
func (t *tables) deleteTable(c awsjson.Caller, in tableInput) (any, error) {
	table, err := t.described(c, in.TableName)
	if err != nil {
		return nil, err
	}
	if table.deletionProtection {
		return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable " +
			"deletion protection first.")
	}
	delete(t.byName, table.name)
	return map[string]any{"TableDescription": table.description("DELETING")}, nil
}

type updateTableInput struct {
	TableName                 *string
	BillingMode               string
	ProvisionedThroughput     *throughput
	OnDemandThroughput        any
	SSESpecification          *encryption
	TableClass                string
	DeletionProtectionEnabled *bool
	AttributeDefinitions      []attributeDefinition
}

// updateTable answers UpdateTable. The change is in force at once.
func (t *tables) updateTable(c awsjson.Caller, in updateTableInput) (any, error) {
	var wrong constraints
	wrong.oneOf(in.BillingMode, "billingMode", provisioned, payPerRequest)
	wrong.oneOf(in.TableClass, "tableClass", "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	table, err := t.described(c, in.TableName)
	if err != nil {
		return nil, err
	}
	d := table.definition
	changed, err := in.change(&d)
	switch {
	case err != nil:
		return nil, err
	case !changed:
		return nil, invalid("Nothing to update")
	}
	if d.billing != table.billing {
		d.billingModeSwitched = t.opts.Now()
	}
	table.definition = d
	return map[string]any{"TableDescription": table.description("ACTIVE")}, nil
}

// change changes a definition as the request wants it, and says whether it wants anything.
func (in updateTableInput) change(d *definition) (changed bool, err error) {
	if in.BillingMode != "" || in.ProvisionedThroughput != nil {
		changed = true
		old := *d
		if in.BillingMode != "" {
			d.billing = in.BillingMode
		}
		if d.throughput, err = capacity(d.billing, in.ProvisionedThroughput); err != nil {
			return true, err
		}
		if d.billing == provisioned && old.billing == d.billing && old.throughput == d.throughput {
			return true, invalid("The provisioned throughput for the table will not change. The requested value "+
				"equals the current value. "+
				"Current ReadCapacityUnits provisioned for the table: %d. Requested ReadCapacityUnits: %d. "+
				"Current WriteCapacityUnits provisioned for the table: %d. Requested WriteCapacityUnits: %d.",
				old.throughput.ReadCapacityUnits, d.throughput.ReadCapacityUnits, old.throughput.WriteCapacityUnits,
				d.throughput.WriteCapacityUnits)
		}
	}
	if in.DeletionProtectionEnabled != nil {
		changed, d.deletionProtection = true, *in.DeletionProtectionEnabled
	}
	if in.SSESpecification != nil {
		changed, d.encryption = true, in.SSESpecification
	}
	if in.TableClass != "" {
		changed, d.class = true, in.TableClass
	}
	if in.OnDemandThroughput != nil {
		changed, d.onDemandThroughput = true, in.OnDemandThroughput
	}
	return changed, nil
}

type listInput struct {
	ExclusiveStartTableName string
	Limit                   *int
}

// list answers ListTables, in the order of the names.
func (t *tables) list(_ awsjson.Caller, in listInput) (any, error) {
	limit := 100
	if in.Limit != nil {
		limit = *in.Limit
	}
	var wrong constraints
	switch {
	case limit < 1:
		wrong.add(strconv.Itoa(limit), "limit", "have value greater than or equal to 1")
	case limit > 100:
		wrong.add(strconv.Itoa(limit), "limit", "have value less than or equal to 100")
	}
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	names := slices.Sorted(maps.Keys(t.byName))
	first, found := slices.BinarySearch(names, in.ExclusiveStartTableName)
	if found {
		first++
	}
	names = slices.Clone(names[first:])
	out := map[string]any{"TableNames": append([]string{}, names...)}
	if len(names) > limit {
		out["TableNames"], out["LastEvaluatedTableName"] = names[:limit], names[limit-1]
	}
	return out, nil
}
