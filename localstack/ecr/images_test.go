package ecr

import (
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

func (w *world) get(repo string, accepted []string, ids ...types.ImageIdentifier) *awsecr.BatchGetImageOutput {
	w.t.Helper()
	return awstest.Must[*awsecr.BatchGetImageOutput](w.t)(w.ecr.BatchGetImage(w.t.Context(), &awsecr.BatchGetImageInput{
		RepositoryName: &repo, ImageIds: ids, AcceptedMediaTypes: accepted,
	}))
}

func byTag(tag string) types.ImageIdentifier { return types.ImageIdentifier{ImageTag: &tag} }

func byDigest(d digest.Digest) types.ImageIdentifier {
	return types.ImageIdentifier{ImageDigest: aws.String(d.String())}
}

// Every type of manifest comes back byte for byte, under the digest of those bytes
// or, if it is signed, of its payload.
func TestManifestsComeBackAsTheyWere(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	oci, _ := w.image("app", "", "config", "layer")
	docker := encode(object{
		"schemaVersion": 2, "mediaType": dockerManifest,
		"config": blobOf("application/vnd.docker.container.image.v1+json", "config"),
		"layers": []object{
			blobOf("application/vnd.docker.image.rootfs.diff.tar.gzip", "layer"),
			{
				"mediaType": foreignLayers[0], "digest": digest.FromString("elsewhere"), "size": 9,
				"urls": []string{"https://example.com/layer"},
			},
		},
	})
	untyped := encode(object{
		"schemaVersion": 2, "config": blobOf("application/vnd.oci.image.config.v1+json", "config"),
		"layers": []object{},
	})
	signed, signedDigest := signedManifest("layer")
	for _, tt := range []struct {
		name, manifest, declared, stored string
		digest                           digest.Digest // "" is that of the bytes
	}{
		{"docker", docker, dockerManifest, dockerManifest, ""},
		{"docker undeclared", docker + " ", "", dockerManifest, ""},
		{"OCI undeclared", oci + " ", "", ociManifest, ""},
		{"OCI that has no mediaType", untyped, ociManifest, ociManifest, ""},
		{"zstd layer", strings.Replace(oci, "tar+gzip", "tar+zstd", 1), ociManifest, ociManifest, ""},
		{"artifact of any type", strings.Replace(oci, "tar+gzip", "wasm", 1) + " ", ociManifest, ociManifest, ""},
		{"index", indexOf(ociIndex, ociManifest, oci), ociIndex, ociIndex, ""},
		{"list", indexOf(dockerList, dockerManifest, docker), dockerList, dockerList, ""},
		{"index of an index", indexOf(ociIndex, ociIndex, indexOf(ociIndex, ociManifest, oci)), ociIndex, ociIndex, ""},
		{
			"schema 1", encode(object{"schemaVersion": 1, "fsLayers": []object{{"blobSum": digest.FromString("layer")}}}),
			"", dockerV1, "",
		},
		{"signed schema 1", signed, "", dockerV1Signed, signedDigest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.digest
			if want == "" {
				want = digest.FromString(tt.manifest)
			}
			if err := w.put("app", tt.manifest, tt.declared, "tag"); err != nil {
				t.Fatal(err)
			}
			for _, id := range []types.ImageIdentifier{byTag("tag"), byDigest(want)} {
				out := w.get("app", nil, id)
				if len(out.Images) != 1 {
					t.Fatalf("%v", out.Failures)
				}
				img := out.Images[0]
				if *img.ImageManifest != tt.manifest || *img.ImageManifestMediaType != tt.stored ||
					*img.ImageId.ImageDigest != want.String() {
					t.Errorf("got %s %s\n%s", *img.ImageManifestMediaType, *img.ImageId.ImageDigest, *img.ImageManifest)
				}
			}
		})
	}
}

