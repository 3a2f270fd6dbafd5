package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/bearer"
	broken "ecrmirror/testkit/fault"
	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/sink"
	"ecrmirror/testkit/slowregistry"
)

const (
	repository = "library/image" // at destinations, and in ECR
	tag        = "1"             // of a single image
)

// A world is what one copy happens between: a source and one or two destinations of its own.
type world struct {
	fault     fault
	from      string   // the source's repository
	images    []image  // what is copied
	size      int64    // bytes of their blobs, each once
	concerned []string // the tags of those that the fault concerns

	source       *slowregistry.Server
	sinks        []*sink.Server
	ecr          *server.Server // the source or the destination; nil if there is none
	mirror       []string       // environment by which mirror reaches it
	dir          string         // the ECR's
	sourceFaults broken.Injector
	destFaults   broken.Injector
	ecrFaults    broken.Injector
	old          digest.Digest // what the tag of a registry pointed at before; "" = nothing
}

// An image is one that is copied.
type image struct {
	tag      string // at the source, and at destinations
	contents slowregistry.Contents
}

// world starts all of it, without faults yet.
func (c *chaos) world(ctx context.Context, f fault) (*world, error) {
	w := &world{fault: f}
	if err := w.put(c.images, f.images(c.flags.small)); err != nil {
		return nil, err
	}
	if err := w.start(ctx, c.images, c.dir); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// put makes the images of the source.
func (w *world) put(images *slowregistry.Images, specs map[string]slowregistry.Spec) error {
	sizes := map[digest.Digest]int64{}
	for _, tag := range slices.Sorted(maps.Keys(specs)) {
		if w.from == "" {
			w.from = fmt.Sprintf("library/image-%d", specs[tag].Seed)
		}
		contents, err := images.Put(w.from, tag, specs[tag])
		if err != nil {
			return err
		}
		w.images = append(w.images, image{tag, contents})
		w.concerned = append(w.concerned, tag)
		maps.Copy(sizes, contents.Blobs)
	}
	for size := range maps.Values(sizes) {
		w.size += size
	}
	if w.fault.aim != nil {
		_, w.concerned = w.fault.aim(w.images)
	}
	return nil
}

func (w *world) start(ctx context.Context, images *slowregistry.Images, dir string) (err error) {
	opts := slowregistry.Normal()
	opts.Latency, opts.Faults, opts.Gate = opts.Latency/3, &w.sourceFaults, gate(w.fault.sourceTokens, w.fault)
	opts.URLExpiry, opts.Rate = w.fault.urlExpiry, cmp.Or(w.fault.rate, opts.Rate)
	if w.source, err = slowregistry.Start(ctx, images, opts); err != nil {
		return err
	}
	if w.fault.way == toECR || w.fault.way == fromECR {
		if err := w.startECR(ctx, dir); err != nil || w.fault.way == toECR {
			return err
		}
	}
	first, err := sink.Start(ctx, sink.Options{Faults: &w.destFaults, Gate: gate(w.fault.destTokens, w.fault)})
	if err != nil {
		return err
	}
	w.sinks = append(w.sinks, first)
	if w.fault.way == toTwo {
		second, err := sink.Start(ctx, sink.Options{})
		if err != nil {
			return err
		}
		w.sinks = append(w.sinks, second)
	}
	return nil
}

func gate(lifetime time.Duration, f fault) *bearer.Gate {
	if lifetime == 0 {
		return nil
	}
	return &bearer.Gate{Lifetime: lifetime, Clock: f.clock}
}

func (w *world) startECR(ctx context.Context, dir string) (err error) {
	if w.dir, err = os.MkdirTemp(dir, "ecr-"); err != nil {
		return err
	}
	if w.ecr, err = server.Start(ctx, server.Options{Dir: w.dir, NoEvents: true, Wrap: w.ecrFaults.Wrap}); err != nil {
		return err
	}
	if w.mirror, err = w.ecr.EnvironmentOf("MirrorRole"); err != nil {
		return err
	}
	_, err = ecr.NewFromConfig(w.ecr.Config()).CreateRepository(ctx,
		&ecr.CreateRepositoryInput{RepositoryName: aws.String(repository)})
	return err
}

func (w *world) close() error {
	var errs []error
	if w.source != nil {
		errs = append(errs, w.source.Close())
	}
	for _, s := range w.sinks {
		errs = append(errs, s.Close())
	}
	if w.ecr != nil {
		errs = append(errs, w.ecr.Close())
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}

// holdOld gives the tags at the registries another image.
func (w *world) holdOld() {
	if w.fault.way == toECR {
		return
	}
	config, manifest := []byte("{}"), oldManifest()
	w.old = digest.FromBytes(manifest)
	tags := map[string]digest.Digest{}
	for _, i := range w.images {
		tags[i.tag] = w.old
	}
	for _, s := range w.sinks {
		s.Hold(repository, sink.Repository{
			Blobs:     map[digest.Digest]int64{digest.FromBytes(config): int64(len(config))},
			Manifests: map[digest.Digest]sink.Manifest{w.old: {MediaType: ociManifest, Body: manifest}},
			Tags:      tags,
		})
	}
}

const (
	ociManifest = "application/vnd.oci.image.manifest.v1+json"
	ociIndex    = "application/vnd.oci.image.index.v1+json"
)

func oldManifest() []byte {
	return fmt.Appendf(nil,
		`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",`+
			`"digest":%q,"size":2},"layers":[]}`,
		ociManifest, digest.FromString("{}"))
}

// fill copies the images into the ECR that is to be the source.
func (w *world) fill(ctx context.Context, measure string, ours programs.Program, environment []string) error {
	c := programs.Copy{
		Path: ours.Path, Source: w.source.Host() + "/" + w.from + ":" + w.tags(),
		Destinations: []string{w.ecrHost() + "/" + repository + ":" + w.destTag()},
	}
	if _, err := programs.RunAll(ctx, measure, environment, ours.Commands(c)); err != nil {
		return fmt.Errorf("filling ECR: %w", err)
	}
	return nil
}

// breakAll makes everything go wrong from now on; mend ends it.
func (w *world) breakAll(seed uint64) error {
	source, dest := &w.sourceFaults, &w.destFaults
	switch w.fault.way {
	case toECR:
		dest = &w.ecrFaults
	case fromECR:
		source = &w.ecrFaults
	}
	path := ""
	if w.fault.aim != nil {
		path, _ = w.fault.aim(w.images)
	}
	return errors.Join(source.Set(seed, aimed(w.fault.source, path)...), dest.Set(seed+1, aimed(w.fault.dest, path)...))
}

func (w *world) mend() error {
	return errors.Join(w.sourceFaults.Set(0), w.destFaults.Set(0), w.ecrFaults.Set(0))
}

// read returns how many bytes of blobs the source has sent.
func (w *world) read() int64 {
	if w.fault.way != fromECR {
		return w.source.Sent()
	}
	var n int64
	for _, bytes := range w.ecr.Stats().Snapshot().BytesRead {
		n += bytes
	}
	return n
}

// broke returns how often something broke.
func (w *world) broke() int64 {
	return w.sourceFaults.Broken().Total() + w.destFaults.Broken().Total() + w.ecrFaults.Broken().Total()
}
