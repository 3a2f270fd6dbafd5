package conformance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/testkit/listregistry"
	"ecrmirror/testkit/registrytest"
)

// Hosts that the programs reach through a proxy.
const (
	sourceHost  = "source.test"
	hubHost     = "docker.io"
	hubRegistry = "registry-1.docker.io"  // which serves Docker Hub's images
	googleHost  = "europe-docker.pkg.dev" // says when tags were pushed
	targetHost  = "to.test"
	otherHost   = "second.test"
	limitedHost = "limited.test" // bears no more requests
)

// tagNames are what tags of a repository are called.
var tagNames = []string{
	"1.0.0", "1.1.0", "1.1.1", "1.2.0-rc1", "1.2.0", "2.0.0", "2.1.0", "3.0.0-beta.2", "10.4.2", "v1.4.0",
	"1.2.0-alpine3.20", "2.0.0-alpine", "2.1.0-alpine", "2.1.0-slim", "17.0.6_10-jdk", "1.2.3-4",
	"1", "2", "1.2", "2.1", "latest", "stable", "dev", "20240101", "2024-11-26", "main-1e5f3a2", "main-7b3c9d0",
	"RELEASE.2024-01-01T00-00-00Z", "RELEASE.2024-05-01T00-00-00Z",
	"sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.sig",
}

// An agreeRepository is a source repository.
type agreeRepository struct {
	host, name string
	tags       []agreeTag
}

// An agreeTag is a tag of a source.
type agreeTag struct {
	name   string
	image  int   // which of the images
	pushed int64 // milliseconds since 1970, by Google's word
}

// String returns the repository's name with its host.
func (r *agreeRepository) String() string { return r.host + "/" + r.name }

// An agreeSource is what there is to mirror: of one file, by its prefix.
type agreeSource struct {
	images       []agreeImage
	repositories []*agreeRepository
	registry     http.Handler // has all but those of ECR
	lists        atomic.Pointer[listregistry.Registry]
	now          time.Time
}

// The last elements of names of sources that have something wrong with them; see agreeFaults.
const (
	cutList     = "cut"        // its list of tags ends in the middle
	brokenList  = "broken"     // its list of tags is no list
	refusedList = "refused"    // its list of tags is refused
	headless    = "headless"   // what a tag is can't be asked
	unreadable  = "unreadable" // its blobs are refused
)

// newAgreeSource draws the sources of a file.
func newAgreeSource(random *rand.Rand, images []agreeImage, prefix string) (*agreeSource, error) {
	s := &agreeSource{images: images, registry: registrytest.New(), now: time.Now()}
	for _, r := range []agreeRepository{
		{host: sourceHost, name: prefix + "/app"},
		{host: sourceHost, name: prefix + "/team/web"},
		{host: sourceHost, name: prefix + "/team/api"},
		{host: sourceHost, name: prefix + "/team/tmp-x"},
		{host: sourceHost, name: prefix + "/old/tool"},
		{host: sourceHost, name: prefix + "/" + cutList},
		{host: sourceHost, name: prefix + "/" + brokenList},
		{host: sourceHost, name: prefix + "/team/" + refusedList},
		{host: sourceHost, name: prefix + "/" + headless},
		{host: sourceHost, name: prefix + "/team/" + unreadable},
		{host: hubHost, name: "library/" + prefix + "-nginx"},
		{host: hubHost, name: prefix + "/tool"},
		{host: googleHost, name: prefix + "/images/svc"},
		{host: googleHost, name: prefix + "/images/job"},
		{host: homeECR, name: prefix + "/base"},
		{host: limitedHost, name: prefix + "/limited"},
	} {
		repository := &r
		for _, i := range random.Perm(len(tagNames))[:5+random.IntN(9)] {
			repository.tags = append(repository.tags, s.tag(random, repository, tagNames[i]))
		}
		s.repositories = append(s.repositories, repository)
		for _, tag := range repository.tags {
			if err := s.push(repository, tag); err != nil {
				return nil, err
			}
		}
	}
	s.list()
	return s, nil
}

// tag draws a tag of a repository. One in four is of the first image.
func (s *agreeSource) tag(random *rand.Rand, of *agreeRepository, name string) agreeTag {
	image := 0
	if random.IntN(4) > 0 {
		image = random.IntN(agreeImages)
	}
	if strings.HasSuffix(of.name, "/"+unreadable) {
		image += agreeImages
	}
	age := time.Duration(random.IntN(400)) * time.Hour
	return agreeTag{name: name, image: image, pushed: s.now.Add(-age).UnixMilli()}
}

// push puts a tag into the registry of this process. Those of ECR are pushed by agreeWorld.pushToECR.
func (s *agreeSource) push(r *agreeRepository, tag agreeTag) error {
	if r.host == homeECR {
		return nil
	}
	return s.images[tag.image].push("source.invalid/"+r.name+":"+tag.name, remote.WithTransport(inProcess{s.registry}))
}

// change changes some tags: they move, come, or go. It returns those of ECR that did.
func (s *agreeSource) change(ctx context.Context, random *rand.Rand) (ofECR []*agreeRepository, err error) {
	for _, r := range s.repositories {
		if random.IntN(3) > 0 {
			continue
		}
		at, added := random.IntN(len(r.tags)), tagNames[random.IntN(len(tagNames))]
		isNew := !slices.ContainsFunc(r.tags, func(t agreeTag) bool { return t.name == added })
		switch {
		case random.IntN(4) == 0 && r.host != homeECR:
			err = s.remove(ctx, r, at)
		case random.IntN(2) == 0 && isNew:
			r.tags = append(r.tags, s.tag(random, r, added))
			err = s.push(r, r.tags[len(r.tags)-1])
		default:
			r.tags[at] = s.tag(random, r, r.tags[at].name)
			err = s.push(r, r.tags[at])
		}
		if err != nil {
			return nil, err
		}
		if r.host == homeECR {
			ofECR = append(ofECR, r)
		}
	}
	s.list()
	return ofECR, nil
}

// remove removes a tag.
func (s *agreeSource) remove(ctx context.Context, r *agreeRepository, at int) error {
	tag, err := name.NewTag("source.invalid/" + r.name + ":" + r.tags[at].name)
	if err != nil {
		return err
	}
	r.tags = slices.Delete(slices.Clone(r.tags), at, at+1)
	return remote.Delete(tag, remote.WithContext(ctx), remote.WithTransport(inProcess{s.registry}))
}

// list has Google's registry list the tags that there are now.
func (s *agreeSource) list() {
	g := &listregistry.Registry{Shape: listregistry.GAR(), Repositories: map[string][]listregistry.Tag{}}
	for _, r := range s.repositories {
		if r.host != googleHost {
			continue
		}
		for _, tag := range r.tags {
			g.Repositories[r.name] = append(g.Repositories[r.name], listregistry.Tag{
				Name: tag.name, Digest: s.images[tag.image].digest, Uploaded: tag.pushed,
			})
		}
	}
	s.lists.Store(g)
}

// ServeHTTP implements [http.Handler].
func (s *agreeSource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	isList := strings.HasSuffix(r.URL.Path, "/tags/list") || strings.HasSuffix(r.URL.Path, "/_catalog")
	if r.Host == googleHost && (isList || r.URL.Path == "/token") {
		s.lists.Load().ServeHTTP(w, r)
		return
	}
	s.registry.ServeHTTP(w, r)
}

// imageNamed returns the name of an image of a repository, by its number.
func (s *agreeSource) imageNamed(r *agreeRepository, image int) string {
	return fmt.Sprint(r, "@", s.images[image].digest)
}
