package ecr

import (
	"slices"
	"strconv"
	"testing"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

// referrerOf puts an artifact of a type that refers to a subject, and returns its manifest.
func (w *world) referrerOf(repo string, subject digest.Digest, artifactType, note string) string {
	w.t.Helper()
	w.layerOnce(repo, "{}")
	manifest := encode(object{
		"schemaVersion": 2, "mediaType": ociManifest, "artifactType": artifactType,
		"config": blobOf("application/vnd.oci.empty.v1+json", "{}"), "layers": []object{},
		"subject":     object{"mediaType": ociManifest, "digest": subject, "size": 1},
		"annotations": object{"note": note},
	})
	if err := w.put(repo, manifest, ociManifest, ""); err != nil {
		w.t.Fatal(err)
	}
	return manifest
}

func referrersOf(subject digest.Digest) *awsecr.ListImageReferrersInput {
	return &awsecr.ListImageReferrersInput{
		RepositoryName: aws.String("app"), SubjectId: &types.SubjectIdentifier{
			ImageDigest: aws.String(subject.String()),
		},
	}
}

func TestReferrersAreDescribed(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	_, subject := w.image("app", "v1", "config")
	manifest := w.referrerOf("app", subject, "application/spdx+json", "x")
	w.referrerOf("app", digest.FromString("another subject"), "application/spdx+json", "y")
	got := awstest.Must[*awsecr.ListImageReferrersOutput](t)(w.ecr.ListImageReferrers(t.Context(),
		referrersOf(subject))).Referrers
	if len(got) != 1 {
		t.Fatalf("%d referrers", len(got))
	}
	r := got[0]
	if *r.Digest != digest.FromString(manifest).String() || *r.MediaType != ociManifest ||
		*r.ArtifactType != "application/spdx+json" ||
		*r.Size != int64(len(manifest)) || r.ArtifactStatus != types.ArtifactStatusActive {
		t.Errorf("%s %s %s of %d bytes is %s", *r.Digest, *r.MediaType, *r.ArtifactType, *r.Size, r.ArtifactStatus)
	}
	if diff := cmp.Diff(map[string]string{"note": "x"}, r.Annotations); diff != "" {
		t.Error(diff)
	}
}

func TestReferrersAreFilteredAndComeInPages(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	subject := digest.FromString("a subject that is not there")
	all := map[string][]string{}
	for i := range 21 {
		kind := "a/" + strconv.Itoa(i%2)
		all[kind] = append(all[kind], digest.FromString(w.referrerOf("app", subject, kind, strconv.Itoa(i))).String())
	}
	for _, tt := range []struct {
		name   string
		filter *types.ListImageReferrersFilter
		max    *int32
		want   []string
		pages  int
	}{
		{"all", nil, nil, slices.Concat(all["a/0"], all["a/1"]), 2},
		{"by 50", nil, aws.Int32(50), slices.Concat(all["a/0"], all["a/1"]), 1},
		{"by 5", nil, aws.Int32(5), slices.Concat(all["a/0"], all["a/1"]), 5},
		{"one type", &types.ListImageReferrersFilter{ArtifactTypes: []string{"a/1", "a/2"}}, nil, all["a/1"], 1},
		{
			"any status", &types.ListImageReferrersFilter{ArtifactStatus: types.ArtifactStatusFilterAny}, aws.Int32(50),
			slices.Concat(all["a/0"], all["a/1"]), 1,
		},
		{"archived", &types.ListImageReferrersFilter{ArtifactStatus: types.ArtifactStatusFilterArchived}, nil, nil, 1},
	} {
		in := referrersOf(subject)
		in.Filter, in.MaxResults = tt.filter, tt.max
		var got []string
		pages := 0
		for more := true; more; more = in.NextToken != nil {
			out := awstest.Must[*awsecr.ListImageReferrersOutput](t)(w.ecr.ListImageReferrers(t.Context(), in))
			for _, r := range out.Referrers {
				got = append(got, *r.Digest)
			}
			in.NextToken = out.NextToken
			pages++
		}
		slices.Sort(tt.want)
		if diff := cmp.Diff(tt.want, got); diff != "" || pages != tt.pages {
			t.Errorf("%s: %d pages; %s", tt.name, pages, diff)
		}
	}
}

func TestReferrersAreHeldToTheModel(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	for _, tt := range []struct {
		name   string
		change func(*awsecr.ListImageReferrersInput)
		code   string
	}{
		{
			"51 results", func(in *awsecr.ListImageReferrersInput) { in.MaxResults = aws.Int32(51) },
			"InvalidParameterException",
		},
		{
			"0 results", func(in *awsecr.ListImageReferrersInput) { in.MaxResults = aws.Int32(0) },
			"InvalidParameterException",
		},
		{"6 types", func(in *awsecr.ListImageReferrersInput) {
			in.Filter = &types.ListImageReferrersFilter{ArtifactTypes: make([]string, 6)}
		}, "InvalidParameterException"},
		{"unknown status", func(in *awsecr.ListImageReferrersInput) {
			in.Filter = &types.ListImageReferrersFilter{ArtifactStatus: "LOST"}
		}, "InvalidParameterException"},
		{
			"malformed subject", func(in *awsecr.ListImageReferrersInput) { in.SubjectId.ImageDigest = aws.String("v1") },
			"InvalidParameterException",
		},
		{
			"token that is none", func(in *awsecr.ListImageReferrersInput) { in.NextToken = aws.String("%") },
			"InvalidParameterException",
		},
		{
			"no repository", func(in *awsecr.ListImageReferrersInput) { in.RepositoryName = aws.String("nope") },
			"RepositoryNotFoundException",
		},
	} {
		in := referrersOf(digest.FromString("x"))
		tt.change(in)
		if _, err := w.ecr.ListImageReferrers(t.Context(), in); awstest.Code(err) != tt.code {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.code)
		}
	}
}

// The API reference says that ListImageReferrers takes the permission for BatchGetImage.
func TestReferrersTakeTwoPermissions(t *testing.T) {
	w := newWorld(t)
	got, err := w.Access(awsjson.Caller{Account: home, Region: "us-east-1"}, "ListImageReferrers",
		[]byte(`{"repositoryName":"app"}`))
	var actions []string
	for _, access := range got {
		actions = append(actions, access.Action+" "+access.Resource)
	}
	const on = " arn:aws:ecr:us-east-1:" + home + ":repository/app"
	want := []string{"ecr:ListImageReferrers" + on, "ecr:BatchGetImage" + on}
	if diff := cmp.Diff(want, actions); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
