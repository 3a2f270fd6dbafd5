package ecrpublic_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecrpublic"
	"github.com/aws/aws-sdk-go-v2/service/ecrpublic/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/awstest"
)

func TestImagesArePushedThroughTheAPI(t *testing.T) {
	w := newWorld(t)
	w.repository("team/app")
	for _, registry := range []*string{nil, aws.String(home), aws.String(alias)} {
		repo := "team/app"
		d := w.layer(registry, repo, "layer "+aws.ToString(registry))
		config := w.layer(registry, repo, "config "+aws.ToString(registry))
		out := awstest.Must[*sdk.BatchCheckLayerAvailabilityOutput](t)(w.client.BatchCheckLayerAvailability(t.Context(),
			&sdk.BatchCheckLayerAvailabilityInput{
				RegistryId: registry, RepositoryName: &repo,
				LayerDigests: []string{d, config, digest.FromString("absent").String()},
			}))
		var got []string
		for _, l := range out.Layers {
			got = append(got, string(l.LayerAvailability))
		}
		if diff := cmp.Diff([]string{"AVAILABLE", "AVAILABLE", "UNAVAILABLE"}, got); diff != "" {
			t.Errorf("%s: %s", aws.ToString(registry), diff)
		}
		content := manifestOf("config "+aws.ToString(registry), "layer "+aws.ToString(registry))
		if err := w.put(registry, repo, content, aws.String("v1")); err != nil {
			t.Errorf("%s: %v", aws.ToString(registry), err)
		}
	}
	out := awstest.Must[*sdk.DescribeImagesOutput](t)(w.client.DescribeImages(t.Context(), &sdk.DescribeImagesInput{
		RepositoryName: aws.String("team/app"), ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}},
	}))
	img := out.ImageDetails[0]
	if want := digest.FromString(manifestOf("config "+alias, "layer "+alias)).String(); *img.ImageDigest != want ||
		*img.ImageSizeInBytes != 39 || *img.ImageManifestMediaType != manifest || !img.ImagePushedAt.Equal(w.now) ||
		*img.RegistryId != home {
		t.Errorf("%+v", img)
	}
	if w.pushes.Load() != 0 {
		t.Errorf("ECR told of %d pushes, and has no events of ECR Public", w.pushes.Load())
	}
	counts := w.stats.Snapshot()
	if counts.Calls["ecrpublic.PutImage"] != 3 || counts.Calls["ecr.PutImage"] != 0 ||
		counts.BytesWritten["public/"+alias+"/team/app"] != 89 {
		t.Errorf("counted %v", counts)
	}
}

