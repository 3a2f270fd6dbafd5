package ecr

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"ecrmirror/internal/transient"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

// absent is an image whose repository does not exist.
var absent = strings.Replace(here, "/app", "/none", 1)

// creating lets the world's client create missing repositories.
func (w *world) creating(template RepositoryTemplate) *world {
	w.client.opts.CreateRepositories = &template
	return w
}

func TestDestinationCreatesAMissingRepository(t *testing.T) {
	content := ociImage(blobInfo([]byte("{}")))
	for name, write := range map[string]func(context.Context, destination) error{
		"AvailableBlobs": func(ctx context.Context, d destination) error {
			_, err := d.AvailableBlobs(ctx, []digest.Digest{digest.Digest(sha[1:])})
			return err
		},
		"PutBlob": func(ctx context.Context, d destination) error {
			_, err := d.PutBlob(ctx, strings.NewReader("layer"), Blob{Size: -1})
			return err
		},
		"PutManifest": func(ctx context.Context, d destination) error {
			if err := d.putRoot(ctx, content); !errors.Is(err, ErrLayersNotFound) { // for the repository is empty
				return err
			}
			return nil
		},
	} {
		w := newWorld(t).creating(RepositoryTemplate{ImageTagMutability: ecrtypes.ImageTagMutabilityImmutable})
		for range 2 {
			if err := write(t.Context(), w.destination(absent)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := w.calls("CreateRepository"); n != 3 { // two are the world's own
			t.Errorf("%s: %d repositories created", name, n-2)
		}
	}
}

func TestDestinationCreatesARepositoryOnce(t *testing.T) {
	w := newWorld(t).creating(RepositoryTemplate{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			layer := randomBytes(10)
			if _, err := w.destination(absent).PutBlob(t.Context(), strings.NewReader(string(layer)),
				blobInfo(layer)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.calls("CreateRepository"); n != 3 {
		t.Errorf("%d calls of CreateRepository for one repository", n-2)
	}
}

func TestOnlyDestinationsCreateRepositories(t *testing.T) {
	w := newWorld(t).creating(RepositoryTemplate{})
	_, digestErr := w.client.Digest(t.Context(), parse(t, absent))
	_, _, manifestErr := w.source(absent).root(t.Context())
	_, _, blobErr := w.source(absent).Blob(t.Context(), blobInfo([]byte("x")))
	deleteErr := w.source(absent).DeleteImage(t.Context(), "v1", "")
	for _, err := range []error{digestErr, manifestErr, blobErr, deleteErr} {
		if !errors.Is(err, ErrRepositoryNotFound) {
			t.Errorf("got %v", err)
		}
	}
	if n := w.calls("CreateRepository"); n != 2 {
		t.Errorf("%d repositories created by reading", n-2)
	}
}

func (w *world) available(image string) error {
	_, err := w.destination(image).AvailableBlobs(w.t.Context(), []digest.Digest{digest.Digest(sha[1:])})
	return err
}

func TestCreationFollowsTheTemplate(t *testing.T) {
	s := &scripted{}
	w := newScript(t, s.answer).creating(RepositoryTemplate{
		ImageTagMutability: ecrtypes.ImageTagMutabilityImmutableWithExclusion,
		ImageTagMutabilityExclusionFilters: []ecrtypes.ImageTagMutabilityExclusionFilter{
			{FilterType: ecrtypes.ImageTagMutabilityExclusionFilterTypeWildcard, Filter: aws.String("dev-*")},
		},
		EncryptionConfiguration: &ecrtypes.EncryptionConfiguration{
			EncryptionType: ecrtypes.EncryptionTypeKms, KmsKey: aws.String("alias/k"),
		},
		ImageScanningConfiguration: &ecrtypes.ImageScanningConfiguration{ScanOnPush: true},
		ResourceTags:               []ecrtypes.Tag{{Key: aws.String("team"), Value: aws.String("a")}},
		RepositoryPolicy:           `{"a":1}`, LifecyclePolicy: `{"b":2}`,
	})
	if err := w.available(here); err != nil {
		t.Fatal(err)
	}
	type object = map[string]any
	_, asked := s.asked()
	for operation, want := range map[string]object{
		"CreateRepository": {
			"registryId": "111122223333", "repositoryName": "app", "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
			"imageTagMutabilityExclusionFilters": []any{object{"filterType": "WILDCARD", "filter": "dev-*"}},
			"encryptionConfiguration":            object{"encryptionType": "KMS", "kmsKey": "alias/k"},
			"imageScanningConfiguration":         object{"scanOnPush": true},
			"tags":                               []any{object{"Key": "team", "Value": "a"}},
		},
		"SetRepositoryPolicy": {"registryId": "111122223333", "repositoryName": "app", "policyText": `{"a":1}`},
		"PutLifecyclePolicy": {
			"registryId": "111122223333", "repositoryName": "app", "lifecyclePolicyText": `{"b":2}`,
		},
	} {
		if diff := cmp.Diff(want, asked[operation]); diff != "" {
			t.Errorf("%s: %s", operation, diff)
		}
	}
}

func TestCreationFailures(t *testing.T) {
	policies := RepositoryTemplate{RepositoryPolicy: `{}`, LifecyclePolicy: `{}`}
	for _, tt := range []struct {
		name       string
		template   RepositoryTemplate
		refuse     map[string]string
		calls      string // after the first
		want       string // in the error; "" for success
		incomplete bool
	}{
		{"none asked for", RepositoryTemplate{}, nil, "CreateRepository BatchCheckLayerAvailability", "", false},
		{
			"created by someone else", policies,
			map[string]string{"CreateRepository": codeRepositoryExists},
			"CreateRepository SetRepositoryPolicy PutLifecyclePolicy BatchCheckLayerAvailability", "", false,
		},
		{
			"refused", policies,
			map[string]string{"CreateRepository": "LimitExceededException"},
			"CreateRepository",
			"creating the missing repository: ecr CreateRepository 111122223333.dkr.ecr.us-east-1.amazonaws.com/app: " +
				"LimitExceededException", false,
		},
		{
			"no repository policy", policies,
			map[string]string{"SetRepositoryPolicy": "AccessDeniedException"},
			"CreateRepository SetRepositoryPolicy PutLifecyclePolicy",
			"it lacks the repository policy: ecr SetRepositoryPolicy", true,
		},
		{
			"no lifecycle policy", policies,
			map[string]string{"PutLifecyclePolicy": "ServerException"},
			"CreateRepository SetRepositoryPolicy PutLifecyclePolicy",
			"it lacks the lifecycle policy: ecr PutLifecyclePolicy", true,
		},
		{
			"missing still",
			RepositoryTemplate{},
			map[string]string{"BatchCheckLayerAvailability": codeRepositoryNotFound},
			"CreateRepository BatchCheckLayerAvailability", "RepositoryNotFoundException", false,
		},
	} {
		s := &scripted{refuse: tt.refuse}
		w := newScript(t, s.answer).creating(tt.template)
		err := w.available(here)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
		if errors.Is(err, ErrRepositoryIncomplete) != tt.incomplete || transient.Is(err) {
			t.Errorf("%s: incomplete %v, transient %v: %v", tt.name, !tt.incomplete, transient.Is(err), err)
		}
		var calls []string // without the repetitions of throttled ones
		asked, _ := s.asked()
		for _, c := range asked {
			if len(calls) == 0 || calls[len(calls)-1] != c {
				calls = append(calls, c)
			}
		}
		if got := strings.Join(calls[1:], " "); got != tt.calls {
			t.Errorf("%s: calls %s", tt.name, got)
		}
	}
}

func TestCreationAgainAfterADeletion(t *testing.T) {
	s := &scripted{}
	w := newScript(t, s.answer).creating(RepositoryTemplate{})
	for range 2 {
		s.forget()
		if err := w.available(here); err != nil {
			t.Error(err)
		}
	}
	calls, _ := s.asked()
	if got := strings.Count(strings.Join(calls, " "), "CreateRepository"); got != 2 {
		t.Errorf("created %d times, want 2", got)
	}
}

func TestMissingRepositoryIsExplained(t *testing.T) {
	s := &scripted{}
	w := newScript(t, s.answer)
	w.client.opts.CreateHint = "(or ask for it)"
	for image, want := range map[string]string{
		here: "; to create it: aws ecr create-repository --registry-id 111122223333 --region us-east-1 " +
			"--repository-name app (or ask for it)",
		open: "; to create it: aws ecr-public create-repository --region us-east-1 --repository-name team/app (or " +
			"ask for it)",
	} {
		if err := w.available(image); !errors.Is(err, ErrRepositoryNotFound) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v", image, err)
		}
	}
}

func TestCreationInECRPublic(t *testing.T) {
	tags := RepositoryTemplate{ResourceTags: []ecrtypes.Tag{{Key: aws.String("team"), Value: aws.String("a")}}}
	foreign := strings.Replace(open, "/alias/", "/another/", 1)
	for _, tt := range []struct {
		name, image string
		template    RepositoryTemplate
		refuse      map[string]string
		want        string // in the error; "" for success
		created     bool
	}{
		{"created", open, tags, nil, "", true},
		{"created by someone else", open, tags, map[string]string{"CreateRepository": codeRepositoryExists}, "", true},
		{
			"refused", open, tags,
			map[string]string{"CreateRepository": "AccessDeniedException"},
			"ecr-public CreateRepository public.ecr.aws/alias/team/app: AccessDenied", true,
		},
		{
			"whose registry is not known", open, tags,
			map[string]string{"DescribeRegistries": "AccessDeniedException"},
			"ecr-public DescribeRegistries", false,
		},
		{"in another's registry", foreign, tags, nil, "another is not an alias of the caller's registry", false},
		{
			"asked for too much", open,
			RepositoryTemplate{ImageTagMutability: "IMMUTABLE", LifecyclePolicy: `{}`},
			nil,
			"ECR Public knows no imageTagMutability, lifecyclePolicy", false,
		},
		{
			"without a registry", open, tags,
			map[string]string{"BatchCheckLayerAvailability": "RegistryNotFoundException"},
			"RegistryNotFoundException", false,
		},
	} {
		s := &scripted{refuse: tt.refuse}
		err := newScript(t, s.answer).creating(tt.template).available(tt.image)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
		want := map[string]any{"repositoryName": "team/app", "tags": []any{map[string]any{"Key": "team", "Value": "a"}}}
		_, asked := s.asked()
		if got, created := asked["CreateRepository"]; created != tt.created || created && !cmp.Equal(want, got) {
			t.Errorf("%s: asked to create %v", tt.name, got)
		}
	}
}
