package server

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/localstack/awsjson"
)

// Names in the deployment. They are written out here, not shared with the
// programs: if the programs' names change, the tests against this server say so.
const (
	tableName            = "mirror"
	ledgerName           = "ledger"
	mirrorQueue          = "mirror"
	controllerQueue      = "controller"
	mirrorDefinition     = "mirror"
	controllerDefinition = "controller"
	eventDefinition      = "controller-event"
	mirrorLogs           = "/localstack/mirror" // a stack that is deployed takes names of its own
	controllerLogs       = "/localstack/controller"
)

// Names of the key that signs receipts where somebody asks for them. The deployment of the variant receipts has it.
const (
	ReceiptKeyID = "33333333-4444-4555-8666-777777777777"
	ReceiptAlias = "alias/ecrmirror-receipts"
)

// deployedEnvironment is what the job definitions, and a user's shell, say of the deployment.
var deployedEnvironment = []string{
	"MIRROR_TABLE=" + tableName, "MIRROR_LEDGER=" + ledgerName,
	"MIRROR_QUEUE=" + mirrorQueue, "MIRROR_JOB_DEFINITION=" + mirrorDefinition,
}

// seed creates what the deployment has, through the front door as everybody.
func (s *Server) seed(ctx context.Context) error {
	tables := awsdynamodb.NewFromConfig(s.Config())
	if err := seedTable(ctx, tables, tableName, "Expires", "Source"); err != nil {
		return fmt.Errorf("creating the table %s: %w", tableName, err)
	}
	if err := seedTable(ctx, tables, ledgerName, "expires", "PK", "SK"); err != nil {
		return fmt.Errorf("creating the table %s: %w", ledgerName, err)
	}
	home := awsjson.Caller{Account: s.opts.Account, Region: s.opts.Region, Service: "logs"}
	for _, group := range []string{mirrorLogs, controllerLogs} {
		if err := s.logs.Operations().Call(ctx, home, "CreateLogGroup", map[string]string{"logGroupName": group},
			nil); err != nil {
			return fmt.Errorf("creating the log group %s: %w", group, err)
		}
	}
	if err := s.kms.Seed(s.opts.Account, s.opts.Region, ReceiptKeyID, ReceiptAlias); err != nil {
		return fmt.Errorf("creating the key %s: %w", ReceiptAlias, err)
	}
	client := awsbatch.NewFromConfig(s.Config())
	for _, q := range []struct {
		name     string
		priority int32
	}{{mirrorQueue, 1}, {controllerQueue, 2}} {
		if err := seedQueue(ctx, client, q.name, q.priority); err != nil {
			return fmt.Errorf("creating the queue %s: %w", q.name, err)
		}
	}
	for _, d := range s.definitions() {
		d.Type = batchtypes.JobDefinitionTypeContainer
		if _, err := client.RegisterJobDefinition(ctx, d); err != nil {
			return fmt.Errorf("registering the job definition %s: %w", aws.ToString(d.JobDefinitionName), err)
		}
	}
	return nil
}

// seedTable creates a table, whose key is a partition key and, where there is another, a sort key.
func seedTable(ctx context.Context, client *awsdynamodb.Client, name, expires string, key ...string) error {
	in := &awsdynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest}
	for i, kind := range []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}[:len(key)] {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: &key[i], AttributeType: types.ScalarAttributeTypeS,
		})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: &key[i], KeyType: kind})
	}
	if _, err := client.CreateTable(ctx, in); err != nil {
		return err
	}
	_, err := client.UpdateTimeToLive(ctx, &awsdynamodb.UpdateTimeToLiveInput{
		TableName:               &name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &expires, Enabled: aws.Bool(true)},
	})
	return err
}

func seedQueue(ctx context.Context, client *awsbatch.Client, name string, priority int32) error {
	_, err := client.CreateComputeEnvironment(ctx, &awsbatch.CreateComputeEnvironmentInput{
		ComputeEnvironmentName: aws.String(name), Type: batchtypes.CETypeUnmanaged,
	})
	if err != nil {
		return err
	}
	_, err = client.CreateJobQueue(ctx, &awsbatch.CreateJobQueueInput{
		JobQueueName: aws.String(name), Priority: aws.Int32(priority),
		ComputeEnvironmentOrder: []batchtypes.ComputeEnvironmentOrder{
			{Order: aws.Int32(1), ComputeEnvironment: aws.String(name)},
		},
	})
	return err
}

// definitions are the deployment's job definitions.
func (s *Server) definitions() []*awsbatch.RegisterJobDefinitionInput {
	return []*awsbatch.RegisterJobDefinitionInput{
		{
			JobDefinitionName: aws.String(mirrorDefinition),
			ContainerProperties: s.container("Mirror", mirrorLogs, "mirror", "--options", "Ref::options", "Ref::source",
				"Ref::dest"),
			Parameters:    map[string]string{"options": "{}"},
			RetryStrategy: retries(3),
		},
		{
			JobDefinitionName:   aws.String(controllerDefinition),
			ContainerProperties: s.container("Controller", controllerLogs, "controller", "sweep"),
		},
		{
			JobDefinitionName: aws.String(eventDefinition),
			ContainerProperties: s.container("Controller", controllerLogs, "controller", "event", "--repository",
				"Ref::repository", "--tag", "Ref::tag"),
		},
	}
}

// retries are the rules of the deployed job definitions: another try after exit code 75, after SIGTERM, where Spot
// took the machine, and where nothing ran at all, which no rule fits; none after any other exit code of the program.
func retries(attempts int32) *batchtypes.RetryStrategy {
	return &batchtypes.RetryStrategy{Attempts: aws.Int32(attempts), EvaluateOnExit: []batchtypes.EvaluateOnExit{
		{OnExitCode: aws.String("75"), Action: batchtypes.RetryActionRetry},
		{OnExitCode: aws.String("143"), Action: batchtypes.RetryActionRetry},
		{OnStatusReason: aws.String("Your Spot Task was interrupted*"), Action: batchtypes.RetryActionRetry},
		{OnExitCode: aws.String("1*"), Action: batchtypes.RetryActionExit},
		{OnExitCode: aws.String("2*"), Action: batchtypes.RetryActionExit},
	}}
}

// container runs a program of the project's image, with the deployment's environment and roles.
func (s *Server) container(role, logs string, command ...string) *batchtypes.ContainerProperties {
	c := &batchtypes.ContainerProperties{
		Image: aws.String("ecrmirror"), Command: command,
		JobRoleArn: aws.String(s.Role(role + "Role")), ExecutionRoleArn: aws.String(s.Role(role + "ExecutionRole")),
		LogConfiguration: &batchtypes.LogConfiguration{
			LogDriver: batchtypes.LogDriverAwslogs, Options: map[string]string{"awslogs-group": logs},
		},
		ResourceRequirements: []batchtypes.ResourceRequirement{
			{Type: batchtypes.ResourceTypeVcpu, Value: aws.String("1")},
			{Type: batchtypes.ResourceTypeMemory, Value: aws.String("2048")},
		},
	}
	for _, pair := range deployedEnvironment {
		name, value, _ := strings.Cut(pair, "=")
		c.Environment = append(c.Environment, batchtypes.KeyValuePair{Name: &name, Value: &value})
	}
	return c
}
