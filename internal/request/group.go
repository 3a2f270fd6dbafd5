package request

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecrmirror/internal/imagename"
)

// A Group is a request for images of several requests.
type Group struct {
	Request
	Of []int // the requests that it stands for, by their indices, in the order of its images
}

// Together puts requests of one image each together, so that a job brings several: those of one source repository, with
// the same options and labels, that go to the same repositories and keep their tags there. A group has at most so many
// images, and parameters of at most so many characters; where it takes several, they are about as large. Others are
// groups of their own, as they are written. The order stays within a repository: neighbours that share layers come into
// one job.
func Together(requests []Request, most, longest int) []Group {
	var groups []Group
	kin := map[string][]int{}
	var keys []string         // in the order of their first requests
	again := map[string]int{} // how often a tag was there before
	for i, r := range requests {
		key, ok := r.kin()
		if !ok {
			groups = append(groups, Group{Request: r, Of: []int{i}})
			continue
		}
		twin := key + "\x00" + tagOrDigest(r.Images[0].Source.Name)
		if again[twin]++; again[twin] > 1 { // a job can't be asked for a tag twice
			key += fmt.Sprintf("\x00%d", again[twin])
		}
		if kin[key] == nil {
			keys = append(keys, key)
		}
		kin[key] = append(kin[key], i)
	}
	for _, key := range keys {
		groups = append(groups, together(requests, kin[key], most, longest)...)
	}
	return groups
}

// kin returns what requests have in common that can be put together; ok is false of one that can't be with any.
func (r Request) kin() (key string, ok bool) {
	if len(r.Images) != 1 || isOnDisk(r.Images[0].Source.Text) {
		return "", false
	}
	source := r.Images[0].Source
	repository, _ := splitReference(source.Text)
	parts := []string{repository, r.Options.String(), r.labels()}
	to := r.repositories()
	for i, d := range r.Destinations {
		if isOnDisk(d.Text) || d.Name != destination(repositoryOf(d.Name), source.Name) {
			return "", false // another tag
		}
		parts = append(parts, to[i].Text)
	}
	slices.Sort(parts[3:])
	return strings.Join(parts, "\x00"), true
}

// labels returns the labels as a text: two requests with the same text have the same labels.
func (r Request) labels() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		fmt.Fprintf(&b, "%q=%q ", name, r.Labels[name])
	}
	return b.String()
}

// repositories returns the destinations as repositories that get each image by its own tag.
func (r Request) repositories() []imagename.Written {
	to := make([]imagename.Written, len(r.Destinations))
	for i, d := range r.Destinations {
		repository, _ := splitReference(d.Text)
		to[i] = imagename.Written{Text: strings.TrimSuffix(repository, sameTags) + sameTags, Name: repositoryOf(d.Name)}
	}
	return to
}

// together puts requests that are kin into as few groups as take them.
func together(requests []Request, kin []int, most, longest int) (groups []Group) {
	for len(kin) > 0 {
		n := (len(kin) + most - 1) / most
		of := kin[:fitting(requests, kin[:(len(kin)+n-1)/n], longest)]
		group := Group{Request: requests[of[0]], Of: of}
		if len(of) > 1 {
			group.Request = joined(requests, of)
		}
		groups = append(groups, group)
		kin = kin[len(of):]
	}
	return groups
}

// fitting returns how many requests, from the first on and at least one, fit in the parameters of a job together.
func fitting(requests []Request, kin []int, longest int) int {
	first := joined(requests, kin[:1])
	size := len(first.Source()) + len(strings.Join(first.DestinationTexts(), ",")) + first.Options.size()
	for n, i := range kin[1:] {
		_, reference := splitReference(tagged(requests[i].Images[0].Source))
		if size += len(",") + len(reference); size > longest {
			return n + 1
		}
	}
	return len(kin)
}

// tagged returns the text of an image with its tag, which may be left out where it is "latest".
func tagged(image imagename.Written) string {
	if _, reference := splitReference(image.Text); reference == "" {
		return image.Text + ":" + image.Name.Tag
	}
	return image.Text
}

// joined returns the request for the images of several.
func joined(requests []Request, of []int) Request {
	first := requests[of[0]]
	all := first
	all.Images, all.Destinations = nil, first.repositories()
	for _, i := range of {
		image := requests[i].Images[0]
		image.Source.Text = tagged(image.Source)
		all.Images = append(all.Images, image)
	}
	return all
}

// repositoryOf returns the repository of an image in a registry.
func repositoryOf(image imagename.Name) imagename.Name {
	image.Tag, image.Digest = "", ""
	return image
}
