package resources

import (
	"context"
	"maps"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"ecrmirror/localstack/cloudformation"
)

// tables are those of DynamoDB.
type tables struct{ opts Options }

func (p tables) client(r cloudformation.Request) *dynamodb.Client {
	return dynamodb.NewFromConfig(p.opts.Config(r.Caller))
}

// apart are properties of a table that have calls of their own.
var apart = []string{"TimeToLiveSpecification", "PointInTimeRecoverySpecification"}

// Create makes a table, with its time to live and its backups.
func (p tables) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	in := &dynamodb.CreateTableInput{}
	if err := into(renamed(r.Properties), in, apart...); err != nil {
		return cloudformation.Resource{}, err
	}
	name := named(r, "TableName")
	in.TableName = &name
	out, err := p.client(r).CreateTable(ctx, in)
	if err != nil {
		return cloudformation.Resource{}, told("DynamoDb", err)
	}
	made := cloudformation.Resource{
		ID: name, Attributes: map[string]any{"Arn": aws.ToString(out.TableDescription.TableArn)},
	}
	return made, p.settle(ctx, r, name, nil)
}

// renamed has encryption as the API calls it.
func renamed(properties map[string]any) map[string]any {
	encryption, ok := properties["SSESpecification"].(map[string]any)
	if !ok {
		return properties
	}
	properties, encryption = maps.Clone(properties), maps.Clone(encryption)
	encryption["Enabled"] = encryption["SSEEnabled"]
	delete(encryption, "SSEEnabled")
	properties["SSESpecification"] = encryption
	return properties
}

// settle makes the settings that have calls of their own what the properties say, where they were something else.
func (p tables) settle(ctx context.Context, r cloudformation.Request, name string, was map[string]any) error {
	if spec := r.Properties["TimeToLiveSpecification"]; spec != nil && !reflect.DeepEqual(spec,
		was["TimeToLiveSpecification"]) {
		in := &dynamodb.UpdateTimeToLiveInput{}
		if err := into(map[string]any{"TimeToLiveSpecification": spec}, in); err != nil {
			return err
		}
		in.TableName = &name
		if _, err := p.client(r).UpdateTimeToLive(ctx, in); err != nil {
			return told("DynamoDb", err)
		}
	}
	spec, _ := r.Properties["PointInTimeRecoverySpecification"].(map[string]any)
	if spec == nil || reflect.DeepEqual(spec, was["PointInTimeRecoverySpecification"]) {
		return nil
	}
	in := &dynamodb.UpdateContinuousBackupsInput{TableName: &name}
	if err := into(map[string]any{"PointInTimeRecoverySpecification": spec}, in); err != nil {
		return err
	}
	_, err := p.client(r).UpdateContinuousBackups(ctx, in)
	if absent(err, "UnknownOperationException") {
		return nil // the stand-in for DynamoDB keeps no backups
	}
	return told("DynamoDb", err)
}

// Update changes settings of the table.
func (p tables) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	for _, name := range []string{
		"AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "SSESpecification",
		"StreamSpecification",
	} {
		if !reflect.DeepEqual(r.Properties[name], r.Old[name]) {
			return was, &refusal{
				service: "DynamoDb", message: "this stand-in does not change " + name + " of a table",
				code: "Status Code: 400", handlerCode: "InvalidRequest",
			}
		}
	}
	protected, _ := r.Properties["DeletionProtectionEnabled"].(bool)
	if protected != (r.Old["DeletionProtectionEnabled"] == true) {
		_, err := p.client(r).UpdateTable(ctx, &dynamodb.UpdateTableInput{
			TableName: &was.ID, DeletionProtectionEnabled: &protected,
		})
		if err != nil {
			return was, told("DynamoDb", err)
		}
	}
	return was, p.settle(ctx, r, was.ID, r.Old)
}

// Delete deletes the table and all in it.
func (p tables) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	_, err := p.client(r).DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &was.ID})
	if absent(err, "ResourceNotFoundException") {
		return nil
	}
	return told("DynamoDb", err)
}
