package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/localstack/server"
)

// worldKey is where a script keeps its AWS.
type worldKey struct{}

func worldOf(ts *testscript.TestScript) aws.Config {
	return ts.Value(worldKey{}).(*server.Server).Config()
}

// item puts an item into the table: item SOURCE [ATTRIBUTE JSON]..., with values as
// DynamoDB writes them in JSON, such as {"S":"text"}.
func item(ts *testscript.TestScript, _ bool, args []string) {
	it := map[string]types.AttributeValue{"Source": &types.AttributeValueMemberS{Value: args[0]}}
	for pair := range slices.Chunk(args[1:], 2) {
		var value map[string]json.RawMessage
		ts.Check(json.Unmarshal([]byte(pair[1]), &value))
		it[pair[0]] = attribute(ts, value)
	}
	_, err := dynamodb.NewFromConfig(worldOf(ts)).PutItem(context.Background(),
		&dynamodb.PutItemInput{TableName: aws.String("mirror"), Item: it})
	ts.Check(err)
}

// keyed creates a table with a key of another name: keyed TABLE KEY.
func keyed(ts *testscript.TestScript, _ bool, args []string) {
	key := aws.String(args[1])
	_, err := dynamodb.NewFromConfig(worldOf(ts)).CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName: aws.String(args[0]), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{{AttributeName: key, KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: key, AttributeType: types.ScalarAttributeTypeS},
		},
	})
	ts.Check(err)
}

func attribute(ts *testscript.TestScript, value map[string]json.RawMessage) types.AttributeValue {
	for kind, raw := range value {
		switch kind {
		case "S":
			v := &types.AttributeValueMemberS{}
			ts.Check(json.Unmarshal(raw, &v.Value))
			return v
		case "N":
			v := &types.AttributeValueMemberN{}
			ts.Check(json.Unmarshal(raw, &v.Value))
			return v
		case "SS":
			v := &types.AttributeValueMemberSS{}
			ts.Check(json.Unmarshal(raw, &v.Value))
			return v
		case "L":
			v := &types.AttributeValueMemberL{}
			var elements []map[string]json.RawMessage
			ts.Check(json.Unmarshal(raw, &elements))
			for _, element := range elements {
				v.Value = append(v.Value, attribute(ts, element))
			}
			return v
		case "M":
			v := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}
			var members map[string]map[string]json.RawMessage
			ts.Check(json.Unmarshal(raw, &members))
			for name, member := range members {
				v.Value[name] = attribute(ts, member)
			}
			return v
		}
	}
	ts.Fatalf("no such attribute value: %v", value)
	return nil
}

// push writes a small image, a different one for each SEED: push NAME SEED [VARIABLE],
// and sets the variable to its digest.
func push(ts *testscript.TestScript, _ bool, args []string) {
	image, err := mutate.Config(empty.Image, v1.Config{Labels: map[string]string{"seed": args[1]}})
	ts.Check(err)
	if ref, err := name.ParseReference(args[0]); err != nil {
		ts.Fatalf("%v", err)
	} else if strings.HasSuffix(ref.Context().RegistryStr(), ".amazonaws.com") {
		ts.Check(pushToECR(worldOf(ts), ref, image))
	} else {
		ts.Check(remote.Write(ref, image))
	}
	digest, err := image.Digest()
	ts.Check(err)
	if len(args) > 2 {
		ts.Setenv(args[2], digest.String())
	}
}

// pushToECR writes an image that consists of its config, into a repository that it creates.
func pushToECR(cfg aws.Config, ref name.Reference, image v1.Image) error {
	ctx, api, repository := context.Background(), ecr.NewFromConfig(cfg), aws.String(ref.Context().RepositoryStr())
	config, err := image.RawConfigFile()
	if err != nil {
		return err
	}
	manifest, err := image.RawManifest()
	if err != nil {
		return err
	}
	digest, err := image.ConfigName()
	if err != nil {
		return err
	}
	if err := createRepository(cfg, ref.Context().RepositoryStr()); err != nil {
		return err
	}
	upload, err := api.InitiateLayerUpload(ctx, &ecr.InitiateLayerUploadInput{RepositoryName: repository})
	if err != nil {
		return err
	}
	if _, err := api.UploadLayerPart(ctx, &ecr.UploadLayerPartInput{
		RepositoryName: repository, UploadId: upload.UploadId, LayerPartBlob: config,
		PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(config)) - 1),
	}); err != nil {
		return err
	}
	if _, err := api.CompleteLayerUpload(ctx, &ecr.CompleteLayerUploadInput{
		RepositoryName: repository, UploadId: upload.UploadId, LayerDigests: []string{digest.String()},
	}); err != nil {
		return err
	}
	_, err = api.PutImage(ctx, &ecr.PutImageInput{
		RepositoryName: repository, ImageTag: aws.String(ref.Identifier()), ImageManifest: aws.String(string(manifest)),
		ImageManifestMediaType: aws.String("application/vnd.docker.distribution.manifest.v2+json"),
	})
	return err
}

// createRepository creates a repository in ECR, unless it is there.
func createRepository(cfg aws.Config, name string) error {
	_, err := ecr.NewFromConfig(cfg).CreateRepository(context.Background(),
		&ecr.CreateRepositoryInput{RepositoryName: &name})
	if _, exists := errors.AsType[*ecrtypes.RepositoryAlreadyExistsException](err); exists {
		return nil
	}
	return err
}

// repository creates a repository in ECR: repository NAME.
func repository(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(createRepository(worldOf(ts), args[0]))
}

// listJobs writes what is in the queue to a file, a sorted line for each job: jobs FILE.
func listJobs(ts *testscript.TestScript, _ bool, args []string) {
	lines, err := jobLines(context.Background(), worldOf(ts))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "")), 0o600))
}

// jobLines returns what is in the queue, a sorted line for each job.
func jobLines(ctx context.Context, cfg aws.Config) ([]string, error) {
	api := batch.NewFromConfig(cfg)
	var ids []string
	for _, status := range batchtypes.JobStatus("").Values() {
		out, err := api.ListJobs(ctx, &batch.ListJobsInput{JobQueue: aws.String("mirror"), JobStatus: status})
		if err != nil {
			return nil, err
		}
		for _, job := range out.JobSummaryList {
			if id := aws.ToString(job.JobId); !slices.Contains(ids, id) { // it may have moved on meanwhile
				ids = append(ids, id)
			}
		}
	}
	var lines []string
	if len(ids) > 0 {
		out, err := api.DescribeJobs(ctx, &batch.DescribeJobsInput{Jobs: ids})
		if err != nil {
			return nil, err
		}
		for _, job := range out.Jobs {
			lines = append(lines, fmt.Sprintf("%s -> %s\n", job.Parameters["source"], job.Parameters["dest"]))
		}
	}
	slices.Sort(lines)
	return lines, nil
}
