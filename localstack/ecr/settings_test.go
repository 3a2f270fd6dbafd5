package ecr

import (
	"strconv"
	"strings"
	"testing"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
)

// created returns what DescribeRepositories tells of a repository made with the given settings.
func (w *world) created(in awsecr.CreateRepositoryInput) types.Repository {
	w.t.Helper()
	awstest.Must[any](w.t)(w.ecr.CreateRepository(w.t.Context(), &in))
	out := awstest.Must[*awsecr.DescribeRepositoriesOutput](w.t)(w.ecr.DescribeRepositories(w.t.Context(),
		&awsecr.DescribeRepositoriesInput{RepositoryNames: []string{*in.RepositoryName}}))
	return out.Repositories[0]
}

func TestRepositorySettingsAreDescribed(t *testing.T) {
	w := newWorld(t)
	in := filters("latest*", immutableWithExclusion)
	in.ImageScanningConfiguration = &types.ImageScanningConfiguration{ScanOnPush: true}
	in.EncryptionConfiguration = &types.EncryptionConfiguration{
		EncryptionType: kmsDSSE, KmsKey: aws.String("alias/mirror"),
	}
	got := w.created(in)
	if got.ImageTagMutability != immutableWithExclusion ||
		*got.ImageTagMutabilityExclusionFilters[0].Filter != "latest*" ||
		got.ImageTagMutabilityExclusionFilters[0].FilterType != "WILDCARD" {
		t.Errorf("%s except %v", got.ImageTagMutability, got.ImageTagMutabilityExclusionFilters)
	}
	if !got.ImageScanningConfiguration.ScanOnPush {
		t.Error("scan on push is lost")
	}
}

func TestEncryptionIsDescribed(t *testing.T) {
	w := newWorld(t)
	const key = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for i, tt := range []struct {
		name string
		set  *types.EncryptionConfiguration
		want types.EncryptionType
		key  string
	}{
		{"none", nil, aes256, ""},
		{"AES256", &types.EncryptionConfiguration{EncryptionType: aes256}, aes256, ""},
		{
			"KMS with AWS's key", &types.EncryptionConfiguration{EncryptionType: kms}, kms,
			"arn:aws:kms:eu-west-1:111111111111:alias/aws/ecr",
		},
		{"KMS with a key", &types.EncryptionConfiguration{EncryptionType: kms, KmsKey: aws.String(key)}, kms, key},
		{"KMS twice with an alias", &types.EncryptionConfiguration{
			EncryptionType: kmsDSSE, KmsKey: aws.String("alias/x"),
		}, kmsDSSE, "alias/x"},
	} {
		got := w.created(awsecr.CreateRepositoryInput{
			RepositoryName: aws.String("r" + strconv.Itoa(i)), EncryptionConfiguration: tt.set,
		}).EncryptionConfiguration
		if got.EncryptionType != tt.want || aws.ToString(got.KmsKey) != tt.key {
			t.Errorf("%s: %s %s", tt.name, got.EncryptionType, aws.ToString(got.KmsKey))
		}
	}
}

func TestSettingsOfARepositoryAreHeldToTheModel(t *testing.T) {
	w := newWorld(t)
	encrypted := func(with types.EncryptionType, key string) awsecr.CreateRepositoryInput {
		return awsecr.CreateRepositoryInput{
			EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: with, KmsKey: &key},
		}
	}
	several := func(n int) awsecr.CreateRepositoryInput {
		in := filters("v*", immutableWithExclusion)
		for len(in.ImageTagMutabilityExclusionFilters) < n {
			in.ImageTagMutabilityExclusionFilters = append(in.ImageTagMutabilityExclusionFilters,
				in.ImageTagMutabilityExclusionFilters[0])
		}
		return in
	}
	typed := several(1)
	typed.ImageTagMutabilityExclusionFilters[0].FilterType = "REGEX"
	for _, tt := range []struct {
		name string
		in   awsecr.CreateRepositoryInput
		code string
		text string
	}{
		{"5 filters", several(5), "", ""},
		{"6 filters", several(6), "InvalidParameterException", "ExclusionFilters"},
		{
			"filter of 129 characters", filters(strings.Repeat("a", 129), mutableWithExclusion),
			"InvalidParameterException", "filter",
		},
		{"filter of another type", typed, "InvalidParameterException", "filterType"},
		{"key without KMS", encrypted(aes256, "alias/x"), "InvalidParameterException", "kmsKey"},
		{"key of 2049 characters", encrypted(kms, strings.Repeat("k", 2049)), "InvalidParameterException", "kmsKey"},
		{
			"key of another region", encrypted(kms, "arn:aws:kms:us-east-1:111111111111:key/x"),
			"KmsException", "us-east-1",
		},
		{"key that is no key", encrypted(kms, "arn:aws:s3:::bucket"), "KmsException", "s3"},
	} {
		tt.in.RepositoryName = aws.String("new")
		err := create(tt.in)(t.Context(), w.ecr)
		if awstest.Code(err) != tt.code || !strings.Contains(awstest.Message(err), tt.text) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.code)
		}
		if err == nil {
			awstest.Must[any](t)(w.ecr.DeleteRepository(t.Context(),
				&awsecr.DeleteRepositoryInput{RepositoryName: aws.String("new")}))
		}
	}
}

