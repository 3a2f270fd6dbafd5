package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/testkit/programs"
)

// table is where localstack's controller finds entries.
const table = "mirror"

// unchanged fills the destination, and returns what finds out that nothing has changed. For this project that is a
// sweep of the controller over one selection. It has swept once before, so that the ledger knows the images.
func (c *copying) unchanged(ctx context.Context, commands [][]string) ([][]string, []string, error) {
	if to, ok := c.to.(*registry); ok {
		for _, name := range to.repositories {
			to.server.Hold(name, c.want.held(c.bench.images))
		}
		return commands, c.job.Environment, nil
	}
	if _, err := programs.RunAll(ctx, c.bench.measure, c.job.Environment, commands); err != nil {
		return nil, nil, err
	}
	aws := c.to.(*ecrAPI).server //nolint:forcetypeassert // there are two kinds of destinations
	role, err := aws.EnvironmentOf("ControllerRole")
	if err == nil {
		err = selectAll(ctx, aws.Config(), c.job)
	}
	if err != nil {
		return nil, nil, err
	}
	sweep := [][]string{{c.bench.controller, "sweep"}}
	environment := programs.Environment(c.job.Home, c.job.Home, append(role, c.of.environment...))
	_, err = programs.RunAll(ctx, c.bench.measure, environment, sweep)
	return sweep, environment, err
}

// selectAll puts an entry into the table that selects all tags of the source.
func selectAll(ctx context.Context, cfg aws.Config, job programs.Copy) error {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	rule := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
		"include": text("*"), "by": text("name"), "newest": text("all"),
	}}
	_, err := dynamodb.NewFromConfig(cfg).PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(table), Item: map[string]types.AttributeValue{
			"Source": text(job.Source), "Destination": text(job.Destinations[0]),
			"Tags": &types.AttributeValueMemberL{Value: []types.AttributeValue{rule}},
		},
	})
	return err
}