func TestBatchGetImageFailsImageByImage(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	_, d := w.image("app", "v1", "config")
	absent := digest.FromString("absent")
	for _, tt := range []struct {
		name     string
		id       types.ImageIdentifier
		accepted []string
		want     types.ImageFailureCode // "" if the image is served
	}{
		{"neither", types.ImageIdentifier{}, nil, "MissingDigestAndTag"},
		{"malformed digest", byDigest("latest"), nil, "InvalidImageDigest"},
		{"malformed tag", byTag("-"), nil, "InvalidImageTag"},
		{"unknown digest", byDigest(absent), nil, "ImageNotFound"},
		{"unknown tag", byTag("v2"), nil, "ImageNotFound"},
		{"tag of another digest", types.ImageIdentifier{
			ImageTag:    aws.String("v1"),
			ImageDigest: aws.String(absent.String()),
		}, nil, "ImageTagDoesNotMatchDigest"},
		{
			"tag and its digest",
			types.ImageIdentifier{ImageTag: aws.String("v1"), ImageDigest: aws.String(d.String())},
			nil, "",
		},
		{"by tag, type accepted", byTag("v1"), []string{dockerManifest, ociManifest}, ""},
		{"by tag, type not accepted", byTag("v1"), []string{dockerManifest}, "ImageNotFound"},
		{"by digest, type not accepted", byDigest(d), []string{dockerManifest}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := w.get("app", tt.accepted, tt.id, byDigest(d))
			var got types.ImageFailureCode
			for _, f := range out.Failures {
				got = f.FailureCode
			}
			if got != tt.want || len(out.Images)+len(out.Failures) != 2 {
				t.Errorf("got %q and %d images, want %q", got, len(out.Images), tt.want)
			}
		})
	}
}

func TestTagsMoveWhereTheyMay(t *testing.T) {
	for _, tt := range []struct {
		name    string
		setting types.ImageTagMutability
		filter  string
		tag     string
		want    string
	}{
		{"mutable", mutable, "", "v1", ""},
		{"immutable", immutable, "", "v1", "ImageTagAlreadyExistsException"},
		{"immutable, excluded", immutableWithExclusion, "latest*", "latest-1", ""},
		{"immutable, not excluded", immutableWithExclusion, "latest*", "v1", "ImageTagAlreadyExistsException"},
		{"mutable, excluded", mutableWithExclusion, "v*", "v1", "ImageTagAlreadyExistsException"},
		{"mutable, not excluded", mutableWithExclusion, "v*", "latest", ""},
		{"dot is a dot", immutableWithExclusion, "1.0", "1-0", "ImageTagAlreadyExistsException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			input := filters(tt.filter, tt.setting)
			if tt.filter == "" {
				input.ImageTagMutabilityExclusionFilters = nil
			}
			awstest.Must[any](t)(w.ecr.CreateRepository(t.Context(), &input))
			_, first := w.image("new", tt.tag, "config")
			second := manifestOf("config", "config")
			err := w.put("new", second, ociManifest, tt.tag)
			if awstest.Code(err) != tt.want {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			want := digest.FromString(second)
			if err != nil {
				want = first
			}
			if got := *w.get("new", nil, byTag(tt.tag)).Images[0].ImageId.ImageDigest; got != want.String() {
				t.Errorf("the tag points to %s, want %s", got, want)
			}
		})
	}
}

func TestPushesAreReported(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	child, childDigest := w.image("app", "", "config")
	index := indexOf(ociIndex, ociManifest, child)
	if err := w.put("app", index, ociIndex, "v1"); err != nil {
		t.Fatal(err)
	}
	if err := w.put("app", index, ociIndex, "v1"); awstest.Code(err) != "ImageAlreadyExistsException" {
		t.Fatal(err)
	}
	want := []Push{
		{home, region, "app", "", childDigest, ociManifest},
		{home, region, "app", "v1", digest.FromString(index), ociIndex},
	}
	if diff := cmp.Diff(want, w.pushes); diff != "" {
		t.Error(diff)
	}
}

