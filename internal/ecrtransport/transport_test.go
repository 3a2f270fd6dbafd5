package ecrtransport

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.podman.io/image/v5/types"

	"ecrmirror/internal/ecr"
	"ecrmirror/internal/imagename"
)

const sha = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func newTransport() *Transport {
	return New(ecr.New(ecr.Options{
		API: func(imagename.ECRRegistry) (ecr.API, error) { return nil, errors.New("no client") },
	}))
}

func TestTransportName(t *testing.T) {
	if name := newTransport().Name(); name != "ecr" {
		t.Errorf("got %q", name)
	}
}

// references are names that are accepted, with what StringWithinTransport makes of them.
var references = []struct{ in, want string }{
	{"123456789012.dkr.ecr.us-east-1.amazonaws.com/app", "//123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest"},
	{"//123456789012.dkr.ecr.us-east-1.amazonaws.com/app", "//123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest"},
	{
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b-c:v1",
		"//123456789012.dkr.ecr.us-east-1.amazonaws.com/a/b-c:v1",
	},
	{
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/app" + sha,
		"//123456789012.dkr.ecr.us-east-1.amazonaws.com/app" + sha,
	},
	{
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/app:v1" + sha,
		"//123456789012.dkr.ecr.us-east-1.amazonaws.com/app:v1" + sha,
	},
	{
		"123456789012.dkr.ecr-fips.us-west-2.amazonaws.com/app:v1",
		"//123456789012.dkr.ecr-fips.us-west-2.amazonaws.com/app:v1",
	},
	{"123456789012.dkr-ecr.eu-west-1.on.aws/app:v1", "//123456789012.dkr-ecr.eu-west-1.on.aws/app:v1"},
	{"123456789012.dkr-ecr-fips.us-east-1.on.aws/app:v1", "//123456789012.dkr-ecr-fips.us-east-1.on.aws/app:v1"},
	{
		"123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/app:v1",
		"//123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/app:v1",
	},
	{
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:v1",
		"//123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:v1",
	},
	{
		"123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn/app:v1",
		"//123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn/app:v1",
	},
	{"123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov/app:v1", "//123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov/app:v1"},
	{
		"123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/app:v1",
		"//123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/app:v1",
	},
	{
		"123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk/app:v1",
		"//123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk/app:v1",
	},
	{
		"123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/app:v1",
		"//123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/app:v1",
	},
	{
		"123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/app:v1",
		"//123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/app:v1",
	},
	{"public.ecr.aws/alias/team/app:v1", "//public.ecr.aws/alias/team/app:v1"},
	{"ecr-public.aws.com/alias/app" + sha, "//ecr-public.aws.com/alias/app" + sha},
	{
		"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/app",
		"//123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest",
	},
	{
		"ecr.aws/arn:aws-cn:ecr:cn-north-1:123456789012:repository/a/b:v1" + sha,
		"//123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b:v1" + sha,
	},
}

