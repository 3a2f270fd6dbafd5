package ecr

import (
	"context"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/opencontainers/go-digest"
)

// TestRefusals has a line for each answer by which ECR refuses a call.
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.repository("app", "frozen", "empty")
	manifest, imageDigest := w.image("app", "v1", "config", "layer")
	w.image("frozen", "v1", "config", "layer")
	loose := w.layer("app", []byte("in no image"))
	put := func(in awsecr.PutImageInput) func(context.Context, *awsecr.Client) error {
		return func(ctx context.Context, c *awsecr.Client) error {
			in.RepositoryName = cmpOr(in.RepositoryName, "app")
			in.ImageManifest = cmpOr(in.ImageManifest, manifest)
			_, err := c.PutImage(ctx, &in)
			return err
		}
	}
	with := func(old, other string) awsecr.PutImageInput { // the manifest with something else in it
		return awsecr.PutImageInput{ImageManifest: aws.String(strings.Replace(manifest, old, other, 1))}
	}
	settings := awsecr.PutImageTagMutabilityInput{
		RepositoryName: aws.String("frozen"), ImageTagMutability: types.ImageTagMutabilityImmutable,
	}
	awstest.Must[any](t)(w.ecr.PutImageTagMutability(t.Context(), &settings))
	absent := digest.FromString("absent").String()
	long := strings.Repeat("a", 257)

	for _, tt := range []struct {
		name string
		call func(context.Context, *awsecr.Client) error
		code string
		text string // within the message
	}{
		{
			"unknown repository", describe("nope"), "RepositoryNotFoundException",
			"The repository with name 'nope' does not exist in the registry with id '111111111111'",
		},
		{"name with capitals", describe("App"), "InvalidParameterException", "repositoryName"},
		{"name of one character", describe("a"), "InvalidParameterException", "repositoryName"},
		{"name of 257 characters", describe(long), "InvalidParameterException", "repositoryName"},
		{"name with an empty component", describe("a//b"), "InvalidParameterException", "repositoryName"},
		{"registry id of 3 digits", in("123", "app"), "InvalidParameterException", "registryId"},
		{
			"registry of another account", in(other, "app"), "RepositoryNotFoundException",
			"registry with id '222222222222'",
		},

		{
			"repository that exists", create(awsecr.CreateRepositoryInput{RepositoryName: aws.String("app")}),
			"RepositoryAlreadyExistsException", "'app'",
		},
		{
			"unknown mutability",
			create(awsecr.CreateRepositoryInput{RepositoryName: aws.String("new"), ImageTagMutability: "SOLID"}),
			"InvalidParameterException", "imageTagMutability",
		},
		{
			"exclusion without a filter",
			create(awsecr.CreateRepositoryInput{
				RepositoryName: aws.String("new"), ImageTagMutability: immutableWithExclusion,
			}), "InvalidParameterException", "ExclusionFilters",
		},
		{"filter without exclusion", create(filters("x*", immutable)), "InvalidParameterException", "ExclusionFilters"},
		{
			"filter with a bad character", create(filters("x/y", immutableWithExclusion)), "InvalidParameterException",
			"ExclusionFilters",
		},
		{
			"51 resource tags", create(awsecr.CreateRepositoryInput{RepositoryName: aws.String("new"), Tags: make51()}),
			"TooManyTagsException", "50",
		},
		{
			"reserved resource tag",
			create(awsecr.CreateRepositoryInput{
				RepositoryName: aws.String("new"),
				Tags:           []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("y")}},
			}), "InvalidTagParameterException", "aws:x",
		},
		{
			"unknown encryption",
			create(awsecr.CreateRepositoryInput{
				RepositoryName:          aws.String("new"),
				EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: "ROT13"},
			}), "InvalidParameterException", "encryptionType",
		},
		{"deleting what has images", deleteRepository("app"), "RepositoryNotEmptyException", "still contains images"},
		{"deleting what is not there", deleteRepository("nope"), "RepositoryNotFoundException", "'nope'"},

		{
			"config and layer missing",
			put(awsecr.PutImageInput{ImageManifest: aws.String(manifestOf("no config", "no layer"))}),
			"LayersNotFoundException", digest.FromString("no layer").String(),
		},
		{
			"layer in another repository only", put(awsecr.PutImageInput{RepositoryName: aws.String("empty")}),
			"LayersNotFoundException", "required for pushing image into repository with name 'empty'",
		},
		{
			"instance missing",
			put(awsecr.PutImageInput{ImageManifest: aws.String(indexOf(ociIndex, ociManifest, "absent"))}),
			"ReferencedImagesNotFoundException", absent,
		},
		{
			"list's instance missing",
			put(awsecr.PutImageInput{ImageManifest: aws.String(indexOf(dockerList, dockerManifest, "absent"))}),
			"ReferencedImagesNotFoundException", absent,
		},
		{
			"wrong digest", put(awsecr.PutImageInput{ImageDigest: &absent}), "ImageDigestDoesNotMatchException",
			imageDigest.String(),
		},
		{
			"malformed digest", put(awsecr.PutImageInput{ImageDigest: aws.String("sha256")}),
			"InvalidParameterException", "imageDigest",
		},
		{
			"malformed tag", put(awsecr.PutImageInput{ImageTag: aws.String("-v1")}),
			"InvalidParameterException", "imageTag",
		},
		{
			"tag of 129 characters", put(awsecr.PutImageInput{ImageTag: aws.String(strings.Repeat("v", 129))}),
			"InvalidParameterException", "imageTag",
		},
		{
			"same manifest and tag", put(awsecr.PutImageInput{ImageTag: aws.String("v1")}),
			"ImageAlreadyExistsException", "tag 'v1'",
		},
		{
			"same manifest without a tag", put(awsecr.PutImageInput{}), "ImageAlreadyExistsException",
			imageDigest.String(),
		},
		{
			"same manifest and immutable tag",
			put(awsecr.PutImageInput{RepositoryName: aws.String("frozen"), ImageTag: aws.String("v1")}),
			"ImageTagAlreadyExistsException", "'v1'",
		},
		{
			"manifest that is not JSON", put(awsecr.PutImageInput{ImageManifest: aws.String("{")}),
			"InvalidParameterException", "Invalid JSON syntax",
		},
		{
			"manifest over 4 MiB", put(awsecr.PutImageInput{ImageManifest: aws.String(strings.Repeat(" ", 4<<20+1))}),
			"InvalidParameterException", "4194304",
		},
		{
			"manifest and request without a type",
			put(awsecr.PutImageInput{ImageManifest: aws.String(`{"schemaVersion":2,"config":{},"layers":[]}`)}),
			"InvalidParameterException", "Invalid JSON syntax",
		},
		{
			"type with a parameter",
			put(awsecr.PutImageInput{ImageManifestMediaType: aws.String(ociManifest + "; charset=utf-8")}),
			"InvalidParameterException", "imageManifestMediaType",
		},
		{
			"artifact's type with a parameter", put(with(`"schemaVersion"`, `"artifactType": "a/b;v=0.2", "schemaVersion"`)),
			"InvalidParameterException", "Invalid JSON syntax",
		},
		{
			"config's type with a parameter", put(with(`image.config.v1+json`, `image.config.v1+json;v=0.2`)),
			"InvalidParameterException", "Invalid JSON syntax",
		},
		{
			"layer's type with a parameter", put(with(`image.layer.v1.tar+gzip`, `image.layer.v1.tar+gzip;v=0.2`)),
			"InvalidParameterException", "Invalid JSON syntax",
		},
		{
			"type that ECR does not take", put(awsecr.PutImageInput{ImageManifestMediaType: aws.String("text/plain")}),
			"InvalidParameterException", "imageManifestMediaType",
		},
		{
			"type that the manifest denies", put(awsecr.PutImageInput{ImageManifestMediaType: aws.String(dockerManifest)}),
			"InvalidParameterException", "imageManifestMediaType",
		},
		{
			"index that is declared a manifest",
			put(awsecr.PutImageInput{
				ImageManifest:          aws.String(`{"schemaVersion":2,"manifests":[]}`),
				ImageManifestMediaType: aws.String(ociManifest),
			}), "InvalidParameterException", "Invalid JSON syntax",
		},
		{
			"manifest that is declared an index",
			put(awsecr.PutImageInput{
				ImageManifest:          aws.String(`{"schemaVersion":2,"config":{"digest":"` + absent + `"}}`),
				ImageManifestMediaType: aws.String(ociIndex),
			}), "InvalidParameterException", "Invalid JSON syntax",
		},
		{
			"unknown schema version",
			put(awsecr.PutImageInput{
				ImageManifest: aws.String(`{"schemaVersion":3,"mediaType":"` + ociIndex + `","manifests":[]}`),
			}), "InvalidParameterException", "Invalid JSON syntax",
		},

		{"download of a layer that is not there", download(absent), "LayersNotFoundException", absent},
		{"download of a layer of no image", download(loose.String()), "LayerInaccessibleException", loose.String()},
		{"download of no digest", download("latest"), "InvalidParameterException", "layerDigest"},
		{"101 layers to check", check(101), "InvalidParameterException", "layerDigests"},
		{"101 images to get", getImages(101), "InvalidParameterException", "imageIds"},
		{"101 media types to accept", accepting(101), "InvalidParameterException", "acceptedMediaTypes"},
		{"101 images to delete", deleteImages(101), "InvalidParameterException", "imageIds"},
		{
			"one id of two missing", describeIDs(types.ImageIdentifier{ImageTag: aws.String("v1")},
				types.ImageIdentifier{ImageTag: aws.String("v2")}), "ImageNotFoundException",
			"{imageDigest:'null', imageTag:'v2'}",
		},
		{
			"id with tag of another digest",
			describeIDs(types.ImageIdentifier{ImageTag: aws.String("v1"), ImageDigest: &absent}),
			"ImageNotFoundException", absent,
		},
		{
			"id without tag and digest", describeIDs(types.ImageIdentifier{}), "InvalidParameterException",
			"both tag and digest",
		},
		{"ids and a page", describePage, "InvalidParameterException", "maxResults"},
		{"page token that is none", listToken("%"), "InvalidParameterException", "nextToken"},
		{"page of 1001", listMax(1001), "InvalidParameterException", "maxResults"},
		{"page of 0", listMax(0), "InvalidParameterException", "maxResults"},

		{
			"upload that is not there", completeUpload("01234567-0123-0123-0123-0123456789ab", absent),
			"UploadNotFoundException", "01234567-0123-0123-0123-0123456789ab",
		},
		{"upload id that is no UUID", completeUpload("up", absent), "InvalidParameterException", "uploadId"},
		{
			"digests of two layers", completeUpload("01234567-0123-0123-0123-0123456789ab", absent, loose.String()),
			"InvalidParameterException", "layerDigests",
		},
		{
			"no digest of a layer", completeUpload("01234567-0123-0123-0123-0123456789ab"), "InvalidParameterException",
			"layerDigests",
		},
		{"operation that is not known", unknownOperation, "UnknownOperationException", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.call(t.Context(), w.ecr)
			if awstest.Code(err) != tt.code || !strings.Contains(awstest.Message(err), tt.text) {
				t.Errorf("got %v\nwant %s with %q", err, tt.code, tt.text)
			}
		})
	}
	if len(w.pushes) != 2 {
		t.Errorf("refused pushes were reported: %v", w.pushes)
	}
}

func cmpOr(s *string, otherwise string) *string {
	if s == nil {
		return &otherwise
	}
	return s
}