func TestImageQuotas(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	manifest, _ := w.image("app", "v1", "config")
	if got := w.limits; got.tags != 1000 || got.images != 100_000 || got.repositories != 100_000 {
		t.Errorf("up to %d tags, %d images, %d repositories", got.tags, got.images, got.repositories)
	}
	w.limits.tags, w.limits.images = 1, 1
	if err := w.put("app", manifest, ociManifest, "v2"); awstest.Code(err) != "LimitExceededException" {
		t.Errorf("tags: %v", err)
	}
	if err := w.put("app", manifestOf("config", "config"), ociManifest,
		"v2"); awstest.Code(err) != "LimitExceededException" {
		t.Errorf("images: %v", err)
	}
	w.limits.repositories = 1
	if err := create(awsecr.CreateRepositoryInput{RepositoryName: aws.String("more")})(t.Context(),
		w.ecr); awstest.Code(err) != "LimitExceededException" {
		t.Errorf("repositories: %v", err)
	}
}

func TestBatchDeleteImage(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	child, childDigest := w.image("app", "", "config")
	index := indexOf(ociIndex, ociManifest, child)
	indexDigest := digest.FromString(index)
	for _, tag := range []string{"v1", "v2"} {
		if err := w.put("app", index, ociIndex, tag); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name    string
		id      types.ImageIdentifier
		deleted []string
		failure types.ImageFailureCode
	}{
		{"child of an index", byDigest(childDigest), nil, "ImageReferencedByManifestList"},
		{"one of two tags", byTag("v1"), []string{"v1"}, ""},
		{"the tag again", byTag("v1"), nil, "ImageNotFound"},
		{"the last tag", byTag("v2"), []string{"v2"}, ""},
		{"the index, gone with its tag", byDigest(indexDigest), nil, "ImageNotFound"},
		{"child of no index", byDigest(childDigest), []string{""}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := awstest.Must[*awsecr.BatchDeleteImageOutput](t)(w.ecr.BatchDeleteImage(t.Context(),
				&awsecr.BatchDeleteImageInput{
					RepositoryName: aws.String("app"), ImageIds: []types.ImageIdentifier{tt.id},
				}))
			var deleted []string
			for _, id := range out.ImageIds {
				deleted = append(deleted, aws.ToString(id.ImageTag))
			}
			var failure types.ImageFailureCode
			for _, f := range out.Failures {
				failure = f.FailureCode
			}
			if diff := cmp.Diff(tt.deleted, deleted); diff != "" || failure != tt.failure {
				t.Errorf("failure %q; %s", failure, diff)
			}
		})
	}
	if err := download(digest.FromString("config").String())(t.Context(),
		w.ecr); awstest.Code(err) != "LayerInaccessibleException" {
		t.Errorf("layer of a deleted image: %v", err)
	}
}

func TestBatchCheckLayerAvailability(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "elsewhere")
	w.image("app", "", "config", "layer")
	loose, absent := w.layer("app", []byte("loose")), w.layer("elsewhere", []byte("absent"))
	out := awstest.Must[*awsecr.BatchCheckLayerAvailabilityOutput](t)(w.ecr.BatchCheckLayerAvailability(t.Context(),
		&awsecr.BatchCheckLayerAvailabilityInput{
			RepositoryName: aws.String("app"),
			LayerDigests: []string{
				digest.FromString("layer").String(), loose.String(), absent.String(), "", "latest",
			},
		}))
	var got []string
	for _, l := range out.Layers {
		got = append(got, string(l.LayerAvailability)+" "+aws.ToString(l.MediaType))
	}
	for _, f := range out.Failures {
		got = append(got, string(f.FailureCode))
	}
	want := []string{
		"AVAILABLE application/vnd.oci.image.layer.v1.tar+gzip", "AVAILABLE ", "UNAVAILABLE ", "MissingLayerDigest",
		"InvalidLayerDigest",
	}
	if diff := cmp.Diff(want, got); diff != "" || *out.Layers[0].LayerSize != 5 {
		t.Errorf("size %d; %s", *out.Layers[0].LayerSize, diff)
	}
}

func ids(tags ...string) []types.ImageIdentifier {
	var ids []types.ImageIdentifier
	for _, tag := range tags {
		ids = append(ids, byTag(tag))
	}
	return ids
}
