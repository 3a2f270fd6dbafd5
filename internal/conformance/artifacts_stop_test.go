package conformance

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/testkit/artifactclients"
	"ecrmirror/testkit/artifactcorpus"
)

// An artifactStop is a repository that images with artifacts come to.
type artifactStop struct {
	name    string
	image   string // HOST/NAME, as the mirror program has it
	face    string // HOST/NAME, by which clients of registries reach it
	clients *artifactclients.Clients
	login   authn.Authenticator
	reader  *v2Reader
	ecr     *sdkReader // nil where it is not in ECR
}

// artifactsInECR makes a repository in localstack's ECR, and returns it as a stop.
func (p *place) artifactsInECR(t *testing.T, name, repository string, clients *artifactclients.Clients) artifactStop {
	t.Helper()
	image := parse(t, repository)
	if err := p.create(t.Context(), image, types.ImageTagMutabilityMutable); err != nil {
		t.Fatal(err)
	}
	login := p.login(t, image)
	config, err := login.Authorization()
	if err != nil {
		t.Fatal(err)
	}
	face := p.local.host() + "/" + image.ECR.Account + "/" + image.ECR.Region + "/" + image.Repository
	return artifactStop{
		name: name, image: repository, face: face, login: login,
		clients: clients.WithLogin(t, p.local.host(), config.Auth),
		reader:  newV2Reader(t, face+":any", login), ecr: &sdkReader{p.client(image), image},
	}
}

// check compares an image and what belongs to it with the source, and has the clients look at it.
func (s artifactStop) check(t *testing.T, source artifactStop, image artifactcorpus.Image) {
	t.Helper()
	tag, err := s.reader.puller.Head(t.Context(), s.reader.image.Context().Tag(image.Tag))
	if err != nil || tag.Digest.String() != image.Root.String() {
		t.Fatalf("the tag: %v, %v, want %s", tag, err, image.Root)
	}
	all := slices.Clone(image.Manifests)
	for _, a := range image.Artifacts {
		all = append(all, a.Digest)
	}
	for _, d := range all {
		s.sameManifest(t, source, d)
	}
	s.lists(t, image)
	for _, c := range image.Checks {
		if err := c.Run(t.Context(), s.clients, s.face); err != nil {
			t.Error(err)
		}
	}
}

// sameManifest compares a manifest, and reads its blobs.
func (s artifactStop) sameManifest(t *testing.T, source artifactStop, d digest.Digest) {
	t.Helper()
	want, wantType, err := source.reader.manifest(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	got, mediaType, err := s.reader.manifest(t.Context(), d)
	if err != nil || string(got) != string(want) || mediaType != wantType {
		t.Errorf("manifest %s: %q of type %s, %v, want %q of type %s", d, got, mediaType, err, want, wantType)
		return
	}
	for _, blob := range blobsOf(t, want) {
		if err := s.readBlob(t.Context(), blob); err != nil {
			t.Errorf("blob %s of manifest %s: %v", blob, d, err)
		}
	}
}

// lists holds what clients list to what there was at the source.
func (s artifactStop) lists(t *testing.T, image artifactcorpus.Image) {
	t.Helper()
	repository := s.reader.image.Context()
	got, err := artifactcorpus.List(t.Context(), repository, image.Manifests, remote.WithAuth(s.login))
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(sorted(image.Artifacts), sorted(got)); diff != "" {
		t.Errorf("artifacts in the registry (-want +got)\n%s", diff)
	}
	if s.ecr == nil {
		return
	}
	subjects := slices.Clone(image.Manifests)
	var want, listed []artifactcorpus.Artifact
	for _, a := range image.Artifacts {
		subjects = append(subjects, a.Digest)
		if a.Tag == "" {
			want = append(want, a)
		}
	}
	for _, subject := range subjects {
		for _, d := range s.ecr.referrers(t, subject) {
			listed = append(listed, artifactcorpus.Artifact{Subject: subject, Digest: d})
		}
	}
	if diff := gocmp.Diff(sorted(want), sorted(listed)); diff != "" {
		t.Errorf("referrers in ECR (-want +got)\n%s", diff)
	}
	fallback := repository.Tag("sha256-" + image.Root.Encoded())
	if _, err := remote.Head(fallback, remote.WithAuth(s.login), remote.WithContext(t.Context())); err == nil {
		t.Errorf("%s: ECR has the referrers API, and needs no list under a tag", fallback)
	}
}

// sorted returns artifacts in an order of their own.
func sorted(list []artifactcorpus.Artifact) []artifactcorpus.Artifact {
	return slices.SortedFunc(slices.Values(list), func(a, b artifactcorpus.Artifact) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Tag, b.Tag))
	})
}

// referrers returns those of a manifest, by the AWS SDK.
func (r *sdkReader) referrers(t *testing.T, subject digest.Digest) (list []digest.Digest) {
	t.Helper()
	in := &ecr.ListImageReferrersInput{
		RegistryId: &r.name.ECR.Account, RepositoryName: &r.name.Repository,
		SubjectId: &types.SubjectIdentifier{ImageDigest: aws.String(subject.String())},
	}
	for {
		page, err := r.client.ListImageReferrers(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, referrer := range page.Referrers {
			list = append(list, digest.Digest(aws.ToString(referrer.Digest)))
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return list
		}
	}
}

// blobsOf returns the digests of a manifest's config and layers; none of an index.
func blobsOf(t *testing.T, manifest []byte) (list []digest.Digest) {
	t.Helper()
	var m v1.Manifest
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	if m.Config.Digest != "" {
		list = append(list, m.Config.Digest)
	}
	for _, layer := range m.Layers {
		list = append(list, layer.Digest)
	}
	return list
}

// readBlob reads a blob to its end: go-containerregistry holds it against its digest.
func (s artifactStop) readBlob(ctx context.Context, d digest.Digest) error {
	content, err := s.reader.blob(ctx, d)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, content)
	return errors.Join(err, content.Close())
}
