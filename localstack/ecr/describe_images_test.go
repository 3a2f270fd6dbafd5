package ecr

import (
	"slices"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

func TestDescribeImagesTellsAboutAnImage(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	child, d := w.image("app", "b", "config", "layer")
	if err := w.put("app", child, ociManifest, "a"); err != nil {
		t.Fatal(err)
	}
	pushed := w.clock()
	describe := func(id types.ImageIdentifier) types.ImageDetail {
		out := awstest.Must[*awsecr.DescribeImagesOutput](t)(w.ecr.DescribeImages(t.Context(),
			&awsecr.DescribeImagesInput{
				RepositoryName: aws.String("app"), ImageIds: []types.ImageIdentifier{id, id},
			}))
		if len(out.ImageDetails) != 1 {
			t.Fatalf("%d details of one image", len(out.ImageDetails))
		}
		return out.ImageDetails[0]
	}
	got := describe(byTag("a"))
	if !got.ImagePushedAt.Equal(pushed) || got.LastRecordedPullTime != nil {
		t.Errorf("pushed at %v, pulled at %v", got.ImagePushedAt, got.LastRecordedPullTime)
	}
	if *got.ImageDigest != d.String() || *got.ImageSizeInBytes != 11 || got.ImageStatus != types.ImageStatusActive {
		t.Errorf("%s of %d bytes is %s", *got.ImageDigest, *got.ImageSizeInBytes, got.ImageStatus)
	}
	if diff := cmp.Diff([]string{"a", "b"}, got.ImageTags); diff != "" {
		t.Error(diff)
	}
	if *got.ArtifactMediaType != "application/vnd.oci.image.config.v1+json" {
		t.Error(*got.ArtifactMediaType)
	}
	w.get("app", nil, byTag("a"))
	if got := describe(byDigest(d)); got.LastRecordedPullTime == nil {
		t.Error("the pull is not recorded")
	}
	if err := w.put("app", indexOf(ociIndex, ociManifest, child), ociIndex, "index"); err != nil {
		t.Fatal(err)
	}
	if got := *describe(byTag("index")).ImageSizeInBytes; got != 11 {
		t.Errorf("the index has %d bytes, want those of its largest instance", got)
	}
}

func TestListsComeInPages(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "b1", "b2")
	w.layerOnce("app", "x")
	var tagged, untagged []string
	for i := range 7 {
		manifest, tag := manifestOf("x", slices.Repeat([]string{"x"}, i)...), ""
		if d := digest.FromString(manifest).String(); i%2 == 0 {
			tag = "t" + string(rune('0'+i))
			tagged = append(tagged, d)
		} else {
			untagged = append(untagged, d)
		}
		if err := w.put("app", manifest, ociManifest, tag); err != nil {
			t.Fatal(err)
		}
	}
	all := append(slices.Clone(tagged), untagged...)
	for _, tt := range []struct {
		name   string
		filter types.TagStatus
		want   []string
	}{
		{"all", types.TagStatusAny, all},
		{"tagged", types.TagStatusTagged, tagged},
		{"untagged", types.TagStatusUntagged, untagged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			slices.Sort(tt.want)
			var described, listed []string
			for p := awsecr.NewDescribeImagesPaginator(w.ecr, &awsecr.DescribeImagesInput{
				RepositoryName: aws.String("app"), MaxResults: aws.Int32(2),
				Filter: &types.DescribeImagesFilter{TagStatus: tt.filter},
			}); p.HasMorePages(); {
				page := awstest.Must[*awsecr.DescribeImagesOutput](t)(p.NextPage(t.Context()))
				for _, d := range page.ImageDetails {
					described = append(described, *d.ImageDigest)
				}
			}
			for p := awsecr.NewListImagesPaginator(w.ecr, &awsecr.ListImagesInput{
				RepositoryName: aws.String("app"), MaxResults: aws.Int32(1),
				Filter: &types.ListImagesFilter{TagStatus: tt.filter},
			}); p.HasMorePages(); {
				page := awstest.Must[*awsecr.ListImagesOutput](t)(p.NextPage(t.Context()))
				listed = append(listed, *page.ImageIds[0].ImageDigest)
			}
			if diff := cmp.Diff(tt.want, described); diff != "" {
				t.Errorf("DescribeImages: %s", diff)
			}
			if diff := cmp.Diff(tt.want, listed); diff != "" {
				t.Errorf("ListImages: %s", diff)
			}
		})
	}
}
