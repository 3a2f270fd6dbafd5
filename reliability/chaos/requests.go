package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	broken "ecrmirror/testkit/fault"
	"ecrmirror/testkit/slowregistry"
)

// requestImages is how many images a request has.
const requestImages = 8

// neighbours returns the images of a request, by their tags. Each shares its layers with the one before but for one,
// four in a row.
func neighbours(small bool) map[string]slowregistry.Spec {
	size := int64(3*mib + 5)
	if small {
		size = mib/2 + 5
	}
	specs := map[string]slowregistry.Spec{}
	for n := range requestImages {
		specs[fmt.Sprint(n+1)] = slowregistry.Spec{Layers: 2 + n%4, LayerSize: size, Seed: uint64(40 + n/4)}
	}
	specs["6"] = slowregistry.Spec{Platforms: 2, Layers: 2, LayerSize: size, Seed: 42}
	return specs
}

// ofRequests returns the faults of copies of one image for requests of several.
func ofRequests(faults []fault) (list []fault) {
	core := []string{"none", "manifest-bytes", "source-all", "ecr-all"}
	for _, f := range faults {
		f.core = slices.Contains(core, f.id)
		f.id, f.title = "request-"+f.id, fmt.Sprintf("%d images: %s", requestImages, titleOf(f))
		f.many, f.extra = true, 0
		if f.id == "request-429-ever" { // once a registry has said so, the other images are not asked for
			f.cause = `bears no more requests until`
		}
		list = append(list, f)
	}
	return list
}

// titleOf returns a fault's title, without what it says of the image.
func titleOf(f fault) string {
	title, _, _ := strings.Cut(f.title, "; 8 layers")
	return title
}

// An aim says what of a request's images a fault concerns: calls whose path has that in it, and so these images, by
// their tags.
type aim func(images []image) (path string, concerned []string)

// aimedFaults are those of requests that concern some of the images. The others are to be copied.
func aimedFaults() []fault {
	list := []fault{
		{
			id: "gone", title: "source: it has one of them not", cause: `404|not exist`, end: permanent(),
			source: one("v2.* manifest", broken.Fail, status(404)), aim: atThird,
		},
		{
			id: "deny", title: "source: 403 to one of them", cause: `403`, end: permanent(),
			source: one("v2.* manifest", broken.Deny), aim: atThird,
		},
		{
			id: "500", title: "source: 500 to one of them", cause: `500`, end: transient(),
			source: one("v2.* manifest", broken.Fail), aim: atThird,
		},
		{
			id: "bytes", title: "source: a bit is wrong of the layer that one of them has alone", cause: `digest`,
			source: one(objects, broken.Corrupt), aim: atLayer(1), end: permanent(),
		},
		{
			id: "layer", title: "source: a bit is wrong of a layer that three of them have", cause: `digest`,
			source: one(objects, broken.Corrupt), aim: atLayer(3), end: permanent(),
		},
		{
			id: "layer-deny", title: "source: 403 to a layer that three of them have", cause: `403`,
			source: one("v2.GET blob", broken.Deny), aim: atLayer(3), end: permanent(),
		},
		{
			id: "to-deny", title: "destination: 403 to the tag of one of them", cause: `403`, end: permanent(),
			dest: one("v2.PUT manifest", broken.Deny), aim: atThird,
		},
		{
			id: "to-500", title: "destination: 500 to the tag of one of them", cause: `500`, end: transient(),
			dest: one("v2.PUT manifest", broken.Fail), aim: atThird,
		},
		{
			id: "to-ecr", title: "source: a bit is wrong of a layer that three of them have; to ECR", cause: `digest`,
			way: toECR, source: one(objects, broken.Corrupt), aim: atLayer(3), end: permanent(),
		},
	}
	for n := range list {
		f := &list[n]
		f.many, f.core = true, true
		f.id, f.title = "some-"+f.id, fmt.Sprintf("%d images: %s", requestImages, f.title)
	}
	return list
}

func status(code int) func(*broken.Rule) { return func(r *broken.Rule) { r.Status = code } }

// atThird aims at the third image by its tag.
func atThird(images []image) (path string, concerned []string) {
	third := images[2].tag
	return "/manifests/" + third, []string{third}
}

// atLayer aims at the first layer, in the order of digests, that so many images have.
func atLayer(users int) aim {
	return func(images []image) (string, []string) {
		tags, sizes := map[digest.Digest][]string{}, map[digest.Digest]int64{}
		for _, i := range images {
			for d, size := range i.contents.Blobs {
				tags[d], sizes[d] = append(tags[d], i.tag), size
			}
		}
		var chosen digest.Digest
		for d, of := range tags {
			if isLayer := sizes[d] > mib/4; isLayer && len(of) == users && (chosen == "" || d < chosen) {
				chosen = d
			}
		}
		return chosen.String(), tags[chosen]
	}
}

// aimed returns rules that break calls to a path.
func aimed(rules []broken.Rule, path string) []broken.Rule {
	rules = slices.Clone(rules)
	for i := range rules {
		rules[i].Path = path
	}
	return rules
}
