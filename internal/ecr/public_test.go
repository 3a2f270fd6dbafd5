package ecr

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	publictypes "github.com/aws/aws-sdk-go-v2/service/ecrpublic/types"
	"github.com/google/go-cmp/cmp"

	standin "ecrmirror/localstack/ecr"
)

func TestPublicClientCallsItsEndpoint(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"usually", nil, "api.ecr-public.us-east-1.amazonaws.com"},
		{"dual-stack", map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "ecr-public.us-east-1.api.aws"},
		{
			"elsewhere",
			map[string]string{"AWS_ENDPOINT_URL": "http://localhost:4566", "AWS_USE_FIPS_ENDPOINT": "true"},
			"localhost:4566",
		},
		{
			"elsewhere by service",
			map[string]string{"AWS_ENDPOINT_URL_ECR_PUBLIC": "http://localhost:4567"},
			"localhost:4567",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("eu-west-1"))
			if err != nil {
				t.Fatal(err)
			}
			s := &spy{}
			cfg.HTTPClient = &http.Client{Transport: s}
			cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "")
			client := NewPublicAPI(cfg, func(o *ecrpublic.Options) { o.Retryer = aws.NopRetryer{} })
			if _, err := client.DescribeRegistries(t.Context(),
				&ecrpublic.DescribeRegistriesInput{}); s.host != tt.want {
				t.Errorf("called %q, want %s: %v", s.host, tt.want, err)
			}
		})
	}
}

// The tiny ECR takes calls for ECR Public only with the alias and the name without it.
func TestPublicDestinationUploads(t *testing.T) {
	for _, image := range []string{open, strings.Replace(open, "public.ecr.aws", "ecr-public.aws.com", 1)} {
		w, e := newTiny(t)
		layer := randomBytes(3*tinyPart + 1)
		d := w.destination(image)
		w.put(d, layer)
		if diff := cmp.Diff([]string{"0-999", "1000-1999", "2000-2999", "3000-3000"}, e.seen().spans); diff != "" {
			t.Error(diff)
		}
		w.put(w.destination(image), layer) // is there
		if e.seen().begun != 1 {
			t.Errorf("%d uploads of one layer", e.seen().begun)
		}
		w.checkBudget()
	}
}

func TestPublicDestinationGoesOnWhereECRSaysThatItIs(t *testing.T) {
	w, e := newTiny(t)
	layer := randomBytes(1200)
	var once sync.Once
	w.breakBy(func(operation string, rw http.ResponseWriter, r *http.Request) (broken bool) {
		if operation == "UploadLayerPart" && members(r)["partFirstByte"] == float64(tinyPart) {
			once.Do(func() {
				e.resume("1", layer[:1100:1100])
				broken = refuse(rw, http.StatusBadRequest, "InvalidLayerPartException", `,"lastValidByteReceived":1099`)
			})
		}
		return broken
	})
	w.put(w.destination(open), layer)
	if diff := cmp.Diff([]string{"0-999", "1100-1199"}, e.seen().spans); diff != "" {
		t.Error(diff)
	}
}

func TestPublicDestinationPutsManifests(t *testing.T) {
	content := ociImage(blobInfo([]byte("{}")))
	info := blobInfo(content)
	asked := map[string]any{
		"registryId": "alias", "repositoryName": "team/app", "imageManifest": string(content),
		"imageManifestMediaType": ociManifestType, "imageDigest": info.Digest.String(),
	}
	var got map[string]any
	w := newScript(t, func(_ string, w http.ResponseWriter, r *http.Request) bool {
		got = members(r)
		return answer(w, `{"image":{"imageId":{"imageDigest":%q}}}`, info.Digest)
	})
	if err := w.destination(open+":v1").PutManifest(t.Context(), content, "", info.Digest); err != nil ||
		!cmp.Equal(asked, got) {
		t.Errorf("instance: %v, %s", err, cmp.Diff(asked, got))
	}
	asked["imageTag"] = "v1"
	if err := w.destination(open+":v1").putRoot(t.Context(), content); err != nil || !cmp.Equal(asked, got) {
		t.Errorf("root: %v, %s", err, cmp.Diff(asked, got))
	}
}

