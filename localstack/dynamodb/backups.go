package dynamodb

import (
	"ecrmirror/localstack/awsjson"
)

// Days that a table can be restored to a point of: the most, which is the default.
const recoveryDays = 35

type backupsInput struct {
	TableName                        *string
	PointInTimeRecoverySpecification *struct {
		PointInTimeRecoveryEnabled bool
		RecoveryPeriodInDays       *int
	}
}

// updateBackups answers UpdateContinuousBackups.
func (t *tables) updateBackups(c awsjson.Caller, in backupsInput) (any, error) {
	var wrong constraints
	spec := in.PointInTimeRecoverySpecification
	wrong.required(spec == nil, "pointInTimeRecoverySpecification")
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	table, err := t.backedUp(c, in.TableName)
	if err != nil {
		return nil, err
	}
	days := recoveryDays
	if spec.RecoveryPeriodInDays != nil {
		days = *spec.RecoveryPeriodInDays
	}
	switch {
	case days < 1 || days > recoveryDays:
		return nil, invalid("RecoveryPeriodInDays must be between 1 and %d", recoveryDays)
	case !spec.PointInTimeRecoveryEnabled:
		table.recovery = recovery{}
	case table.recovery.since.IsZero():
		table.recovery = recovery{t.opts.Now(), days}
	default:
		table.recovery.days = days
	}
	return t.backups(table), nil
}

// describeBackups answers DescribeContinuousBackups.
func (t *tables) describeBackups(c awsjson.Caller, in tableInput) (any, error) {
	table, err := t.backedUp(c, in.TableName)
	if err != nil {
		return nil, err
	}
	return t.backups(table), nil
}

// backedUp finds a table. These operations have a name of their own for one that is not there.
func (t *tables) backedUp(c awsjson.Caller, name *string) (*table, error) {
	table, err := t.described(c, name)
	if err != nil && awsjson.ErrorOf(err).Code == "ResourceNotFoundException" {
		return nil, awsjson.Errorf("TableNotFoundException", "Table not found: %s", *name)
	}
	return table, err
}

func (t *tables) backups(table *table) any {
	recovery := map[string]any{"PointInTimeRecoveryStatus": "DISABLED"}
	if r := table.recovery; !r.since.IsZero() {
		now := t.opts.Now()
		earliest := now.AddDate(0, 0, -r.days)
		if r.since.After(earliest) {
			earliest = r.since
		}
		recovery = map[string]any{
			"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": r.days,
			"EarliestRestorableDateTime": awsjson.Seconds(earliest), "LatestRestorableDateTime": awsjson.Seconds(now),
		}
	}
	return map[string]any{"ContinuousBackupsDescription": map[string]any{
		"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
	}}
}
