package ecr

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/stats"
	"ecrmirror/testkit/awstest"
)

func names(repos []types.Repository) []string {
	var names []string
	for _, r := range repos {
		names = append(names, *r.RepositoryName)
	}
	return names
}

func TestAccountsAndRegionsAreKeptApart(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ key, region, repo string }{
		{"AKIAEXAMPLE", region, "of-home"}, // a key that is no account id belongs to home
		{other, region, "of-other"},
		{home, "us-east-1", "of-home-elsewhere"},
	} {
		awstest.Must[any](t)(w.client(c.key, c.region).CreateRepository(t.Context(),
			&awsecr.CreateRepositoryInput{RepositoryName: &c.repo}))
	}
	for _, tt := range []struct {
		name, key, region string
		registry          *string
		want              []string
	}{
		{"own registry", home, region, nil, []string{"of-home"}},
		{"another account's by key", other, region, nil, []string{"of-other"}},
		{"another account's by registry id", home, region, aws.String(other), []string{"of-other"}},
		{"another region's", home, "us-east-1", nil, []string{"of-home-elsewhere"}},
		{"one where nothing is", other, "us-east-1", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := awstest.Must[*awsecr.DescribeRepositoriesOutput](t)(w.client(tt.key, tt.region).DescribeRepositories(
				t.Context(), &awsecr.DescribeRepositoriesInput{RegistryId: tt.registry}))
			if diff := cmp.Diff(tt.want, names(out.Repositories)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRepositoryIsDescribedInItsPartition(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct{ region, arn, uri string }{
		{
			"eu-west-1", "arn:aws:ecr:eu-west-1:111111111111:repository/team/app",
			"111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/app",
		},
		{
			"cn-north-1", "arn:aws-cn:ecr:cn-north-1:111111111111:repository/team/app",
			"111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app",
		},
		{
			"us-gov-west-1", "arn:aws-us-gov:ecr:us-gov-west-1:111111111111:repository/team/app",
			"111111111111.dkr.ecr.us-gov-west-1.amazonaws.com/team/app",
		},
		{
			"us-isob-east-1", "arn:aws-iso-b:ecr:us-isob-east-1:111111111111:repository/team/app",
			"111111111111.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/team/app",
		},
	} {
		t.Run(tt.region, func(t *testing.T) {
			c := w.client(home, tt.region)
			awstest.Must[any](t)(c.CreateRepository(t.Context(),
				&awsecr.CreateRepositoryInput{RepositoryName: aws.String("team/app")}))
			out := awstest.Must[*awsecr.DescribeRepositoriesOutput](t)(c.DescribeRepositories(t.Context(),
				&awsecr.DescribeRepositoriesInput{RepositoryNames: []string{"team/app"}}))
			got := out.Repositories[0]
			if *got.RepositoryArn != tt.arn || *got.RepositoryUri != tt.uri {
				t.Errorf("%s\n%s", *got.RepositoryArn, *got.RepositoryUri)
			}
			if !got.CreatedAt.Equal(w.clock()) || got.ImageTagMutability != mutable ||
				got.EncryptionConfiguration.EncryptionType != "AES256" {
				t.Errorf("created %v, %s, %s", got.CreatedAt, got.ImageTagMutability,
					got.EncryptionConfiguration.EncryptionType)
			}
		})
	}
}

func TestDescribeRepositoriesComesInPages(t *testing.T) {
	w := newWorld(t)
	w.repository("c1", "a1", "b1")
	var got []string
	for p := awsecr.NewDescribeRepositoriesPaginator(w.ecr,
		&awsecr.DescribeRepositoriesInput{MaxResults: aws.Int32(2)}); p.HasMorePages(); {
		page := awstest.Must[*awsecr.DescribeRepositoriesOutput](t)(p.NextPage(t.Context()))
		got = append(got, names(page.Repositories)...)
	}
	if diff := cmp.Diff([]string{"a1", "b1", "c1"}, got); diff != "" {
		t.Error(diff)
	}
	_, err := w.ecr.DescribeRepositories(t.Context(), &awsecr.DescribeRepositoriesInput{
		RepositoryNames: []string{"a1", "nope"},
	})
	if awstest.Code(err) != "RepositoryNotFoundException" {
		t.Error(err)
	}
	_, err = w.ecr.DescribeRepositories(t.Context(), &awsecr.DescribeRepositoriesInput{
		RepositoryNames: []string{"a1"}, MaxResults: aws.Int32(1),
	})
	if awstest.Code(err) != "InvalidParameterException" {
		t.Error(err)
	}
}

func TestDeleteRepositoryByForce(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	w.image("app", "v1", "config")
	out := awstest.Must[*awsecr.DeleteRepositoryOutput](t)(w.ecr.DeleteRepository(t.Context(),
		&awsecr.DeleteRepositoryInput{RepositoryName: aws.String("app"), Force: true}))
	if *out.Repository.RepositoryName != "app" {
		t.Error(*out.Repository.RepositoryName)
	}
	if err := describe("app")(t.Context(), w.ecr); awstest.Code(err) != "RepositoryNotFoundException" {
		t.Error(err)
	}
}

func TestPutImageTagMutability(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	out := awstest.Must[*awsecr.PutImageTagMutabilityOutput](t)(w.ecr.PutImageTagMutability(t.Context(),
		&awsecr.PutImageTagMutabilityInput{
			RepositoryName: aws.String("app"), ImageTagMutability: immutableWithExclusion,
			ImageTagMutabilityExclusionFilters: filters("latest",
				immutableWithExclusion).ImageTagMutabilityExclusionFilters,
		}))
	if out.ImageTagMutability != immutableWithExclusion ||
		*out.ImageTagMutabilityExclusionFilters[0].Filter != "latest" {
		t.Errorf("%+v", out)
	}
}

func TestAuthorizationToken(t *testing.T) {
	w := newWorld(t)
	out := awstest.Must[*awsecr.GetAuthorizationTokenOutput](t)(w.ecr.GetAuthorizationToken(t.Context(),
		&awsecr.GetAuthorizationTokenInput{}))
	data := out.AuthorizationData[0]
	login := awstest.Must[[]byte](t)(base64.StdEncoding.DecodeString(*data.AuthorizationToken))
	if !strings.HasPrefix(string(login), "AWS:") || len(login) < 20 {
		t.Error("the token is no login of the user AWS")
	}
	if !data.ExpiresAt.Equal(w.clock().Add(12*time.Hour)) ||
		*data.ProxyEndpoint != "https://111111111111.dkr.ecr.eu-west-1.amazonaws.com" {
		t.Errorf("%v %s", data.ExpiresAt, *data.ProxyEndpoint)
	}
}

func TestRequestsOfOthersAreRefused(t *testing.T) {
	w := newWorld(t)
	const rest = "/aws4_request, SignedHeaders=host, Signature=0"
	for _, tt := range []struct{ name, authorization, want string }{
		{"not signed", "", "MissingAuthenticationTokenException"},
		{
			"signed for another service", "AWS4-HMAC-SHA256 Credential=AKIA/20261121/eu-west-1/s3" + rest,
			"InvalidSignatureException",
		},
		{
			"signed for no region", "AWS4-HMAC-SHA256 Credential=AKIA/20261121/mars/ecr" + rest,
			"InvalidSignatureException",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := awstest.Must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, w.url,
				strings.NewReader("{}")))
			req.Header.Set("X-Amz-Target", targetPrefix+"DescribeRepositories")
			req.Header.Set("Authorization", tt.authorization)
			resp := awstest.Must[*http.Response](t)(http.DefaultClient.Do(req))
			defer func() { _ = resp.Body.Close() }()
			if got := resp.Header.Get("X-Amzn-ErrorType"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := w.stats.Snapshot().Calls["ecr.DescribeRepositories"]; got != 3 {
		t.Errorf("counted %d calls, want 3", got)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for _, tt := range []struct {
		name string
		opts Options
	}{
		{"home that is no account", Options{Home: "me", Dir: t.TempDir(), Stats: &stats.Counter{}}},
		{"no counter", Options{Home: home, Dir: t.TempDir()}},
		{"no directory", Options{Home: home, Stats: &stats.Counter{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := New(t.Context(), tt.opts); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestRegistryHosts(t *testing.T) {
	for _, tt := range []struct {
		host string
		want registryID
	}{
		{"111111111111.dkr.ecr.eu-west-1.amazonaws.com", registryID{home, region}},
		{"111111111111.dkr.ecr.eu-west-1.amazonaws.com:4566", registryID{home, region}},
		{"111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn", registryID{home, "cn-north-1"}},
		{"111111111111.dkr.ecr-fips.us-east-1.amazonaws.com", registryID{home, "us-east-1"}},
		{"111111111111.dkr-ecr.us-east-1.on.aws", registryID{home, "us-east-1"}},
		{"11111111111.dkr.ecr.eu-west-1.amazonaws.com", registryID{}}, // 11 digits
		{"111111111111.dkr.ecr.eu-west-1.amazonaws.com.example.com", registryID{}},
		{"public.ecr.aws", registryID{}},
		{"127.0.0.1:5000", registryID{}},
	} {
		if got, ok := registryAt(tt.host); got != tt.want || ok != (tt.want != registryID{}) {
			t.Errorf("%s: %v", tt.host, got)
		}
	}
}

func TestNamesTooLongForTheStoreAreShortened(t *testing.T) {
	id := repositoryID{registryID{home, region}, strings.Repeat("a", 256)}
	if got := id.storage(); len(got) > 255 || got == (repositoryID{id.registryID, strings.Repeat("a", 255)}).storage() {
		t.Error(got)
	}
}
