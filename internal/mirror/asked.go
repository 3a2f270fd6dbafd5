package mirror

import (
	"cmp"
	"fmt"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/platforms"
	"ecrmirror/internal/request"
)

// An asked is what a request asks for beside its images and destinations.
type asked struct {
	kind      request.Kind
	platforms platforms.Filter // which are copied; zero = all
	artifacts ArtifactOptions
	verify    string // the policy of who must have signed; "" = nobody must
}

// asked returns what options ask for. Where they say nothing of artifacts, the copier's own options do.
func (c *Copier) asked(o request.Options) (a asked, err error) {
	a = asked{kind: o.Kind, artifacts: c.opts.Artifacts, verify: cmp.Or(o.Verify, c.opts.Verify)}
	if o.Kind != request.Copy && o.Kind != request.Artifacts {
		return a, fmt.Errorf("kind %q is not one that is carried out", o.Kind)
	}
	if a.platforms, err = o.Filter(); err != nil {
		return a, err
	}
	if a.artifacts.Filter, err = o.ArtifactFilter(a.artifacts.Filter); err != nil {
		return a, err
	}
	a.artifacts.Required = a.artifacts.Required || o.ArtifactsRequired
	if o.ArtifactsFrom != "" {
		a.artifacts.From, err = request.ParseRepository(o.ArtifactsFrom)
	}
	return a, err
}

// listedAt returns the repository that has the artifacts of an image.
func (o ArtifactOptions) listedAt(source imagename.Name) imagename.Name {
	if o.From.Repository != "" {
		return o.From
	}
	return source
}
