package ecr

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ecrmirror/internal/transient"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

func TestDestinationAsksForManyBlobsAtOnce(t *testing.T) {
	w := newWorld(t)
	d := w.destination(here)
	there := w.put(d, []byte("available"))
	digests := []digest.Digest{there.Digest}
	for i := range 249 {
		digests = append(digests, digest.FromString(fmt.Sprint(i%200)))
	}
	w.stats.Reset()
	fresh := w.destination(here)
	got, err := fresh.AvailableBlobs(t.Context(), digests)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[digest.Digest]int64{there.Digest: there.Size}, got); diff != "" {
		t.Error(diff)
	}
	if calls := w.calls("BatchCheckLayerAvailability"); calls != 3 {
		t.Errorf("%d calls for 201 digests", calls)
	}
	for _, digest := range digests {
		size, has, err := fresh.HasBlob(t.Context(), digest)
		if err != nil || has != (digest == there.Digest) || has && size != there.Size {
			t.Errorf("%s: got %v, %d, %v", digest, has, size, err)
		}
	}
	if calls := w.calls("BatchCheckLayerAvailability"); calls != 3 {
		t.Errorf("asked again for what is known: %d calls", calls)
	}
}

func TestDestinationHasOnlyWhatIsAvailable(t *testing.T) {
	for _, tt := range []struct {
		answer string
		want   bool
	}{
		{`{"layers":[{"layerDigest":"%s","layerAvailability":"AVAILABLE","layerSize":7}]}`, true},
		{`{"layers":[{"layerDigest":"%s","layerAvailability":"UNAVAILABLE","layerSize":7}]}`, false},
		{`{"layers":[{"layerDigest":"%s","layerAvailability":"ARCHIVED","layerSize":7}]}`, false},
		{`{"failures":[{"layerDigest":"%s","failureCode":"MissingLayerDigest"}]}`, false},
		{`{"layers":[{"layerDigest":"sha256:other%s","layerAvailability":"AVAILABLE","layerSize":7}]}`, false},
	} {
		w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
			return answer(w, tt.answer, sha[1:])
		})
		_, got, err := w.destination(here).HasBlob(t.Context(), digest.Digest(sha[1:]))
		if got != tt.want || err != nil {
			t.Errorf("%s: got %v, %v", tt.answer, got, err)
		}
	}
	w := newWorld(t)
	none := w.destination(strings.Replace(here, "/app", "/none", 1))
	if _, _, err := none.HasBlob(t.Context(), blobInfo(nil).Digest); !errors.Is(err, ErrRepositoryNotFound) {
		t.Errorf("no repository: %v", err)
	}
}

func TestDestinationUploadsADigestOnce(t *testing.T) {
	w, e := newTiny(t)
	d := w.destination(here)
	layer := randomBytes(1200)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			info, err := d.PutBlob(t.Context(), bytes.NewReader(layer), blobInfo(layer))
			if err != nil || info.Digest != blobInfo(layer).Digest || info.Size != int64(len(layer)) {
				t.Errorf("got %v, %v", info, err)
			}
		})
	}
	wg.Wait()
	if e.seen().begun != 1 || e.seen().received != len(layer) {
		t.Errorf("%d uploads of %d bytes for a layer of %d", e.seen().begun, e.seen().received, len(layer))
	}
	w.checkBudget()
}

func TestDestinationLetsTheNextOneTryWhereOneFailed(t *testing.T) {
	w := newWorld(t)
	d := w.destination(here)
	layer := randomBytes(mib)
	if _, err := d.PutBlob(t.Context(), errReader{}, blobInfo(layer)); !errors.Is(err, errRead) {
		t.Errorf("got %v", err)
	}
	w.put(d, layer)
}

var errRead = errors.New("stream broke")

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errRead }