func tagsOf(pairs ...string) []types.Tag {
	var tags []types.Tag
	for i := 0; i < len(pairs); i += 2 {
		tags = append(tags, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return tags
}

// resourceTags returns a repository's own tags, as KEY=VALUE.
func (w *world) resourceTags(arn string) []string {
	w.t.Helper()
	out := awstest.Must[*awsecr.ListTagsForResourceOutput](w.t)(w.ecr.ListTagsForResource(w.t.Context(),
		&awsecr.ListTagsForResourceInput{ResourceArn: &arn}))
	var list []string
	for _, t := range out.Tags {
		list = append(list, *t.Key+"="+*t.Value)
	}
	return list
}

func TestRepositoriesHaveTags(t *testing.T) {
	w := newWorld(t)
	arn := *w.created(awsecr.CreateRepositoryInput{
		RepositoryName: aws.String("team/app"), Tags: tagsOf("team", "a", "cost", "1"),
	}).RepositoryArn
	awstest.Must[any](t)(w.ecr.TagResource(t.Context(),
		&awsecr.TagResourceInput{ResourceArn: &arn, Tags: tagsOf("cost", "2", "Über:x", "")}))
	if diff := cmp.Diff([]string{"cost=2", "team=a", "Über:x="}, w.resourceTags(arn)); diff != "" {
		t.Error(diff)
	}
	awstest.Must[any](t)(w.ecr.UntagResource(t.Context(),
		&awsecr.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"team", "not there"}}))
	if diff := cmp.Diff([]string{"cost=2", "Über:x="}, w.resourceTags(arn)); diff != "" {
		t.Error(diff)
	}
}

func TestTagsAreHeldToAWSsRules(t *testing.T) {
	w := newWorld(t)
	arn := *w.created(awsecr.CreateRepositoryInput{
		RepositoryName: aws.String("app"), Tags: make51()[:49],
	}).RepositoryArn
	tag := func(arn string, tags ...types.Tag) error {
		_, err := w.ecr.TagResource(t.Context(), &awsecr.TagResourceInput{ResourceArn: &arn, Tags: tags})
		return err
	}
	untag := func(arn string, keys ...string) error {
		_, err := w.ecr.UntagResource(t.Context(), &awsecr.UntagResourceInput{ResourceArn: &arn, TagKeys: keys})
		return err
	}
	list := func(arn string) error {
		_, err := w.ecr.ListTagsForResource(t.Context(), &awsecr.ListTagsForResourceInput{ResourceArn: &arn})
		return err
	}
	for _, tt := range []struct {
		name string
		err  error
		code string
	}{
		{"a tag again", tag(arn, tagsOf("k0", "other")...), ""},
		{"50 tags", tag(arn, tagsOf("one", "more")...), ""},
		{"51 tags", tag(arn, tagsOf("too", "many")...), "TooManyTagsException"},
		{"key of 128 characters", untag(arn, strings.Repeat("ü", 128)), ""},
		{"key of 129 characters", tag(arn, tagsOf(strings.Repeat("ü", 129), "")...), "InvalidTagParameterException"},
		{"no key", tag(arn, tagsOf("", "x")...), "InvalidTagParameterException"},
		{
			"value of 257 characters", tag(arn, tagsOf("k0", strings.Repeat("v", 257))...),
			"InvalidTagParameterException",
		},
		{"character that is not allowed", tag(arn, tagsOf("k0", "a,b")...), "InvalidTagParameterException"},
		{"reserved key", tag(arn, tagsOf("AWS:x", "y")...), "InvalidTagParameterException"},
		{"a key twice", tag(arn, tagsOf("k0", "1", "k0", "2")...), "InvalidTagParameterException"},
		{"reserved key to remove", untag(arn, "aws:x"), "InvalidTagParameterException"},
		{"ARN that is none", list("app"), "InvalidParameterException"},
		{
			"ARN of another service", list("arn:aws:s3:eu-west-1:111111111111:repository/app"),
			"InvalidParameterException",
		},
		{
			"ARN of another region", list("arn:aws:ecr:us-east-1:111111111111:repository/app"),
			"InvalidParameterException",
		},
		{
			"ARN of another partition", list("arn:aws-cn:ecr:eu-west-1:111111111111:repository/app"),
			"InvalidParameterException",
		},
		{"ARN of ECR Public", list("arn:aws:ecr-public::111111111111:repository/app"), "InvalidParameterException"},
		{"ARN of a malformed name", list(strings.Replace(arn, "app", "App", 1)), "InvalidParameterException"},
		{"ARN of no repository", list(arn + "2"), "RepositoryNotFoundException"},
		{"ARN of no repository to tag", tag(arn+"2", tagsOf("a", "b")...), "RepositoryNotFoundException"},
		{"ARN of no repository to untag", untag(arn+"2", "a"), "RepositoryNotFoundException"},
	} {
		if awstest.Code(tt.err) != tt.code {
			t.Errorf("%s: got %v, want %q", tt.name, tt.err, tt.code)
		}
	}
	if n := len(w.resourceTags(arn)); n != 50 {
		t.Errorf("%d tags", n)
	}
}

func TestCreationWithBadTagsCreatesNothing(t *testing.T) {
	w := newWorld(t)
	for name, tags := range map[string][]types.Tag{
		"InvalidTagParameterException": tagsOf("a", "1", "a", "2"),
		"TooManyTagsException":         make51(),
	} {
		if err := create(awsecr.CreateRepositoryInput{RepositoryName: aws.String("app"), Tags: tags})(t.Context(),
			w.ecr); awstest.Code(err) != name {
			t.Errorf("got %v, want %s", err, name)
		}
	}
	if err := describe("app")(t.Context(), w.ecr); awstest.Code(err) != "RepositoryNotFoundException" {
		t.Errorf("afterwards: %v", err)
	}
}
