package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/awsclient"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/fault"
)

const table = "mirror"

// A world is the table, ECR and Batch, and the source registries.
type world struct {
	flags      flags
	aws        *server.Server
	faults     *fault.Injector // of AWS
	config     aws.Config
	registries []*registry
}

func newWorld(ctx context.Context, f flags, dir string) (*world, error) {
	jobs := filepath.Join(dir, "jobs")
	// The jobs stay in flight.
	script := []byte("#!/bin/sh\nexec sleep 3600\n")
	if err := errors.Join(os.Mkdir(jobs, 0o755), os.WriteFile(filepath.Join(jobs, "mirror"), script,
		0o755)); err != nil { //nolint:gosec // a program
		return nil, err
	}
	var faults fault.Injector
	s, err := server.Start(ctx, server.Options{
		Wrap: faults.Wrap, NoEvents: true, ScanPage: f.page, Programs: jobs, Dir: filepath.Join(dir, "aws"),
	})
	if err != nil {
		return nil, err
	}
	w := &world{flags: f, aws: s, faults: &faults, config: s.Config()}
	w.config.HTTPClient = awsclient.New(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = seeders
	})
	for range f.registries {
		w.registries = append(w.registries, startRegistry(f.delay))
	}
	return w, nil
}

func (w *world) close() {
	for _, r := range w.registries {
		r.close()
	}
	_ = w.aws.Close()
}

func (w *world) source(i int) string {
	return fmt.Sprintf("%s/%s%d:1", w.registries[i%len(w.registries)].host(), imagePrefix, i)
}

func (w *world) repository(i int) string {
	return fmt.Sprintf("mirrored/group-%d", i%w.flags.repositories)
}

func (w *world) destination(i int) string {
	return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s:v%d", w.aws.Account(), w.aws.Region(), w.repository(i), i)
}

// seeders is how many items and images are written at a time.
const seeders = 16

// seed fills ECR and the table, and then has every call take its time.
func (w *world) seed(ctx context.Context) error {
	api := ecr.NewFromConfig(w.config)
	if err := each(ctx, w.flags.repositories, func(ctx context.Context, i int) error {
		return w.seedRepository(ctx, api, w.repository(i))
	}); err != nil {
		return err
	}
	err := each(ctx, w.flags.entries, func(ctx context.Context, i int) error {
		_, err := api.PutImage(ctx, &ecr.PutImageInput{
			RepositoryName: aws.String(w.repository(i)), ImageTag: aws.String(fmt.Sprint("v", i)),
			ImageManifest: aws.String(manifest(i, 1)), ImageManifestMediaType: aws.String(manifestType),
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := w.seedTable(ctx); err != nil {
		return err
	}
	return w.faults.Set(1, fault.Rule{Operation: "*", Kind: fault.Delay, Delay: w.flags.delay})
}

func (w *world) seedRepository(ctx context.Context, api *ecr.Client, name string) error {
	if _, err := api.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name}); err != nil {
		return err
	}
	upload, err := api.InitiateLayerUpload(ctx, &ecr.InitiateLayerUploadInput{RepositoryName: &name})
	if err != nil {
		return err
	}
	if _, err := api.UploadLayerPart(ctx, &ecr.UploadLayerPartInput{
		RepositoryName: &name, UploadId: upload.UploadId, LayerPartBlob: []byte(config),
		PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(int64(len(config)) - 1),
	}); err != nil {
		return err
	}
	_, err = api.CompleteLayerUpload(ctx, &ecr.CompleteLayerUploadInput{
		RepositoryName: &name, UploadId: upload.UploadId, LayerDigests: []string{digest.FromString(config).String()},
	})
	return err
}

// seedTable writes the entries, 25 a call.
func (w *world) seedTable(ctx context.Context) error {
	const most = 25
	api := dynamodb.NewFromConfig(w.config)
	return each(ctx, (w.flags.entries+most-1)/most, func(ctx context.Context, n int) error {
		var puts []types.WriteRequest
		for i := n * most; i < min((n+1)*most, w.flags.entries); i++ {
			puts = append(puts, put(w.source(i), &types.AttributeValueMemberS{Value: w.destination(i)}))
		}
		_, err := api.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{table: puts},
		})
		return err
	})
}

// seedMalformed adds rows that are no good entries.
func (w *world) seedMalformed(ctx context.Context, n int) error {
	wrong := []types.AttributeValue{
		nil, &types.AttributeValueMemberN{Value: "7"}, &types.AttributeValueMemberS{Value: " , "},
		&types.AttributeValueMemberBOOL{Value: true},
	}
	var puts []types.WriteRequest
	for i := range n {
		puts = append(puts, put(fmt.Sprintf("%s/malformed-%d:1", w.registries[0].host(), i), wrong[i%len(wrong)]))
	}
	_, err := dynamodb.NewFromConfig(w.config).BatchWriteItem(ctx,
		&dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: puts}})
	return err
}

func put(source string, destination types.AttributeValue) types.WriteRequest {
	item := map[string]types.AttributeValue{"Source": &types.AttributeValueMemberS{Value: strings.TrimSpace(source)}}
	if destination != nil {
		item["Destination"] = destination
	}
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: item}}
}

// each calls do for 0 to n-1, several at a time, and returns the first error.
func each(parent context.Context, n int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	var wg sync.WaitGroup
	for first := range seeders {
		wg.Go(func() {
			for i := first; i < n && ctx.Err() == nil; i += seeders {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
