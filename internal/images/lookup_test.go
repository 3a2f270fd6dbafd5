package images_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/awsclient"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/transient"
)

// crowd answers HEAD with the digest of the path, and knows how many it answered at a time.
type crowd struct {
	mu       sync.Mutex
	asked    bool // the first comes alone: it finds out how the registry is spoken to
	at, most int
	gate     chan struct{} // closed when requests may be answered
	full     int           // when that happens
	open     bool
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v2/first/") {
		return
	}
	c.mu.Lock()
	first := !c.asked
	c.asked = true
	c.at++
	c.most = max(c.most, c.at)
	if c.at == c.full && !c.open {
		c.open = true
		close(c.gate)
	}
	c.mu.Unlock()
	if !first {
		<-c.gate
	}
	w.Header().Set("Docker-Content-Digest", digest.FromString(r.URL.Path).String())
	c.mu.Lock()
	c.at--
	c.mu.Unlock()
}

// atOnce returns how many requests were answered at a time at most.
func (c *crowd) atOnce() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most
}

// ecrStandIn answers DescribeImages for images of 7 bytes, in all repositories but one.
func ecrStandIn(t *testing.T, calls *sync.Map) aws.Config {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			RepositoryName string
			ImageIDs       []struct{ ImageTag string } `json:"imageIds"`
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		n, _ := calls.LoadOrStore(operation, new(atomic.Int32))
		n.(*atomic.Int32).Add(1)
		if in.RepositoryName == "denied" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"no"}`)
			return
		}
		var details []string
		for _, id := range in.ImageIDs {
			details = append(details, fmt.Sprintf(`{"imageDigest":%q,"imageTags":[%q],"imageSizeInBytes":7}`,
				digest.FromString(in.RepositoryName+id.ImageTag), id.ImageTag))
		}
		_, _ = fmt.Fprintf(w, `{"imageDetails":[%s]}`, strings.Join(details, ","))
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		HTTPClient: awsclient.New(),
		Region:     "eu-west-1", BaseEndpoint: &server.URL,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}
}

func TestManyImagesAreLookedUpTogether(t *testing.T) {
	const perHost = 64
	a, b := &crowd{gate: make(chan struct{}), full: perHost}, &crowd{gate: make(chan struct{}), full: 2}
	hosts := map[*crowd]string{}
	for _, c := range []*crowd{a, b} {
		server := httptest.NewServer(c)
		defer server.Close()
		hosts[c] = server.Listener.Addr().String()
	}
	var calls sync.Map // operations, with how often each was called
	r := images.New(images.Options{AWS: ecrStandIn(t, &calls)})
	for _, host := range hosts { // while the scheme is found out, all wait for one
		if _, err := r.Digest(t.Context(), parse(t, host+"/first:1")); err == nil {
			t.Error("a manifest that is none has a digest")
		}
	}
	const ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/"
	var names []imagename.Name
	want := map[string]string{}
	for i := range 100 {
		path := fmt.Sprintf("/v2/app-%d/manifests/1", i)
		want[fmt.Sprintf("%s/app-%d:1", hosts[a], i)] = digest.FromString(path).String()
		if i < 3 {
			want[fmt.Sprintf("%s/app-%d:1", hosts[b], i)] = digest.FromString(path).String()
		}
		want[fmt.Sprintf("%srepo-%d:v%d", ecr, i%2, i)] = digest.FromString(fmt.Sprintf("repo-%dv%d", i%2,
			i)).String() + " 7"
	}
	want[ecr+"denied:1"] = "AccessDeniedException"
	for name := range want {
		names = append(names, parse(t, name))
	}
	got := map[string]string{}
	var mu sync.Mutex
	r.LookUp(t.Context(), names, nil, func(i int, d digest.Digest, size int64, err error) {
		mu.Lock()
		defer mu.Unlock()
		name, text := names[i].String(), d.String()
		if size > 0 {
			text += fmt.Sprint(" ", size)
		}
		if err != nil && strings.Contains(err.Error(), "AccessDeniedException") {
			text = "AccessDeniedException"
		}
		if got[name] != "" {
			t.Errorf("%s is found twice", name)
		}
		got[name] = text
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	calls.Range(func(operation, n any) bool {
		if operation != "DescribeImages" || n.(*atomic.Int32).Load() != 3 {
			t.Errorf("%d calls of %s", n.(*atomic.Int32).Load(), operation)
		}
		return true
	})
	for _, c := range []*crowd{a, b} {
		if most := c.atOnce(); most != c.full {
			t.Errorf("%d at a time, want %d", most, c.full)
		}
	}
}

func TestWhatARegistryPutsOffIsToldAsSuch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	host := server.Listener.Addr().String()
	r := images.New(images.Options{})
	name := parse(t, host+"/app:1")
	if until := r.DeferredUntil(name); !until.IsZero() {
		t.Errorf("until %v before it was asked", until)
	}
	r.LookUp(t.Context(), []imagename.Name{name, parse(t, host+"/app:2")}, nil,
		func(_ int, _ digest.Digest, _ int64, err error) {
			var put interface{ DeferredUntil() time.Time }
			if !errors.As(err, &put) || put.DeferredUntil().IsZero() || !transient.Is(err) {
				t.Errorf("got %v", err)
			}
		})
	if left := time.Until(r.DeferredUntil(name)); left < 9*time.Minute {
		t.Errorf("for %v", left)
	}
}

func TestALookUpEndsWithItsContext(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	images.New(images.Options{}).LookUp(ctx, []imagename.Name{parse(t, server.Listener.Addr().String()+"/app:1")}, nil,
		func(_ int, _ digest.Digest, _ int64, err error) {
			if err == nil {
				t.Error("no error")
			}
		})
}

// What is passed over is not asked for, and nothing else is.
func TestImagesArePassedOverWhereTheCallerSaysSo(t *testing.T) {
	for _, passed := range []string{"/v2/app-0/", "repo-0:", "repo-"} {
		var heads sync.Map
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			heads.Store(r.URL.Path, true)
			w.Header().Set("Docker-Content-Digest", digest.FromString(r.URL.Path).String())
		}))
		defer server.Close()
		var calls sync.Map
		r := images.New(images.Options{AWS: ecrStandIn(t, &calls)})
		var names []imagename.Name
		for i := range 4 {
			names = append(names,
				parse(t, fmt.Sprintf("%s/app-%d:1", server.Listener.Addr(), i)),
				parse(t, fmt.Sprintf("111122223333.dkr.ecr.eu-west-1.amazonaws.com/repo-%d:v%d", i%2, i)))
		}
		over := func(i int) bool {
			return strings.Contains(fmt.Sprintf("/v2/%s/ %s", names[i].Repository, names[i].Repository+":"), passed)
		}
		var found sync.Map
		r.LookUp(t.Context(), names, func(i int) bool { return !over(i) },
			func(i int, d digest.Digest, _ int64, err error) {
				if _, twice := found.LoadOrStore(i, true); twice || err != nil || d == "" {
					t.Errorf("%s: %v, %v", names[i], d, err)
				}
			})
		for i, name := range names {
			if _, ok := found.Load(i); ok == over(i) {
				t.Errorf("%s: %s is found: %v", passed, name, ok)
			}
			if _, asked := heads.Load("/v2/" + name.Repository + "/manifests/1"); asked && over(i) {
				t.Errorf("%s: %s is asked for", passed, name)
			}
		}
		if n, called := calls.Load("DescribeImages"); called == (passed == "repo-") ||
			called && n.(*atomic.Int32).Load() > 2 {
			t.Errorf("%s: %v calls", passed, n)
		}
	}
}