func TestRegistriesAndRepositoriesAreDescribed(t *testing.T) {
	w := newWorld(t)
	registries := awstest.Must[*sdk.DescribeRegistriesOutput](t)(w.client.DescribeRegistries(t.Context(),
		&sdk.DescribeRegistriesInput{})).Registries
	if len(registries) != 1 || *registries[0].RegistryId != home || *registries[0].RegistryUri != "public.ecr.aws/"+
		alias ||
		*registries[0].RegistryArn != "arn:aws:ecr-public::111111111111:registry/111111111111" ||
		*registries[0].Aliases[0].Name != alias ||
		registries[0].Aliases[0].Status != types.RegistryAliasStatusActive ||
		!registries[0].Aliases[0].PrimaryRegistryAlias {
		t.Errorf("%+v", registries)
	}
	created := awstest.Must[*sdk.CreateRepositoryOutput](t)(w.client.CreateRepository(t.Context(),
		&sdk.CreateRepositoryInput{
			RepositoryName: aws.String("team/app"), Tags: []types.Tag{
				{Key: aws.String("team"), Value: aws.String("a")},
			},
			CatalogData: &types.RepositoryCatalogDataInput{
				Description: aws.String("mirrored"), Architectures: []string{"ARM 64"},
			},
		}))
	w.repository("b2")
	if *created.CatalogData.Description != "mirrored" || created.CatalogData.Architectures[0] != "ARM 64" {
		t.Errorf("catalog data %+v", created.CatalogData)
	}
	got := awstest.Must[*sdk.DescribeRepositoriesOutput](t)(w.client.DescribeRepositories(t.Context(),
		&sdk.DescribeRepositoriesInput{
			RegistryId: aws.String(home), RepositoryNames: []string{"team/app"},
		})).Repositories[0]
	if *got.RepositoryArn != "arn:aws:ecr-public::111111111111:repository/team/app" ||
		*got.RepositoryUri != "public.ecr.aws/"+alias+"/team/app" ||
		*got.RegistryId != home || !got.CreatedAt.Equal(w.now) {
		t.Errorf("%+v", got)
	}
	tags := awstest.Must[*sdk.ListTagsForResourceOutput](t)(w.client.ListTagsForResource(t.Context(),
		&sdk.ListTagsForResourceInput{ResourceArn: got.RepositoryArn})).Tags
	if len(tags) != 1 || *tags[0].Key != "team" || *tags[0].Value != "a" {
		t.Errorf("%+v", tags)
	}
	var names []string
	for p := sdk.NewDescribeRepositoriesPaginator(w.client,
		&sdk.DescribeRepositoriesInput{MaxResults: aws.Int32(1)}); p.HasMorePages(); {
		names = append(names,
			*awstest.Must[*sdk.DescribeRepositoriesOutput](t)(p.NextPage(t.Context())).Repositories[0].RepositoryName)
	}
	if diff := cmp.Diff([]string{"b2", "team/app"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestPublicAndPrivateRepositoriesAreApart(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		out := awstest.Must[*awsecr.DescribeRepositoriesOutput](t)(w.private(region).DescribeRepositories(t.Context(),
			&awsecr.DescribeRepositoriesInput{}))
		if len(out.Repositories) != 0 {
			t.Errorf("%d private ones in %s", len(out.Repositories), region)
		}
	}
	awstest.Must[any](t)(w.private("us-east-1").CreateRepository(t.Context(),
		&awsecr.CreateRepositoryInput{RepositoryName: aws.String("app")}))
	if out := awstest.Must[*sdk.DescribeRepositoriesOutput](t)(w.as(other,
		"us-east-1").DescribeRepositories(t.Context(), &sdk.DescribeRepositoriesInput{})); len(out.Repositories) != 0 {
		t.Errorf("%d of another account", len(out.Repositories))
	}
}

func TestTagsAreDescribed(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	first := w.image("app", "v1", "config", "layer")
	pushed := w.now
	w.now = w.now.Add(time.Hour)
	if err := w.put(nil, "app", first, aws.String("latest")); err != nil {
		t.Fatal(err)
	}
	got := map[string]types.ImageTagDetail{}
	for p := sdk.NewDescribeImageTagsPaginator(w.client, &sdk.DescribeImageTagsInput{
		RepositoryName: aws.String("app"),
		MaxResults:     aws.Int32(1),
	}); p.HasMorePages(); {
		detail := awstest.Must[*sdk.DescribeImageTagsOutput](t)(p.NextPage(t.Context())).ImageTagDetails[0]
		got[*detail.ImageTag] = detail
	}
	for tag, at := range map[string]time.Time{"v1": pushed, "latest": w.now} {
		detail := got[tag]
		if detail.ImageDetail == nil {
			t.Fatalf("no %s", tag)
		}
		if !detail.CreatedAt.Equal(at) || *detail.ImageDetail.ImageDigest != digest.FromString(first).String() ||
			!detail.ImageDetail.ImagePushedAt.Equal(pushed) || *detail.ImageDetail.ImageSizeInBytes != 11 {
			t.Errorf("%s: tagged at %v, %+v", tag, detail.CreatedAt, detail.ImageDetail)
		}
	}
}

func TestImagesAndRepositoriesAreDeleted(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	w.image("app", "v1", "config", "layer")
	remove := func(force bool) error {
		_, err := w.client.DeleteRepository(t.Context(),
			&sdk.DeleteRepositoryInput{RepositoryName: aws.String("app"), Force: force})
		return err
	}
	if err := remove(false); awstest.Code(err) != "RepositoryNotEmptyException" {
		t.Errorf("with an image: %v", err)
	}
	out := awstest.Must[*sdk.BatchDeleteImageOutput](t)(w.client.BatchDeleteImage(t.Context(),
		&sdk.BatchDeleteImageInput{
			RegistryId: aws.String(alias), RepositoryName: aws.String("app"),
			ImageIds: []types.ImageIdentifier{{ImageTag: aws.String("v1")}, {ImageTag: aws.String("v2")}},
		}))
	if len(out.ImageIds) != 1 || len(out.Failures) != 1 ||
		out.Failures[0].FailureCode != types.ImageFailureCodeImageNotFound {
		t.Errorf("%+v", out)
	}
	if err := remove(false); err != nil {
		t.Error(err)
	}
	if err := remove(true); awstest.Code(err) != "RepositoryNotFoundException" {
		t.Errorf("again: %v", err)
	}
}

func TestTokenIsOneLogin(t *testing.T) {
	w := newWorld(t)
	data := awstest.Must[*sdk.GetAuthorizationTokenOutput](t)(w.client.GetAuthorizationToken(t.Context(),
		&sdk.GetAuthorizationTokenInput{})).AuthorizationData
	login := awstest.Must[[]byte](t)(base64.StdEncoding.DecodeString(*data.AuthorizationToken))
	if !strings.HasPrefix(string(login), "AWS:") || len(login) < 20 || !data.ExpiresAt.Equal(w.now.Add(12*time.Hour)) {
		t.Errorf("a login of %d bytes, until %v", len(login), data.ExpiresAt)
	}
}
