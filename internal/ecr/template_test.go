package ecr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// lifecycle is a policy as short as ECR takes them, give or take.
const lifecycle = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan",` +
	`"countNumber":9},"action":{"type":"expire"}}]}`

func TestParseRepositoryTemplate(t *testing.T) {
	got, err := ParseRepositoryTemplate(fmt.Appendf(nil, `{
		"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
		"imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "dev-*"}],
		"encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "alias/mirror"},
		"imageScanningConfiguration": {"scanOnPush": true},
		"resourceTags": [{"Key": "team", "Value": "a"}, {"Key": "empty", "Value": ""}],
		"repositoryPolicy": "{\"Version\":\"2012-10-17\"}",
		"lifecyclePolicy": %q
	}`, lifecycle))
	if err != nil {
		t.Fatal(err)
	}
	want := &RepositoryTemplate{
		ImageTagMutability: ecrtypes.ImageTagMutabilityImmutableWithExclusion,
		ImageTagMutabilityExclusionFilters: []ecrtypes.ImageTagMutabilityExclusionFilter{
			{FilterType: ecrtypes.ImageTagMutabilityExclusionFilterTypeWildcard, Filter: aws.String("dev-*")},
		},
		EncryptionConfiguration: &ecrtypes.EncryptionConfiguration{
			EncryptionType: ecrtypes.EncryptionTypeKms, KmsKey: aws.String("alias/mirror"),
		},
		ImageScanningConfiguration: &ecrtypes.ImageScanningConfiguration{ScanOnPush: true},
		ResourceTags: []ecrtypes.Tag{
			{Key: aws.String("team"), Value: aws.String("a")}, {Key: aws.String("empty"), Value: aws.String("")},
		},
		RepositoryPolicy: `{"Version":"2012-10-17"}`,
		LifecyclePolicy:  lifecycle,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(ecrtypes.EncryptionConfiguration{},
		ecrtypes.ImageScanningConfiguration{},
		ecrtypes.ImageTagMutabilityExclusionFilter{}, ecrtypes.Tag{})); diff != "" {
		t.Error(diff)
	}
	for _, document := range []string{
		`{}`, ` {"imageTagMutability":"MUTABLE"} `, `{"encryptionConfiguration":{"encryptionType":"AES256"}}`,
		`{"encryptionConfiguration":{"encryptionType":"KMS_DSSE"}}`,
		`{"encryptionConfiguration":null,"resourceTags":[]}`,
	} {
		if _, err := ParseRepositoryTemplate([]byte(document)); err != nil {
			t.Errorf("%s: %v", document, err)
		}
	}
}

func TestParseRepositoryTemplateRefuses(t *testing.T) {
	filter := `{"filterType":"WILDCARD","filter":"a*"}`
	for _, tt := range []struct{ document, want string }{
		{``, "is empty; write {}"},
		{`null`, "is null; write {}"},
		{`[]`, "is a JSON array, not an object"},
		{`{`, "not valid JSON"},
		{`{} {}`, "more after"},
		{`{}}`, "more after"},
		{
			`{"imageTagsMutability":"MUTABLE"}`,
			`unknown field "imageTagsMutability"; a template has imageTagMutability, `,
		},
		{`{"prefix":"app"}`, `unknown field "prefix"`},
		{`{"encryptionConfiguration":{"kms":"x"}}`, `unknown field "kms"`},
		{`{"imageTagMutability":true}`, "imageTagMutability can't be a JSON bool"},
		{`{"imageScanningConfiguration":{"scanOnPush":"yes"}}`, "ScanOnPush can't be a JSON string"},
		{`{"imageTagMutability":"immutable"}`, `"immutable" is not one of MUTABLE, IMMUTABLE, `},
		{`{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION"}`, "takes 1 to 5 filters, not 0"},
		{`{"imageTagMutability":"MUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[` +
			strings.Repeat(filter+",", 5) + filter + `]}`, "not 6"},
		{`{"imageTagMutabilityExclusionFilters":[` + filter + `]}`, "only an imageTagMutability of"},
		{
			`{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filter":"a"}]}`,
			`filterType: "" is not one of WILDCARD`,
		},
		{`{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD","filter":"a/b"}]}`, `filter "a/b" is not 1 to 128 of`},
		{`{"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD"}]}`, `filter "" is not`},
		{`{"encryptionConfiguration":{}}`, `encryptionType: "" is not one of AES256, KMS, KMS_DSSE`},
		{`{"encryptionConfiguration":{"encryptionType":"AES256","kmsKey":"k"}}`, "has no kmsKey"},
		{`{"encryptionConfiguration":{"encryptionType":"KMS","kmsKey":""}}`, "the kmsKey is not 1 to"},
		{`{"resourceTags":{"team":"a"}}`, "resourceTags can't be a JSON object"},
		{`{"resourceTags":[{"Key":"","Value":"a"}]}`, `Key "" is not 1 to 128`},
		{`{"resourceTags":[{"Key":"team"}]}`, `the Value of "team" is missing`},
		{`{"resourceTags":[{"Key":"AWS:team","Value":"a"}]}`, "as AWS's own do"},
		{`{"resourceTags":[{"Key":"a","Value":"1"},{"Key":"a","Value":"2"}]}`, "comes twice"},
		{
			`{"resourceTags":[` + strings.Repeat(`{"Key":"a","Value":"1"},`, 50) + `{"Key":"a","Value":"1"}]}`,
			"takes 50 tags, not 51",
		},
		{
			`{"repositoryPolicy":{"Version":"2012-10-17"}}`,
			"repositoryPolicy is a JSON object; it must be a string that holds",
		},
		{`{"repositoryPolicy":"none"}`, "repositoryPolicy: the text is not a JSON object"},
		{`{"lifecyclePolicy":"[]"}`, "lifecyclePolicy: the text is not a JSON object"},
		{`{"lifecyclePolicy":"null"}`, "lifecyclePolicy: the text is not a JSON object"},
		{`{"lifecyclePolicy":"{}"}`, "lifecyclePolicy: ECR takes 100 to 30720 bytes, not 2"},
		{
			fmt.Sprintf(`{"repositoryPolicy":%q}`, `{"Id":"`+strings.Repeat("x", 10_240)+`"}`),
			"ECR takes 0 to 10240 bytes",
		},
	} {
		got, err := ParseRepositoryTemplate([]byte(tt.document))
		if err == nil || got != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.document, err, tt.want)
		}
	}
}
