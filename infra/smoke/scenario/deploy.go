package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// maxTemplateSent is the largest template in a request, in bytes ("CloudFormation quotas").
const maxTemplateSent = 51_200

// deploy makes the stack.
func (s *Scenario) deploy(ctx context.Context) (string, error) {
	in := &cloudformation.CreateStackInput{StackName: &s.Stack.Name, Capabilities: capabilities, Tags: s.tags()}
	if len(s.Stack.Template) <= maxTemplateSent {
		in.TemplateBody = aws.String(string(s.Stack.Template))
	} else {
		url, err := s.upload(ctx)
		if err != nil {
			return "", err
		}
		in.TemplateURL = &url
	}
	made, err := s.stacks.CreateStack(ctx, in)
	if err != nil {
		return "", err
	}
	s.stackID = aws.ToString(made.StackId) // a name is not found any more once the stack is deleted
	s.later("aws cloudformation delete-stack --stack-name "+s.Stack.Name, s.deleteStack)
	if err := s.settled(ctx, "create", types.StackStatusCreateComplete); err != nil {
		return "", err
	}
	if err := s.readStack(ctx); err != nil {
		return "", err
	}
	count := 0
	for _, ids := range s.physical {
		count += len(ids)
	}
	return fmt.Sprintf("%s: %d resources", s.Stack.Name, count), nil
}

// upload puts the template into a bucket, and returns its address there.
func (s *Scenario) upload(ctx context.Context) (string, error) {
	bucket := s.Bucket
	if bucket == "" {
		bucket = "cdk-hnb659fds-assets-" + s.Account + "-" + s.Config.Region
	}
	key := s.Stack.Name + ".template.json"
	_, err := s.storage.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: bytes.NewReader(s.Stack.Template),
	})
	if err != nil {
		return "", fmt.Errorf("the template has %d bytes, and more than %d go through a bucket (-bucket NAME): %w",
			len(s.Stack.Template), maxTemplateSent, err)
	}
	s.later(fmt.Sprintf("aws s3 rm s3://%s/%s", bucket, key), func(ctx context.Context) error {
		_, err := s.storage.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
		return err
	})
	suffix := "amazonaws.com"
	if strings.HasPrefix(s.Config.Region, "cn-") {
		suffix = "amazonaws.com.cn"
	}
	return fmt.Sprintf("https://s3.%s.%s/%s/%s", s.Config.Region, suffix, bucket, key), nil
}

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

// retained returns the names of the tables in the stack.
func (s *Scenario) retained(ctx context.Context) (tables []string, err error) {
	err = s.resources(ctx, func(r types.StackResourceSummary) {
		if aws.ToString(r.ResourceType) == "AWS::DynamoDB::Table" && aws.ToString(r.PhysicalResourceId) != "" {
			tables = append(tables, *r.PhysicalResourceId)
		}
	})
	return tables, err
}

// deleteTable deletes a table that is protected against that.
func (s *Scenario) deleteTable(ctx context.Context, table string) error {
	_, err := s.table.UpdateTable(ctx, &dynamodb.UpdateTableInput{
		TableName: &table, DeletionProtectionEnabled: aws.Bool(false),
	})
	switch {
	case code(err) == "ResourceNotFoundException":
		return nil
	case err != nil:
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
