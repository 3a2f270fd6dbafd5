package trigger

import (
	"fmt"
	"strings"

	"ecrmirror/internal/imagename"
)

// Sources returns the sources that the image of a Push may have in the table:
// every way to write the image's name that [imagename.ParseImage] knows, by each of the registry's
// hosts and by the repository's ARN, with and without docker://, and without a tag too where that
// is "latest". The first is the one by the plain host. There are 20 at most. The registry's FIPS and
// DualStack are ignored. The error says what is wrong with registry, repository or tag.
func (e *Event) Sources() ([]string, error) {
	registry, repository, tag := e.Registry, e.Repository, e.Tag
	registry.FIPS, registry.DualStack = false, false
	if strings.HasPrefix(repository, registry.Host()+"/") {
		return nil, fmt.Errorf("repository %q is to be named without its registry", repository)
	}
	pushed, err := imagename.ParseImage(registry.Host() + "/" + repository + ":" + tag)
	if err != nil {
		return nil, err
	}
	if pushed.Repository != repository || pushed.Tag != tag || pushed.Digest != "" {
		return nil, fmt.Errorf("repository %q with tag %q does not make an image name", repository, tag)
	}
	ends := []string{":" + tag}
	if tag == "latest" {
		ends = append(ends, "")
	}
	var sources []string
	for _, prefix := range []string{"", "docker://"} {
		for _, written := range writtenAs(registry, repository) {
			for _, end := range ends {
				source := prefix + written + end
				if name, err := imagename.ParseImage(source); err == nil && name.SameImage(pushed) {
					sources = append(sources, source)
				}
			}
		}
	}
	return sources, nil
}

// writtenAs returns the ways to write a repository of ECR's; some hosts are not there in all partitions.
func writtenAs(registry imagename.ECRRegistry, repository string) []string {
	var ways []string
	for _, dualStack := range []bool{false, true} {
		for _, fips := range []bool{false, true} {
			registry.FIPS, registry.DualStack = fips, dualStack
			ways = append(ways, registry.Host()+"/"+repository)
		}
	}
	arn := "arn:" + registry.Partition + ":ecr:" + registry.Region + ":" + registry.Account +
		":repository/" + repository
	return append(ways, "ecr.aws/"+arn)
}

// Selections returns the sources of selections that the image of a Push may belong to: every way to write its
// repository, and each namespace that it is in. There are 10 for the repository, and as many for each element of its
// path.
func (e *Event) Selections() []string {
	registry := e.Registry
	registry.FIPS, registry.DualStack = false, false
	above := []string{e.Repository}
	for path := e.Repository; path != ""; {
		path = path[:max(0, strings.LastIndexByte(path, '/'))]
		above = append(above, strings.TrimPrefix(path+imagename.BelowAll, "/"))
	}
	var sources []string
	for _, prefix := range []string{"", "docker://"} {
		for _, path := range above {
			for _, written := range writtenAs(registry, path) {
				sources = append(sources, prefix+written)
			}
		}
	}
	return sources
}

// Image returns the name of the image of a Push.
func (e *Event) Image() imagename.Name {
	registry := e.Registry
	registry.FIPS, registry.DualStack = false, false
	return imagename.Name{
		Kind: imagename.ECR, ECR: registry, Host: registry.Host(), Repository: e.Repository, Tag: e.Tag,
	}
}
