package ecr

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

// class moves an image, by tag or digest, and returns its status.
func (w *world) class(repo, reference string, to types.TargetStorageClass) (types.ImageStatus, error) {
	id := types.ImageIdentifier{ImageTag: &reference}
	if strings.HasPrefix(reference, "sha256:") {
		id = types.ImageIdentifier{ImageDigest: &reference}
	}
	out, err := w.ecr.UpdateImageStorageClass(w.t.Context(), &awsecr.UpdateImageStorageClassInput{
		RepositoryName: &repo, ImageId: &id, TargetStorageClass: to,
	})
	if err != nil {
		return "", err
	}
	return out.ImageStatus, nil
}

func (w *world) archive(repo, reference string) {
	w.t.Helper()
	if got, err := w.class(repo, reference, types.TargetStorageClassArchive); got != types.ImageStatusArchived ||
		err != nil {
		w.t.Fatalf("archiving %s: %s, %v", reference, got, err)
	}
}

// described returns the description of an image.
func (w *world) described(repo string, d digest.Digest) types.ImageDetail {
	w.t.Helper()
	out := awstest.Must[*awsecr.DescribeImagesOutput](w.t)(w.ecr.DescribeImages(w.t.Context(),
		&awsecr.DescribeImagesInput{
			RepositoryName: &repo, ImageIds: []types.ImageIdentifier{{ImageDigest: aws.String(d.String())}},
		}))
	return out.ImageDetails[0]
}

// availability returns that of a layer with the given content.
func (w *world) availability(repo, content string) types.LayerAvailability {
	w.t.Helper()
	out := awstest.Must[*awsecr.BatchCheckLayerAvailabilityOutput](w.t)(w.ecr.BatchCheckLayerAvailability(w.t.Context(),
		&awsecr.BatchCheckLayerAvailabilityInput{
			RepositoryName: &repo, LayerDigests: []string{digest.FromString(content).String()},
		}))
	return out.Layers[0].LayerAvailability
}

// pull returns the failure of getting an image by its digest; "" if there is none.
func (w *world) pull(repo string, d digest.Digest) types.ImageFailureCode {
	w.t.Helper()
	out := awstest.Must[*awsecr.BatchGetImageOutput](w.t)(w.ecr.BatchGetImage(w.t.Context(), &awsecr.BatchGetImageInput{
		RepositoryName: &repo, ImageIds: []types.ImageIdentifier{{ImageDigest: aws.String(d.String())}},
	}))
	if len(out.Failures) > 0 {
		return out.Failures[0].FailureCode
	}
	return ""
}

func TestImagesGoToTheArchiveAndBack(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	_, d := w.image("app", "1", "config", "layer")
	status := func() types.ImageStatus { return w.described("app", d).ImageStatus }
	if got := status(); got != types.ImageStatusActive {
		t.Errorf("pushed: %s", got)
	}
	w.archive("app", "1")
	if got := w.described("app", d); got.ImageStatus != types.ImageStatusArchived ||
		!aws.ToTime(got.LastArchivedAt).Equal(w.clock()) || got.LastActivatedAt != nil {
		t.Errorf("archived: %+v", got)
	}
	if got, err := w.class("app", d.String(), types.TargetStorageClassStandard); got != types.ImageStatusActivating ||
		err != nil {
		t.Errorf("restoring: %s, %v", got, err)
	}
	w.pass(restoreTime - time.Second)
	if got := status(); got != types.ImageStatusActivating {
		t.Errorf("before 20 minutes: %s", got)
	}
	if got := w.pull("app", d); got != types.ImageFailureCodeImageInaccessible {
		t.Errorf("pull of what is activating: %q", got)
	}
	w.pass(time.Second)
	if got := w.described("app", d); got.ImageStatus != types.ImageStatusActive ||
		!aws.ToTime(got.LastActivatedAt).Equal(w.clock()) {
		t.Errorf("restored: %+v", got)
	}
	if got := w.pull("app", d); got != "" {
		t.Errorf("pull of what is restored: %q", got)
	}
}

func TestStorageClassUpdatesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	child, childDigest := w.image("app", "", "config")
	if err := w.put("app", indexOf(ociIndex, ociManifest, child), ociIndex, "index"); err != nil {
		t.Fatal(err)
	}
	w.image("app", "active", "config", "layer")
	w.image("app", "archived", "config", "layer", "layer")
	w.archive("app", "archived")
	for _, tt := range []struct {
		name, reference string
		to              types.TargetStorageClass
		want            string
	}{
		{
			"restoring what is active", "active", types.TargetStorageClassStandard,
			"ImageStorageClassUpdateNotSupportedException",
		},
		{
			"archiving what is archived", "archived", types.TargetStorageClassArchive,
			"ImageStorageClassUpdateNotSupportedException",
		},
		{
			"an image of an index", childDigest.String(), types.TargetStorageClassArchive,
			"ImageStorageClassUpdateNotSupportedException",
		},
		{"an image that is not there", "nope", types.TargetStorageClassArchive, "ImageNotFoundException"},
		{"another class", "active", "GLACIER", "InvalidParameterException"},
	} {
		if _, err := w.class("app", tt.reference, tt.to); awstest.Code(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestArchivedImagesAreListedWhereTheyAreAskedFor(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	_, gone := w.image("app", "1", "config", "layer")
	_, here := w.image("app", "2", "config")
	w.archive("app", "1")
	sorted := func(digests ...digest.Digest) []string {
		list := []string{}
		for _, d := range digests {
			list = append(list, d.String())
		}
		slices.Sort(list)
		return list
	}
	for filter, want := range map[types.ImageStatusFilter][]string{
		"":                                sorted(here),
		types.ImageStatusFilterActive:     sorted(here),
		types.ImageStatusFilterArchived:   sorted(gone),
		types.ImageStatusFilterActivating: sorted(),
		types.ImageStatusFilter("ANY"):    sorted(gone, here),
	} {
		described := awstest.Must[*awsecr.DescribeImagesOutput](t)(w.ecr.DescribeImages(t.Context(),
			&awsecr.DescribeImagesInput{
				RepositoryName: aws.String("app"), Filter: &types.DescribeImagesFilter{ImageStatus: filter},
			}))
		listed := awstest.Must[*awsecr.ListImagesOutput](t)(w.ecr.ListImages(t.Context(), &awsecr.ListImagesInput{
			RepositoryName: aws.String("app"), Filter: &types.ListImagesFilter{ImageStatus: filter},
		}))
		var a, b []digest.Digest
		for _, d := range described.ImageDetails {
			a = append(a, digest.Digest(*d.ImageDigest))
		}
		for _, id := range listed.ImageIds {
			b = append(b, digest.Digest(*id.ImageDigest))
		}
		if d := cmp.Diff([][]string{want, want}, [][]string{sorted(a...), sorted(b...)}); d != "" {
			t.Errorf("filter %q (-want +described, listed)\n%s", filter, d)
		}
	}
	byTag := awstest.Must[*awsecr.DescribeImagesOutput](t)(w.ecr.DescribeImages(t.Context(),
		&awsecr.DescribeImagesInput{
			RepositoryName: aws.String("app"), ImageIds: []types.ImageIdentifier{
				{ImageTag: aws.String("1")}, {ImageTag: aws.String("2")},
			},
		}))
	if len(byTag.ImageDetails) != 2 || byTag.ImageDetails[0].ImageStatus != types.ImageStatusArchived {
		t.Errorf("by tag: %+v", byTag.ImageDetails)
	}
}

func TestArchivedImagesCannotBePulled(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	_, d := w.image("app", "1", "config", "layer")
	path := "/v2/" + home + "/" + region + "/app/"
	paths := []string{
		path + "manifests/1", path + "manifests/" + d.String(), path + "blobs/" + digest.FromString("layer").String(),
	}
	check := func(want int, failure types.ImageFailureCode) {
		t.Helper()
		for _, path := range paths {
			for _, method := range []string{http.MethodHead, http.MethodGet} {
				if got, _ := w.v2(method, path, ociManifest, ""); got != want && !strings.Contains(path, "blobs") {
					t.Errorf("%s %s: %d, want %d", method, path, got, want)
				}
			}
		}
		if got := w.pull("app", d); got != failure {
			t.Errorf("BatchGetImage: %q, want %q", got, failure)
		}
	}
	check(http.StatusOK, "")
	w.archive("app", "1")
	check(http.StatusNotFound, types.ImageFailureCodeImageInaccessible)
	if got, _ := w.v2(http.MethodHead, paths[2], "", ""); got != http.StatusNotFound {
		t.Errorf("HEAD of a layer: %d", got)
	}
}

func TestLayersOfArchivedImages(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	w.image("app", "1", "config", "own", "shared")
	w.image("app", "2", "other config", "shared")
	w.archive("app", "1")
	for layer, want := range map[string]types.LayerAvailability{
		"own": types.LayerAvailabilityArchived, "config": types.LayerAvailabilityArchived,
		"shared": types.LayerAvailabilityAvailable, "nope": types.LayerAvailabilityUnavailable,
	} {
		if got := w.availability("app", layer); got != want {
			t.Errorf("%s: %s, want %s", layer, got, want)
		}
	}
	for layer, want := range map[string]string{"own": "LayerInaccessibleException", "shared": ""} {
		_, err := w.ecr.GetDownloadUrlForLayer(t.Context(), &awsecr.GetDownloadUrlForLayerInput{
			RepositoryName: aws.String("app"), LayerDigest: aws.String(digest.FromString(layer).String()),
		})
		if awstest.Code(err) != want {
			t.Errorf("URL of %s: %v, want %q", layer, err, want)
		}
	}
}

func TestImagesOfAnIndexGoWithIt(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	a, own := w.image("app", "", "config", "a")
	b, shared := w.image("app", "", "config", "b")
	index := indexOf(ociIndex, ociManifest, a, b)
	for tag, index := range map[string]string{"1": index, "2": indexOf(ociIndex, ociManifest, b)} {
		if err := w.put("app", index, ociIndex, tag); err != nil {
			t.Fatal(err)
		}
	}
	w.archive("app", "1")
	for d, want := range map[digest.Digest]types.ImageStatus{
		digest.FromString(index): types.ImageStatusArchived, own: types.ImageStatusArchived,
		shared: types.ImageStatusActive,
	} {
		if got := w.described("app", d).ImageStatus; got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
	if err := w.put("app", index, ociIndex, "1"); awstest.Code(err) != "ReferencedImagesNotFoundException" {
		t.Errorf("index alone: %v", err)
	}
	w.layer("app", []byte("a"))
	if err := w.put("app", a, ociManifest, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.put("app", index, ociIndex, "1"); err != nil {
		t.Fatal(err)
	}
	if got := w.pull("app", digest.FromString(index)); got != "" {
		t.Errorf("pull of the index: %q", got)
	}
}

func TestArchivedImagesCanBeDeleted(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	w.image("app", "1", "config", "layer")
	w.archive("app", "1")
	out := awstest.Must[*awsecr.BatchDeleteImageOutput](t)(w.ecr.BatchDeleteImage(t.Context(),
		&awsecr.BatchDeleteImageInput{
			RepositoryName: aws.String("app"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("1")}},
		}))
	if len(out.ImageIds) != 1 || len(out.Failures) != 0 {
		t.Errorf("%+v", out)
	}
	w.image("app", "1", "config", "layer") // as a new one
}
