package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/server"
)

// ecrAPI is a destination that speaks ECR's API.
type ecrAPI struct {
	server       *server.Server
	client       *ecr.Client
	repositories []string
	mirror       []string // environment by which mirror reaches it
	dir          string
}

// newECR starts ECR with these repositories, and a quota of so many calls of PutImage a second; 0 = none.
func newECR(ctx context.Context, parent string, quota int, repositories []string) (*ecrAPI, error) {
	dir, err := os.MkdirTemp(parent, "bench-ecr-")
	if err != nil {
		return nil, err
	}
	s, err := server.Start(ctx, server.Options{Dir: dir, NoEvents: true, ForgetLayers: true, PutImageRate: quota})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	role, err := s.EnvironmentOf("MirrorRole")
	if err != nil {
		return nil, errors.Join(err, s.Close(), os.RemoveAll(dir))
	}
	e := &ecrAPI{
		mirror: role, server: s, client: ecr.NewFromConfig(s.Config()), repositories: repositories, dir: dir,
	}
	for _, name := range repositories {
		if _, err := e.client.CreateRepository(ctx,
			&ecr.CreateRepositoryInput{RepositoryName: aws.String(name)}); err != nil {
			return nil, errors.Join(err, e.close())
		}
	}
	s.Stats().Reset()
	return e, nil
}

func (e *ecrAPI) names(n int) []string {
	var names []string
	for _, name := range e.repositories[:n] {
		names = append(names, fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s", e.server.Account(), e.server.Region(), name))
	}
	return names
}

func (e *ecrAPI) environment() []string { return e.mirror }
func (e *ecrAPI) close() error          { return errors.Join(e.server.Close(), os.RemoveAll(e.dir)) }

func (e *ecrAPI) counts() destinationCounts {
	c := e.server.Stats().Snapshot()
	return destinationCounts{c.Calls, sumOf(c.BytesWritten)}
}

// verify asks for all digests. The stand-in has checked each when it came in.
func (e *ecrAPI) verify(ctx context.Context, want contents, n int) error {
	for i, name := range e.repositories[:n] {
		if err := e.verifyTags(ctx, name, want); err != nil {
			return fmt.Errorf("repository %d: %w", i, err)
		}
		if err := e.verifyManifests(ctx, name, want); err != nil {
			return fmt.Errorf("repository %d: %w", i, err)
		}
		if err := e.verifyBlobs(ctx, name, want); err != nil {
			return fmt.Errorf("repository %d: %w", i, err)
		}
	}
	return nil
}

func (e *ecrAPI) verifyTags(ctx context.Context, name string, want contents) error {
	got := map[string]digest.Digest{}
	pages := ecr.NewListImagesPaginator(e.client, &ecr.ListImagesInput{
		RepositoryName: &name, Filter: &types.ListImagesFilter{TagStatus: types.TagStatusTagged},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, id := range page.ImageIds {
			got[aws.ToString(id.ImageTag)] = digest.Digest(aws.ToString(id.ImageDigest))
		}
	}
	if !maps.Equal(got, want.tags) {
		return fmt.Errorf("%d tags, which are not the source's %d", len(got), len(want.tags))
	}
	return nil
}

func (e *ecrAPI) verifyManifests(ctx context.Context, name string, want contents) error {
	for batch := range slices.Chunk(slices.Collect(maps.Keys(want.manifests)), 100) {
		var ids []types.ImageIdentifier
		for _, d := range batch {
			ids = append(ids, types.ImageIdentifier{ImageDigest: aws.String(d.String())})
		}
		if _, err := e.client.DescribeImages(ctx,
			&ecr.DescribeImagesInput{RepositoryName: &name, ImageIds: ids}); err != nil {
			return err
		}
	}
	return nil
}

func (e *ecrAPI) verifyBlobs(ctx context.Context, name string, want contents) error {
	for batch := range slices.Chunk(slices.Collect(maps.Keys(want.blobs)), 100) {
		var digests []string
		for _, d := range batch {
			digests = append(digests, d.String())
		}
		answer, err := e.client.BatchCheckLayerAvailability(ctx,
			&ecr.BatchCheckLayerAvailabilityInput{RepositoryName: &name, LayerDigests: digests})
		if err != nil {
			return err
		}
		if len(answer.Failures) > 0 {
			return fmt.Errorf("layer %s is missing", aws.ToString(answer.Failures[0].LayerDigest))
		}
	}
	return nil
}
