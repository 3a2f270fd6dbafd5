package controller

import (
	"errors"
	"fmt"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/platforms"
)

// An image is one image of an entry: what is looked up, decided about and copied.
type image struct {
	entry  *entry.Entry // nil of an item that is no entry
	source entry.Name
	// destinations has what is written, once where one image is written in several ways. Those with an Err
	// are not looked up.
	destinations []entry.Name
	filter       platforms.Filter // which platforms are mirrored; zero = all, as they are
	artifacts    imagename.Name   // the repository that has the image's artifacts
	by           string           // of the filter; see byOf
}

// together reports whether a job may bring the image together with others.
func (i image) together() bool { return i.entry != nil && i.entry.Selection != "" }

// options returns what of the image is mirrored.
func (i image) options() entry.ImageOptions {
	if i.entry == nil {
		return entry.ImageOptions{}
	}
	return i.entry.ImageOptions
}

// expand returns the image that an entry names, given the entry's names, which it changes. The error is about the
// source; what is wrong with a destination is with that, and goes for it alone.
func expand(e *entry.Entry, names entry.Names, allowed Allowed) (image, error) {
	if allowed == nil {
		allowed = everything{}
	}
	source, err := names.Source.Name, names.Source.Err
	if err == nil {
		err = allowed.Source(source)
	}
	if err != nil {
		return image{entry: e}, fmt.Errorf("source: %w", err)
	}
	i := image{entry: e, source: names.Source, destinations: names.Destinations[:0]}
	if i.filter, err = e.Filter(); err != nil {
		return i, fmt.Errorf("%s: %w", entry.MemberPlatforms, err)
	}
	if i.artifacts, err = artifactsFrom(e, source, allowed); err != nil {
		return i, fmt.Errorf("%s: %w", entry.MemberArtifactsFrom, err)
	}
	i.by = byOf(i.filter)
	for _, d := range names.Destinations {
		switch {
		case d.Err != nil:
		case d.Name.SameImage(source):
			d.Err = errors.New("is the source itself")
		case i.has(d.Name):
			continue
		default:
			d.Err = allowed.Destination(d.Name)
		}
		i.destinations = append(i.destinations, d)
	}
	return i, nil
}

// artifactsFrom returns the repository that has the artifacts: the image's, or one that the entry names, which must be
// allowed as a source.
func artifactsFrom(e *entry.Entry, source imagename.Name, allowed Allowed) (imagename.Name, error) {
	if e.ArtifactsFrom == "" {
		return source, nil
	}
	from, err := imagename.Parse(e.ArtifactsFrom)
	if err == nil {
		err = allowed.Source(from)
	}
	return from, err
}

// has reports whether one of the destinations that are looked up is that image.
func (i image) has(name imagename.Name) bool {
	for _, d := range i.destinations {
		if d.Err == nil && d.Name == name {
			return true
		}
	}
	return false
}

// everything is allowed.
type everything struct{}

func (everything) Source(imagename.Name) error      { return nil }
func (everything) Destination(imagename.Name) error { return nil }
