package ecrpublic_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic/types"

	"ecrmirror/localstack/ecrpublic"
	"ecrmirror/testkit/awstest"
)

// TestRefusals has a line for each rule that is ECR Public's own.
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	create := func(in sdk.CreateRepositoryInput) error {
		_, err := w.client.CreateRepository(t.Context(), &in)
		return err
	}
	images := func(c *sdk.Client, in sdk.DescribeImagesInput) error {
		in.RepositoryName = aws.String("app")
		_, err := c.DescribeImages(t.Context(), &in)
		return err
	}
	check := func(registry string) error {
		_, err := w.client.BatchCheckLayerAvailability(t.Context(), &sdk.BatchCheckLayerAvailabilityInput{
			RegistryId: &registry, RepositoryName: aws.String("app"), LayerDigests: []string{"sha256:00"},
		})
		return err
	}
	registries := func(in sdk.DescribeRegistriesInput) error {
		_, err := w.client.DescribeRegistries(t.Context(), &in)
		return err
	}
	named := func(name string) error { return create(sdk.CreateRepositoryInput{RepositoryName: &name}) }
	policy := func() error {
		_, err := w.client.GetRepositoryPolicy(t.Context(),
			&sdk.GetRepositoryPolicyInput{RepositoryName: aws.String("app")})
		return err
	}
	described := func(about string) error {
		return create(sdk.CreateRepositoryInput{
			RepositoryName: aws.String("new"), CatalogData: &types.RepositoryCatalogDataInput{Description: &about},
		})
	}
	for _, tt := range []struct {
		name string
		err  error
		code string
	}{
		{"another region", images(w.as(home, "us-west-2"), sdk.DescribeImagesInput{}), "UnsupportedCommandException"},
		{"unknown alias", check("library"), "RegistryNotFoundException"},
		{"another account's alias", check("p222222222222"), "RegistryNotFoundException"},
		{"alias of 51 characters", check(strings.Repeat("a", 51)), "InvalidParameterException"},
		{"another account's id", check(other), "RepositoryNotFoundException"},
		{
			"alias where an id is needed", images(w.client, sdk.DescribeImagesInput{RegistryId: aws.String(alias)}),
			"InvalidParameterException",
		},
		{
			"unknown repository", images(w.as(other, "us-east-1"), sdk.DescribeImagesInput{}),
			"RepositoryNotFoundException",
		},
		{
			"unknown image",
			images(w.client, sdk.DescribeImagesInput{ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}}}),
			"ImageNotFoundException",
		},
		{"repository that exists", named("app"), "RepositoryAlreadyExistsException"},
		{"name of 205 characters", named(strings.Repeat("a", 205)), ""},
		{"name of 206 characters", named(strings.Repeat("a", 206)), "InvalidParameterException"},
		{"two underscores, which private names may have", named("a__b"), "InvalidParameterException"},
		{
			"reserved tag",
			create(sdk.CreateRepositoryInput{
				RepositoryName: aws.String("new"), Tags: []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("")}},
			}), "InvalidTagParameterException",
		},
		{"description of 1025 characters", described(strings.Repeat("ü", 1025)), "InvalidParameterException"},
		{"an operation that is not here", policy(), "UnknownOperationException"},
		{
			"a page of registries that is none", registries(sdk.DescribeRegistriesInput{NextToken: aws.String("x")}),
			"InvalidParameterException",
		},
		{
			"no registries", registries(sdk.DescribeRegistriesInput{MaxResults: aws.Int32(0)}),
			"InvalidParameterException",
		},
		{"manifest of no layers", w.put(nil, "app", manifestOf("no", "layers"), nil), "LayersNotFoundException"},
	} {
		if awstest.Code(tt.err) != tt.code {
			t.Errorf("%s: got %v, want %q", tt.name, tt.err, tt.code)
		}
	}
}

// What no SDK client can send is refused too.
func TestForeignRequestsAreRefused(t *testing.T) {
	w := newWorld(t)
	const signed = "AWS4-HMAC-SHA256 Credential=111111111111/20261121/us-east-1/ecr-public/aws4_request, " +
		"SignedHeaders=host, Signature=0"
	for _, tt := range []struct{ name, authorization, operation, body, want string }{
		{"not signed", "", "DescribeRepositories", "{}", "MissingAuthenticationTokenException"},
		{
			"signed for private ECR", strings.Replace(signed, "ecr-public", "ecr", 1), "DescribeRepositories", "{}",
			"InvalidSignatureException",
		},
		{"private operation", signed, "BatchGetImage", "{}", "UnknownOperationException"},
		{
			"immutable tags", signed, "CreateRepository", `{"repositoryName":"new","imageTagMutability":"IMMUTABLE"}`,
			"InvalidParameterException",
		},
		{
			"exclusions", signed, "CreateRepository", `{"repositoryName":"new","imageTagMutabilityExclusionFilters":[]}`,
			"InvalidParameterException",
		},
		{
			"scans", signed, "CreateRepository", `{"repositoryName":"new","imageScanningConfiguration":{}}`,
			"InvalidParameterException",
		},
		{
			"KMS", signed, "CreateRepository", `{"repositoryName":"new","encryptionConfiguration":{}}`,
			"InvalidParameterException",
		},
		{"not JSON", signed, "DescribeRegistries", `{`, "SerializationException"},
		{"none of these", signed, "CreateRepository", `{"repositoryName":"new"}`, ""},
	} {
		req := awstest.Must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, w.url,
			strings.NewReader(tt.body)))
		req.Header.Set("X-Amz-Target", ecrpublic.TargetPrefix+"."+tt.operation)
		req.Header.Set("Authorization", tt.authorization)
		resp := awstest.Must[*http.Response](t)(http.DefaultClient.Do(req))
		_ = resp.Body.Close()
		if got := resp.Header.Get("X-Amzn-ErrorType"); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