func TestTransportParseReference(t *testing.T) {
	transport := newTransport()
	for _, tt := range references {
		ref, err := transport.ParseReference(tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if got := ref.StringWithinTransport(); got != tt.want {
			t.Errorf("%s: got %s", tt.in, got)
		}
		if ref.Transport() != types.ImageTransport(transport) {
			t.Errorf("%s: has another transport", tt.in)
		}
	}
	for _, in := range []string{
		"", "//", "app", "docker.io/library/app", "public.ecr.aws/app", "oci:/path", "dir:/path",
		"docker://123456789012.dkr.ecr.us-east-1.amazonaws.com/app",        // another transport's
		"//docker://123456789012.dkr.ecr.us-east-1.amazonaws.com/app",      //
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/",                    // no repository
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/app:",                // no tag
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/app@",                // no digest
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/app@sha256:abc",      // half a digest
		"123456789012.dkr.ecr.us-east-1.amazonaws.com/App",                 // upper case
		"12345678901.dkr.ecr.us-east-1.amazonaws.com/app",                  // 11 digits
		"ecr.aws/arn:aws:s3:us-east-1:123456789012:repository/app",         // another service
		"ecr.aws/arn:aws:ecr:us-east-1:123456789012:repository/",           // no repository
		"ecr.aws/arn:aws:ecr:us-east-1:123456789012:app",                   // not a repository
		"ecr.aws/arn:nowhere:ecr:us-east-1:123456789012:repository/app:v1", // no such partition
	} {
		if ref, err := transport.ParseReference(in); err == nil {
			t.Errorf("%q: accepted as %s", in, ref.StringWithinTransport())
		}
	}
}

func TestTransportValidatePolicyConfigurationScope(t *testing.T) {
	for _, scope := range []string{"*.amazonaws.com", here, here + sha} {
		if err := newTransport().ValidatePolicyConfigurationScope(scope); err != nil {
			t.Errorf("%s: %v", scope, err)
		}
	}
}

func TestTransportNewReference(t *testing.T) {
	transport := newTransport()
	if _, err := transport.NewReference(parse(t, here+":v1")); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"alpine", "oci:/path"} {
		if _, err := transport.NewReference(parse(t, name)); err == nil || !strings.Contains(err.Error(),
			"not in Amazon ECR") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReferenceStringWithinTransport(t *testing.T) {
	transport := newTransport()
	for _, tt := range references {
		ref, err := transport.ParseReference(tt.want)
		if err != nil || ref.StringWithinTransport() != tt.want {
			t.Errorf("%s does not come back: %v", tt.want, err)
		}
	}
}

func TestReferenceDockerReference(t *testing.T) {
	transport := newTransport()
	for _, tt := range references {
		ref, err := transport.ParseReference(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := "//" + ref.DockerReference().String(); got != tt.want {
			t.Errorf("%s: got %s", tt.in, got)
		}
	}
}

func TestReferencePolicyConfiguration(t *testing.T) {
	host := "123456789012.dkr.ecr.us-east-1.amazonaws.com"
	for _, tt := range []struct{ in, want string }{
		{host + "/a/b", host + "/a/b:latest"},
		{host + "/a/b:v1", host + "/a/b:v1"},
		{host + "/a/b" + sha, host + "/a/b" + sha},
		{host + "/a/b:v1" + sha, host + "/a/b" + sha},
	} {
		ref, err := newTransport().ParseReference(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := ref.PolicyConfigurationIdentity(); got != tt.want {
			t.Errorf("%s: got identity %s", tt.in, got)
		}
		want := []string{
			host + "/a/b", host + "/a", host,
			"*.dkr.ecr.us-east-1.amazonaws.com", "*.ecr.us-east-1.amazonaws.com", "*.us-east-1.amazonaws.com",
			"*.amazonaws.com", "*.com",
		}
		if diff := cmp.Diff(want, ref.PolicyConfigurationNamespaces()); diff != "" {
			t.Errorf("%s: %s", tt.in, diff)
		}
	}
}

func TestReferenceNewImage(t *testing.T) {
	w := newWorld(t)
	w.push(here+":v1", []byte("layer"))
	img, err := w.reference(here+":v1").NewImage(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if layers := img.LayerInfos(); len(layers) != 1 || layers[0].Size != 5 {
		t.Errorf("layers %v", layers)
	}
}

func TestReferenceNeedsAClient(t *testing.T) {
	ref, err := newTransport().ParseReference(here)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ref.NewImageSource(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no client") {
		t.Errorf("source: %v", err)
	}
	if _, err := ref.NewImageDestination(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no client") {
		t.Errorf("destination: %v", err)
	}
	if err := ref.DeleteImage(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no client") {
		t.Errorf("delete: %v", err)
	}
}

func TestReferenceDeleteImage(t *testing.T) {
	w := newWorld(t)
	content := w.push(here+":v1", []byte("layer"))
	d := "@" + blobInfo(content).Digest.String()
	w.push(here+":v2", []byte("layer"))
	for _, step := range []struct {
		name string
		want error
	}{
		{here + ":v3", ecr.ErrImageNotFound},
		{here + ":v1" + sha, ecr.ErrImageNotFound}, // the tag has another digest
		{here + ":v1" + d, nil},
		{here + ":v1", ecr.ErrImageNotFound},
		{here + d, nil},
		{here + ":v2", ecr.ErrImageNotFound},
		{strings.Replace(here, "/app", "/none", 1), ecr.ErrRepositoryNotFound},
	} {
		if err := w.reference(step.name).DeleteImage(t.Context(), nil); !errors.Is(err, step.want) ||
			(err == nil) != (step.want == nil) {
			t.Errorf("%s: got %v, want %v", step.name, err, step.want)
		}
	}
}

// ECR Public's API has no operations to read with.
func TestPublicReferencesAreForWriting(t *testing.T) {
	ref := newWorld(t).reference(open)
	_, sourceErr := ref.NewImageSource(t.Context(), nil)
	_, imageErr := ref.NewImage(t.Context(), nil)
	deleteErr := ref.DeleteImage(t.Context(), nil)
	for i, err := range []error{sourceErr, imageErr, deleteErr} {
		if err == nil || !strings.Contains(err.Error(), "only writes to ECR Public") {
			t.Errorf("%d: %v", i, err)
		}
	}
	if _, err := ref.NewImageDestination(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
