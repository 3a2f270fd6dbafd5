package conformance

import (
	"context"
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"

	"ecrmirror/internal/imagename"
	"ecrmirror/testkit/corpus"
)

// repositoryVariable names the repositories of real ECR to run against.
const repositoryVariable = "ECRMIRROR_CONFORMANCE_REPOSITORY"

// A place is where the cases run: ECR, and an ordinary registry beside it.
type place struct {
	aws   aws.Config
	local *localstack // has the ordinary registry
	salt  string      // makes images that the place has not seen yet
	real  []string    // two repositories of real ECR, HOST/NAME; nil where ECR is localstack's
}

// everywhere runs the test in localstack and, if the environment names one, in real ECR.
func everywhere(t *testing.T, test func(*testing.T, *place)) {
	t.Run("localstack", func(t *testing.T) {
		local := startLocalstack(t)
		test(t, &place{aws: local.config(), local: local})
	})
	first, second, _ := strings.Cut(os.Getenv(repositoryVariable), ",")
	if first == "" {
		return
	}
	if second == "" {
		second = first
	}
	t.Run("ECR", func(t *testing.T) {
		cfg, err := config.LoadDefaultConfig(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		test(t, &place{aws: cfg, local: startLocalstack(t), salt: rand.Text(), real: []string{first, second}})
	})
}

// A stop is an image on its way, that does not exist yet.
type stop struct {
	image   string   // its name
	readers []reader // of its repository
}

// tagged returns the name of an image with another tag in the stop's repository.
func (s stop) tagged(tag string) string { return strings.TrimSuffix(s.image, "v1") + tag }

// counted returns what localstack counts the stop's repository by.
func (s stop) counted(t *testing.T) string {
	name := parse(t, s.image)
	return name.ECR.Account + "/" + name.ECR.Region + "/" + name.Repository
}

// stops returns where an image goes by one way of copying: ECR, ECR of another account and
// region, an ordinary registry, and ECR again. What is written to real ECR is deleted when
// the test ends.
func (p *place) stops(t *testing.T, way string, image corpus.Image) []stop {
	t.Helper()
	at := way + "/" + image.Name
	registry := stop{p.local.host() + "/" + at + ":v1", nil}
	registry.readers = []reader{newV2Reader(t, registry.image, authn.Anonymous)}
	var first, second, third stop
	if p.real == nil {
		first = p.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", at)
		second = p.inLocalECR(t, "444455556666.dkr.ecr.eu-west-1.amazonaws.com", at)
		third = p.inLocalECR(t, "777788889999.dkr.ecr-fips.us-gov-west-1.amazonaws.com", at)
	} else {
		tag := ":conformance-" + strings.ToLower(p.salt) + "-" + way + "-" + image.Name
		first, second, third = p.inECR(t, p.real[0]+tag+"-1"), p.inECR(t, p.real[1]+tag+"-2"), p.inECR(t,
			p.real[0]+tag+"-3")
		p.deleteAfter(t, p.real[0]+tag, image)
		p.deleteAfter(t, p.real[1]+tag, image)
	}
	return []stop{first, second, registry, third}
}

// inLocalECR makes a repository in localstack's ECR, and returns a stop there, which is
// read by the registry protocol too.
func (p *place) inLocalECR(t *testing.T, host, repository string) stop {
	t.Helper()
	s := p.inECR(t, host+"/"+repository+":v1")
	name := parse(t, s.image)
	if err := p.create(t.Context(), name, types.ImageTagMutabilityMutable); err != nil {
		t.Fatal(err)
	}
	s.readers = append(s.readers, newV2Reader(t, p.local.host()+"/"+s.counted(t)+":v1", p.login(t, name)))
	return s
}

// create makes the repository of an image in localstack's ECR. What copies is of the home account: others share with
// it.
func (p *place) create(ctx context.Context, name imagename.Name, tags types.ImageTagMutability) error {
	owner := p.client(name)
	if _, err := owner.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RepositoryName:     &name.Repository,
		ImageTagMutability: tags,
	}); err != nil {
		return err
	}
	_, err := owner.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{
		RepositoryName: &name.Repository,
		PolicyText: aws.String(
			`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, ` +
				`"Action": ` +
				`"ecr:*"}]}`),
	})
	return err
}

// login returns a login to the registry of an image in ECR.
func (p *place) login(t *testing.T, name imagename.Name) authn.Authenticator {
	t.Helper()
	out, err := p.client(name).GetAuthorizationToken(t.Context(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	return authn.FromConfig(authn.AuthConfig{Auth: aws.ToString(out.AuthorizationData[0].AuthorizationToken)})
}

func (p *place) inECR(t *testing.T, image string) stop {
	t.Helper()
	name := parse(t, image)
	return stop{image, []reader{&sdkReader{p.client(name), name}}}
}

// client returns the SDK's own client for an image's registry: in localstack, as whoever it belongs to.
func (p *place) client(name imagename.Name) *ecr.Client {
	return ecr.NewFromConfig(p.aws, func(o *ecr.Options) {
		o.Region = name.ECR.Region
		if p.real == nil {
			o.Credentials = credentials.NewStaticCredentialsProvider(name.ECR.Account, "localstack", "")
		}
	})
}

// deleteAfter deletes an image from real ECR, with all its tags, when the test ends.
func (p *place) deleteAfter(t *testing.T, at string, image corpus.Image) {
	t.Helper()
	name := parse(t, at)
	ctx := context.WithoutCancel(t.Context())
	t.Cleanup(func() {
		for _, desc := range slices.Backward(image.Manifests) { // the root first: it holds its instances
			id := types.ImageIdentifier{ImageDigest: aws.String(desc.Digest.String())}
			out, err := p.client(name).BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{
				RegistryId: &name.ECR.Account, RepositoryName: &name.Repository, ImageIds: []types.ImageIdentifier{id},
			})
			if err != nil {
				t.Errorf("deleting %s: %v", at, err)
			} else if len(out.Failures) > 0 && out.Failures[0].FailureCode != types.ImageFailureCodeImageNotFound {
				t.Errorf("deleting %s: %s", at, out.Failures[0].FailureCode)
			}
		}
	})
}

func parse(t *testing.T, image string) imagename.Name {
	t.Helper()
	name, err := imagename.ParseImage(image)
	if err != nil {
		t.Fatal(err)
	}
	return name
}
