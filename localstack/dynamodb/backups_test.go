package dynamodb_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/localstack/dynamodb"
	"ecrmirror/testkit/awstest"
)

func TestPointsInTimeAreThoseSinceItWasEnabled(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	c := client(t, start(t, dynamodb.Options{Now: func() time.Time { return now }}), home, "us-east-1")
	createTable(t, c, "mirror")
	set := func(enabled bool, days *int32) error {
		_, err := c.UpdateContinuousBackups(t.Context(), &awsdynamodb.UpdateContinuousBackupsInput{
			TableName: aws.String("mirror"),
			PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{
				PointInTimeRecoveryEnabled: &enabled, RecoveryPeriodInDays: days,
			},
		})
		return err
	}
	get := func() *types.PointInTimeRecoveryDescription {
		t.Helper()
		out, err := c.DescribeContinuousBackups(t.Context(),
			&awsdynamodb.DescribeContinuousBackupsInput{TableName: aws.String("mirror")})
		if err != nil {
			t.Fatal(err)
		}
		return out.ContinuousBackupsDescription.PointInTimeRecoveryDescription
	}
	if got := get(); got.PointInTimeRecoveryStatus != types.PointInTimeRecoveryStatusDisabled {
		t.Errorf("new table: %+v", got)
	}
	if err := set(true, nil); err != nil {
		t.Fatal(err)
	}
	enabled := now
	now = now.AddDate(0, 0, 10)
	if got := get(); got.PointInTimeRecoveryStatus != types.PointInTimeRecoveryStatusEnabled ||
		!got.EarliestRestorableDateTime.Equal(enabled) || aws.ToInt32(got.RecoveryPeriodInDays) != 35 {
		t.Errorf("enabled: %+v", got)
	}
	if err := set(true, aws.Int32(7)); err != nil {
		t.Fatal(err)
	}
	if got := get(); !got.EarliestRestorableDateTime.Equal(now.AddDate(0, 0, -7)) ||
		!got.LatestRestorableDateTime.Equal(now) {
		t.Errorf("for 7 days: %+v", got)
	}
	if err := set(true, aws.Int32(36)); awstest.Code(err) != "ValidationException" {
		t.Errorf("36 days: %v", err)
	}
	if err := set(false, nil); err != nil {
		t.Fatal(err)
	}
	if got := get(); got.PointInTimeRecoveryStatus != types.PointInTimeRecoveryStatusDisabled {
		t.Errorf("disabled: %+v", got)
	}
	_, err := c.DescribeContinuousBackups(t.Context(),
		&awsdynamodb.DescribeContinuousBackupsInput{TableName: aws.String("absent")})
	if awstest.Code(err) != "TableNotFoundException" {
		t.Errorf("absent: %v", err)
	}
}
