package scenario

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// deleteStack deletes the stack, and the table that it leaves.
func (s *Scenario) deleteStack(ctx context.Context) error {
	tables, err := s.retained(ctx)
	if err != nil {
		return err
	}
	if _, err := s.stacks.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &s.stackID}); err != nil {
		return err
	}
	if err := s.settled(ctx, "delete", types.StackStatusDeleteComplete); err != nil {
		return err
	}
	var errs []error
	for _, table := range tables {
		errs = append(errs, s.deleteTable(ctx, table))
	}
	return errors.Join(errs...)
}

// retained returns the names of the stack's tables. The stack may be half-made.
func (s *Scenario) retained(ctx context.Context) (tables []string, err error) {
	pages := cloudformation.NewListStackResourcesPaginator(s.stacks, &cloudformation.ListStackResourcesInput{StackName: &s.stackID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.StackResourceSummaries {
			if aws.ToString(r.ResourceType) == "AWS::DynamoDB::Table" && aws.ToString(r.PhysicalResourceId) != "" {
				tables = append(tables, *r.PhysicalResourceId)
			}
		}
	}
	return tables, nil
}

// deleteTable deletes a table that is protected against that.
func (s *Scenario) deleteTable(ctx context.Context, table string) error {
	if _, err := s.table.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &table, DeletionProtectionEnabled: aws.Bool(false)}); err != nil {
		if code(err) == "ResourceNotFoundException" {
			return nil
		}
		return fmt.Errorf("%w; by hand: aws dynamodb delete-table --table-name %s", err, table)
	}
	return s.until(ctx, deployTime, func(ctx context.Context) (bool, error) {
		_, err := s.table.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table})
		if code(err) == "ResourceInUseException" { // until its update has ended
			return false, nil
		}
		return true, err
	})
}