func TestPublicDestinationFailures(t *testing.T) {
	content := ociImage(blobInfo([]byte("{}")))
	info := blobInfo(content)
	const explanation = "ECR Public may not take an image without a tag"
	put := func(t *testing.T, instance bool, f fault) error {
		d := newScript(t, f).destination(open + ":v1")
		if instance {
			return d.PutManifest(t.Context(), content, "", info.Digest)
		}
		return d.putRoot(t.Context(), content)
	}
	invalid := script(http.StatusBadRequest, "InvalidParameterException")
	if err := put(t, true, invalid); err == nil || !strings.Contains(err.Error(), explanation) {
		t.Errorf("instance: %v", err)
	}
	if err := put(t, false, invalid); err == nil || strings.Contains(err.Error(), explanation) {
		t.Errorf("root: %v", err)
	}
	if err := put(t, false, script(http.StatusBadRequest, "LayersNotFoundException")); !errors.Is(err,
		ErrLayersNotFound) ||
		!strings.Contains(err.Error(), "ecr-public PutImage public.ecr.aws/alias/team/app: LayersNotFoundException") {
		t.Errorf("layers missing: %v", err)
	}
	if err := put(t, false, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
		return answer(w, `{}`)
	}); err == nil {
		t.Error("empty answer: no error")
	}
	for digest, want := range map[string]error{info.Digest.String(): nil, sha[1:]: ErrImmutableTag} {
		err := put(t, false, func(operation string, w http.ResponseWriter, r *http.Request) bool {
			if operation == "PutImage" {
				return refuse(w, http.StatusBadRequest, "ImageTagAlreadyExistsException", "")
			}
			if m := members(r); m["registryId"] != nil || m["repositoryName"] != "team/app" {
				t.Errorf("%s asked with %v", operation, m)
			}
			return answer(w, `{"imageDetails":[{"imageDigest":%q}]}`, digest)
		})
		if !errors.Is(err, want) {
			t.Errorf("tag exists: got %v, want %v", err, want)
		}
	}
}

func TestPublicDestinationTakesAnIndex(t *testing.T) {
	w := newWorld(t).creating(RepositoryTemplate{
		ResourceTags: []ecrtypes.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
	})
	image := "public.ecr.aws/" + standin.PublicAlias("111122223333") + "/team/app:v1"
	d := w.destination(image)
	child := ociImage(w.put(d, []byte("{}")), w.put(d, randomBytes(6*mib)))
	info := blobInfo(child)
	index := fmt.Appendf(nil, `{"schemaVersion":2,"manifests":[{"mediaType":%q,"digest":%q,"size":%d}]}`,
		ociManifestType, info.Digest, info.Size)
	if err := d.putRoot(t.Context(), index); !errors.Is(err, ErrReferencedImagesNotFound) {
		t.Errorf("index before its instance: %v", err)
	}
	for range 2 { // again is no error
		if err := d.PutManifest(t.Context(), child, "", info.Digest); err != nil {
			t.Fatal(err)
		}
		if err := d.putRoot(t.Context(), index); err != nil {
			t.Fatal(err)
		}
	}
	out, err := w.client.opts.Public.DescribeImages(t.Context(), &ecrpublic.DescribeImagesInput{
		RepositoryName: aws.String("team/app"), ImageIds: []publictypes.ImageIdentifier{{ImageTag: aws.String("v1")}},
	})
	if err != nil || len(out.ImageDetails) != 1 || *out.ImageDetails[0].ImageDigest != blobInfo(index).Digest.String() {
		t.Errorf("the tag has %v, %v", out, err)
	}
	foreign := strings.Replace(image, "p1", "p2", 1)
	if err := w.available(foreign); err == nil || !strings.Contains(err.Error(), "RegistryNotFoundException") {
		t.Errorf("another's registry: %v", err)
	}
}

func TestPublicDestinationKeepsMetadata(t *testing.T) {
	w := newScript(t, func(_ string, w http.ResponseWriter, _ *http.Request) bool {
		return refuse(w, http.StatusBadRequest, "InvalidLayerPartException", `,"lastValidByteReceived":5`)
	})
	_, err := newUpload(w.destination(open).Destination, Blob{Size: 3}).sendOnce(t.Context(), 0,
		pieces{[]byte("abc")}, nil)
	if err == nil || !strings.Contains(err.Error(), "request id a-request-id") || !strings.Contains(err.Error(),
		"ECR has 6 bytes") {
		t.Errorf("got %v", err)
	}
	if got := bytes.Count([]byte(err.Error()), []byte("InvalidLayerPartException")); got != 1 {
		t.Errorf("the code comes %d times in %v", got, err)
	}
}

// ECR Public's API has no operations to read with.
func TestPublicRepositoriesAreForWriting(t *testing.T) {
	w := newScript(t, func(operation string, w http.ResponseWriter, _ *http.Request) bool {
		t.Errorf("%s was called", operation)
		return answer(w, `{}`)
	})
	name := parse(t, open)
	_, readErr := w.client.Repository(name)
	_, digestErr := w.client.Digest(t.Context(), name)
	_, digestsErr := w.client.Digests(t.Context(), name, []string{"v1"})
	for i, err := range []error{readErr, digestErr, digestsErr} {
		if err == nil || !strings.Contains(err.Error(), "only writes to ECR Public") {
			t.Errorf("%d: %v", i, err)
		}
	}
	w.client.opts.Public = nil
	if _, err := w.client.Destination(name); err == nil || !strings.Contains(err.Error(), "Options.Public is missing") {
		t.Errorf("without a client: %v", err)
	}
}