func TestDestinationPutManifest(t *testing.T) {
	w := newWorld(t)
	d := w.destination(here + ":v1")
	instance := ociImage(w.put(d, []byte("{}")), w.put(d, []byte("layer")))
	instanceInfo := blobInfo(instance)
	index := []byte(fmt.Sprintf(`{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":%q,"size":%d}]}`,
		instanceInfo.Digest, instanceInfo.Size))

	if err := d.putRoot(t.Context(), index); !errors.Is(err, ErrReferencedImagesNotFound) {
		t.Errorf("index before its instance: %v", err)
	}
	for range 2 { // again is no error
		if err := d.PutManifest(t.Context(), instance, "", instanceInfo.Digest); err != nil {
			t.Fatal(err)
		}
		if err := d.putRoot(t.Context(), index); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := w.client.Digest(t.Context(), parse(t, here+":v1")); err != nil || got != blobInfo(index).Digest {
		t.Errorf("tag has %s, %v", got, err)
	}
	// Of an index that does not say so ECR was told the type.
	if _, mediaType, err := w.source(here + ":v1").root(t.Context()); err != nil ||
		mediaType != "application/vnd.oci.image.index.v1+json" {
		t.Errorf("type %s, %v", mediaType, err)
	}
	if m, err := w.source(here).Manifest(t.Context(), "", instanceInfo.Digest); err != nil ||
		!bytes.Equal(m.Content, instance) {
		t.Errorf("instance %s, %v", m.Content, err)
	}
}

func TestDestinationPutManifestByDigestOnlyWhereThereIsNoTag(t *testing.T) {
	w := newWorld(t)
	content := ociImage(w.put(w.destination(here), []byte("{}")))
	info := blobInfo(content)
	if err := w.destination(here+"@"+info.Digest.String()).putRoot(t.Context(), content); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Digest(t.Context(), parse(t, here+"@"+info.Digest.String())); err != nil {
		t.Error(err)
	}
	if _, err := w.client.Digest(t.Context(), parse(t, here)); !errors.Is(err, ErrImageNotFound) {
		t.Errorf("it has a tag: %v", err)
	}
	for _, image := range []string{here + sha, here + ":v1" + sha} {
		if err := w.destination(image).putRoot(t.Context(), content); !errors.Is(err, ErrDigestMismatch) {
			t.Errorf("%s: %v", image, err)
		}
	}
	other := digest.Digest(sha[1:])
	if err := w.destination(here).PutManifest(t.Context(), content, "", other); !errors.Is(err, ErrDigestMismatch) {
		t.Errorf("instance of another digest: %v", err)
	}
}

func TestDestinationPutManifestRespectsImmutableTags(t *testing.T) {
	w := newWorld(t)
	frozen := strings.Replace(here, "/app", "/frozen", 1) + ":v1"
	w.create(frozen, immutable)
	first := w.push(frozen, []byte("one"))
	w.push(frozen, []byte("one")) // the same is no error
	d := w.destination(frozen)
	second := ociImage(w.put(d, []byte("{}")), w.put(d, []byte("two")))
	err := d.putRoot(t.Context(), second)
	if !errors.Is(err, ErrImmutableTag) || transient.Is(err) ||
		!strings.Contains(err.Error(), blobInfo(first).Digest.String()) || !strings.Contains(err.Error(),
		blobInfo(second).Digest.String()) {
		t.Errorf("got %v, want ErrImmutableTag with both digests", err)
	}
}

func TestDestinationPutManifestFailures(t *testing.T) {
	content := ociImage(blobInfo([]byte("{}")))
	for _, tt := range []struct {
		name string
		put  fault
		want error // nil for success
	}{
		{"there already", script(http.StatusBadRequest, "ImageAlreadyExistsException"), nil},
		{"layers missing", script(http.StatusBadRequest, "LayersNotFoundException"), ErrLayersNotFound},
		{
			"instances missing", script(http.StatusBadRequest, "ReferencedImagesNotFoundException"),
			ErrReferencedImagesNotFound,
		},
		{"repository missing", script(http.StatusBadRequest, "RepositoryNotFoundException"), ErrRepositoryNotFound},
		{"digest differs", script(http.StatusBadRequest, "ImageDigestDoesNotMatchException"), ErrDigestMismatch},
		{"another digest stored", func(_ string, w http.ResponseWriter, _ *http.Request) bool {
			return answer(w, `{"image":{"imageId":{"imageDigest":%q}}}`, sha[1:])
		}, ErrDigestMismatch},
	} {
		w := newScript(t, tt.put)
		err := w.destination(here).putRoot(t.Context(), content)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: got %v", tt.name, err)
		}
		lacks := tt.want == ErrLayersNotFound || tt.want == ErrReferencedImagesNotFound
		if failed, ok := errors.AsType[*callError](err); (ok && failed.LacksContent()) != lacks {
			t.Errorf("%s: lacks content: %v", tt.name, !lacks)
		}
	}
	for name, f := range map[string]fault{
		"empty answer": func(_ string, w http.ResponseWriter, _ *http.Request) bool { return answer(w, `{}`) },
		"tag exists, then not": func(operation string, w http.ResponseWriter, _ *http.Request) bool {
			if operation == "DescribeImages" {
				return refuse(w, http.StatusBadRequest, "ImageNotFoundException", "")
			}
			return refuse(w, http.StatusBadRequest, "ImageTagAlreadyExistsException", "")
		},
	} {
		if err := newScript(t, f).destination(here).putRoot(t.Context(), content); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := newWorld(t).destination(here).putRoot(t.Context(), make([]byte, maxManifestSize+1)); err == nil ||
		!strings.Contains(err.Error(), "at most 4194304") {
		t.Errorf("manifest too large: %v", err)
	}
}

// script answers everything with one exception.
func script(status int, code string) fault {
	return func(_ string, w http.ResponseWriter, _ *http.Request) bool { return refuse(w, status, code, "") }
}

// The quota counts by account and region, whoever asks.
func TestDestinationPacesPutImage(t *testing.T) {
	client := New(Options{PutImageRate: 2})
	name := parse(t, here)
	for range 2 {
		if err := client.puts.wait(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if limiter := client.puts.limiters[accountRegion{"111122223333", "us-east-1"}]; limiter.Allow() {
		t.Error("a third call at once where the rate is 2 a second")
	}
	for _, image := range []string{there, open, "public.ecr.aws/other/app"} {
		if err := client.puts.wait(t.Context(), parse(t, image)); err != nil {
			t.Error(err)
		}
	}
	if n := len(client.puts.limiters); n != 3 {
		t.Errorf("%d limiters for two registries and ECR Public", n)
	}
	client = New(Options{})
	if err := client.puts.wait(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	limiter := client.puts.limiters[accountRegion{"111122223333", "us-east-1"}]
	if limiter.Limit() != 10 || limiter.Burst() != 8 {
		t.Errorf("%v a second, %d at once, want 10 and 8: those that come early must not be one too many",
			limiter.Limit(), limiter.Burst())
	}
}

func TestDestinationOutlivesThrottling(t *testing.T) {
	w := newWorld(t)
	var calls atomic.Int32
	w.breakBy(func(operation string, rw http.ResponseWriter, _ *http.Request) bool {
		return operation != "GetObject" && calls.Add(1)%2 == 1 && refuse(rw, http.StatusBadRequest,
			"ThrottleException", "")
	})
	layer := randomBytes(2 * mib)
	w.push(here+":v1", layer)
	body, _, err := w.source(here+":v1").Blob(t.Context(), blobInfo(layer))
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, layer) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}
