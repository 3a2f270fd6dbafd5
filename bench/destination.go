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

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/sink"
	"ecrmirror/testkit/slowregistry"
)

// A destination is where a copy goes.
type destination interface {
	names(n int) []string // n image names, in repositories of their own
	environment() []string
	counts() destinationCounts
	// verify returns an error unless all n repositories have exactly the image.
	verify(ctx context.Context, want slowregistry.Contents, n int) error
	close() error
}

type destinationCounts struct {
	calls map[string]int64
	size  int64 // bytes of blobs received
}

func (b *bench) destination(ctx context.Context, c benchCase) (destination, error) {
	if c.ecr {
		return newECR(ctx, memoryDir(b.dir), max(c.destinations, 1))
	}
	s, err := sink.Start(ctx, sink.Options{})
	return &registry{s}, err
}

func repositoryName(n int) string { return fmt.Sprintf("mirrored/image-%d", n) }

// registry is a destination that speaks the registry protocol.
type registry struct{ server *sink.Server }

func (r *registry) names(n int) []string {
	var names []string
	for i := range n {
		names = append(names, r.server.Host()+"/"+repositoryName(i)+":"+tag)
	}
	return names
}

func (r *registry) environment() []string { return nil }
func (r *registry) close() error          { return r.server.Close() }

func (r *registry) counts() destinationCounts {
	c := r.server.Counts()
	return destinationCounts{c.Calls, sumOf(c.BytesWritten)}
}

func (r *registry) verify(_ context.Context, want slowregistry.Contents, n int) error {
	for i := range n {
		got := r.server.Repository(repositoryName(i))
		switch {
		case got.Tags[tag] != want.Root:
			return fmt.Errorf("repository %d: the tag is %q, not %q", i, got.Tags[tag], want.Root)
		case !maps.Equal(got.Blobs, want.Blobs):
			return fmt.Errorf("repository %d: %d blobs of other digests than the source's %d", i, len(got.Blobs),
				len(want.Blobs))
		case len(got.Manifests) != len(want.Manifests):
			return fmt.Errorf("repository %d: %d manifests, not %d", i, len(got.Manifests), len(want.Manifests))
		}
		for _, d := range want.Manifests {
			if _, ok := got.Manifests[d]; !ok {
				return fmt.Errorf("repository %d: manifest %s is missing", i, d)
			}
		}
	}
	return nil
}

// ecrAPI is a destination that speaks ECR's API.
type ecrAPI struct {
	server *server.Server
	client *ecr.Client
	mirror []string // environment by which mirror reaches it
	dir    string
}

func newECR(ctx context.Context, parent string, repositories int) (*ecrAPI, error) {
	dir, err := os.MkdirTemp(parent, "bench-ecr-")
	if err != nil {
		return nil, err
	}
	s, err := server.Start(ctx, server.Options{Dir: dir, NoEvents: true, ForgetLayers: true})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	role, err := s.EnvironmentOf("MirrorRole")
	if err != nil {
		return nil, errors.Join(err, s.Close(), os.RemoveAll(dir))
	}
	e := &ecrAPI{mirror: role, server: s, client: ecr.NewFromConfig(s.Config()), dir: dir}
	for i := range repositories {
		if _, err := e.client.CreateRepository(ctx,
			&ecr.CreateRepositoryInput{RepositoryName: aws.String(repositoryName(i))}); err != nil {
			return nil, errors.Join(err, e.close())
		}
	}
	s.Stats().Reset()
	return e, nil
}

func (e *ecrAPI) names(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s:%s", e.server.Account(), e.server.Region(),
			repositoryName(i), tag))
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
func (e *ecrAPI) verify(ctx context.Context, want slowregistry.Contents, n int) error {
	for i := range n {
		name := aws.String(repositoryName(i))
		if err := e.verifyManifests(ctx, name, want); err != nil {
			return fmt.Errorf("repository %d: %w", i, err)
		}
		if err := e.verifyBlobs(ctx, name, want); err != nil {
			return fmt.Errorf("repository %d: %w", i, err)
		}
	}
	return nil
}

func (e *ecrAPI) verifyManifests(ctx context.Context, name *string, want slowregistry.Contents) error {
	ids := []types.ImageIdentifier{{ImageTag: aws.String(tag)}}
	for _, d := range want.Manifests {
		ids = append(ids, types.ImageIdentifier{ImageDigest: aws.String(d.String())})
	}
	images, err := e.client.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: name, ImageIds: ids})
	if err != nil {
		return err
	}
	for _, d := range images.ImageDetails {
		if slices.Contains(d.ImageTags, tag) && aws.ToString(d.ImageDigest) != want.Root.String() {
			return fmt.Errorf("the tag is %s", aws.ToString(d.ImageDigest))
		}
	}
	return nil
}

func (e *ecrAPI) verifyBlobs(ctx context.Context, name *string, want slowregistry.Contents) error {
	var digests []string
	for d := range want.Blobs {
		digests = append(digests, d.String())
	}
	for batch := range slices.Chunk(digests, 100) {
		answer, err := e.client.BatchCheckLayerAvailability(ctx,
			&ecr.BatchCheckLayerAvailabilityInput{RepositoryName: name, LayerDigests: batch})
		if err != nil {
			return err
		}
		if len(answer.Failures) > 0 {
			return fmt.Errorf("layer %s is missing", aws.ToString(answer.Failures[0].LayerDigest))
		}
	}
	return nil
}
