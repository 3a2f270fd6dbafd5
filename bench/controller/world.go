package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/awsclient"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/fault"
)

// A world is the table, ECR and Batch, and the source registries.
type world struct {
	flags      flags
	content    content
	aws        *server.Server
	faults     *fault.Injector // of AWS
	config     aws.Config
	registries []*registry
}

func newWorld(ctx context.Context, f flags, c content, dir string) (*world, error) {
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
	w := &world{flags: f, content: c, aws: s, faults: &faults, config: s.Config()}
	w.config.HTTPClient = awsclient.New(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = seeders
	})
	for range f.registries {
		w.registries = append(w.registries, startRegistry(f.delay, c))
	}
	return w, nil
}

func (w *world) close() {
	for _, r := range w.registries {
		r.close()
	}
	_ = w.aws.Close()
}

// source is the name of an image at its source.
func (w *world) source(i int) string {
	repository, tag := w.content.source(i)
	return w.sourceHost(i) + "/" + repository + ":" + tag
}

// sourceHost is the registry that an image comes from, with all others of its repository.
func (w *world) sourceHost(i int) string {
	return w.registries[i/max(1, w.content.tags)%len(w.registries)].host()
}

// destination is the repository of an image in ECR, and its tag there: that of the source, for a selection.
func (w *world) destination(i int) (repository, tag string) {
	if w.content.tags == 0 {
		return fmt.Sprintf("mirrored/group-%d", i%w.flags.repositories), fmt.Sprint("v", i)
	}
	repository, tag = w.content.source(i)
	return "mirrored/" + repository, tag
}

// repositories are those of the destinations.
func (w *world) repositories() []string {
	var names []string
	if w.content.tags == 0 {
		for i := range w.flags.repositories {
			name, _ := w.destination(i)
			names = append(names, name)
		}
	}
	for i := 0; w.content.tags > 0 && i < w.content.images; i += w.content.tags {
		name, _ := w.destination(i)
		names = append(names, name)
	}
	return names
}

// ecrHost is the registry that all images go to.
func (w *world) ecrHost() string {
	return fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com", w.aws.Account(), w.aws.Region())
}

// seeders is how many items and images are written at a time.
const seeders = 16

// seed fills ECR and the table, and then has every call take its time.
func (w *world) seed(ctx context.Context) error {
	api, repositories := ecr.NewFromConfig(w.config), w.repositories()
	if err := each(ctx, len(repositories), func(ctx context.Context, i int) error {
		return w.seedRepository(ctx, api, repositories[i])
	}); err != nil {
		return err
	}
	err := each(ctx, w.content.images, func(ctx context.Context, i int) error {
		repository, tag := w.destination(i)
		_, err := api.PutImage(ctx, &ecr.PutImageInput{
			RepositoryName: &repository, ImageTag: &tag,
			ImageManifest: aws.String(manifest(i, 1)), ImageManifestMediaType: aws.String(manifestType),
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := w.seedTable(ctx, w.items()); err != nil {
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
