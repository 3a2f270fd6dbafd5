package conformance

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/testkit/registrytest"
)

// An agreeWorld is where one file after another is mirrored in both ways. Both have the same registries as sources, and
// destinations of their own that began alike, under the same names.
type agreeWorld struct {
	images []agreeImage
	proxy  *httptest.Server // to all registries but ECR
	ways   [2]agreeWay

	mu     sync.Mutex
	source *agreeSource
	now    int // which way is gone
}

// The ways in which a file is mirrored.
const (
	byTable = iota // imported, and swept
	bySync
)

// An agreeWay is what a way has for itself.
type agreeWay struct {
	place
	login authn.Authenticator
	to    http.Handler // the destinations in registries but ECR
	jobs  map[string]bool
}

func newAgreeWorld(t *testing.T, images []agreeImage) *agreeWorld {
	t.Helper()
	w := &agreeWorld{images: images}
	w.proxy = httptest.NewServer(w)
	t.Cleanup(w.proxy.Close)
	var insecure []string
	for _, host := range agreeHosts() {
		insecure = append(insecure, "--insecure-registry", host)
	}
	for i := range w.ways {
		local := startLocalstackWith(t, w.proxied(), insecure...)
		way := &w.ways[i]
		way.place, way.jobs = place{aws: local.config(), local: local}, map[string]bool{}
		way.login = way.place.login(t, parse(t, homeECR+"/any:v1"))
	}
	return w
}

// proxied is the environment of programs that are to ask the proxy.
func (w *agreeWorld) proxied() []string {
	return []string{"HTTP_PROXY=" + w.proxy.URL, "HTTPS_PROXY=" + w.proxy.URL}
}

// agreeHosts are the hosts that are reached by plain HTTP, in all spellings.
func agreeHosts() []string {
	return []string{hubHost, hubRegistry, "index.docker.io", sourceHost, googleHost, targetHost, otherHost, limitedHost}
}

// ServeHTTP is the proxy: it answers for all registries, by plain HTTP alone.
func (w *agreeWorld) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	source, to := w.source, w.ways[w.now].to
	w.mu.Unlock()
	switch r.Host {
	case targetHost, otherHost:
		if r.Method != http.MethodConnect && to != nil {
			agreeFaults(to).ServeHTTP(rw, r)
			return
		}
	case sourceHost, googleHost, hubRegistry, "index.docker.io":
		if r.Method != http.MethodConnect && source != nil {
			agreeFaults(source).ServeHTTP(rw, r)
			return
		}
	}
	if r.Host == limitedHost && r.Method != http.MethodConnect {
		rw.Header().Set("Retry-After", "3600")
		refuseWith(rw, http.StatusTooManyRequests, "TOOMANYREQUESTS")
		return
	}
	rw.WriteHeader(http.StatusBadGateway)
}

// begin has a file's sources and destinations be what they are at first, in both ways.
func (w *agreeWorld) begin(ctx context.Context, f *agreeFile) error {
	w.mu.Lock()
	w.source = f.source
	for i := range w.ways {
		w.ways[i].to = registrytest.New()
	}
	w.mu.Unlock()
	for i := range w.ways {
		way := &w.ways[i]
		for name, mutability := range f.inECR() {
			if err := way.create(ctx, mustParse(homeECR+"/"+name+":v1"), mutability); err != nil {
				return err
			}
		}
		for _, r := range f.source.repositories {
			if err := w.pushToECR(i, r); err != nil {
				return err
			}
		}
		for _, there := range f.there {
			if err := w.put(i, there); err != nil {
				return err
			}
		}
	}
	return nil
}

// inECR are the repositories that a file finds in ECR.
func (f *agreeFile) inECR() map[string]types.ImageTagMutability {
	return map[string]types.ImageTagMutability{
		f.prefix + "/base": types.ImageTagMutabilityMutable, f.prefix + "/e1": types.ImageTagMutabilityMutable,
		f.prefix + "/e2": types.ImageTagMutabilityMutable, f.prefix + "/fixed": types.ImageTagMutabilityImmutable,
	}
}

// pushToECR pushes all tags of a source of ECR, one after the other.
func (w *agreeWorld) pushToECR(way int, r *agreeRepository) error {
	if r.host != homeECR {
		return nil
	}
	for _, tag := range r.tags {
		if err := w.put(way, agreeTarget{r.String() + ":" + tag.name, tag.image}); err != nil {
			return err
		}
	}
	return nil
}

// An agreeTarget is an image that a way has at a destination.
type agreeTarget struct {
	name  string // HOST/REPOSITORY:TAG
	image int
}

// put puts an image into a way's own registries.
func (w *agreeWorld) put(way int, to agreeTarget) error {
	of := &w.ways[way]
	if repository, ok := strings.CutPrefix(to.name, homeECR+"/"); ok {
		return w.images[to.image].push(of.local.host()+"/111122223333/us-east-1/"+repository, remote.WithAuth(of.login))
	}
	_, repository, _ := strings.Cut(to.name, "/")
	return w.images[to.image].push("target.invalid/"+repository, remote.WithTransport(inProcess{of.to}))
}

// change changes sources and destinations after the first round, alike in both ways.
func (w *agreeWorld) change(ctx context.Context, f *agreeFile, random *rand.Rand, has map[string]string) error {
	ofECR, err := f.source.change(ctx, random)
	if err != nil {
		return err
	}
	for i := range w.ways {
		for _, r := range ofECR {
			if err := w.pushToECR(i, r); err != nil {
				return err
			}
		}
	}
	for _, name := range sortedKeys(has) {
		if random.IntN(6) > 0 || strings.Contains(name, "/fixed:") {
			continue
		}
		there := agreeTarget{name, random.IntN(len(w.images))}
		for i := range w.ways {
			if err := w.put(i, there); err != nil {
				return err
			}
		}
	}
	return nil
}
