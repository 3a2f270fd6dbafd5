package images

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"
	"go.podman.io/image/v5/types"

	"ecrmirror/awsclient"
	"ecrmirror/internal/credentials"
	"ecrmirror/internal/imagename"
)

// publicAPI answers as ECR Public's API does when it is asked for a token, if it gives one.
func publicAPI(t *testing.T, gives bool) aws.Config {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "SpencerFrontendService.GetAuthorizationToken" {
			t.Errorf("%s was called", r.Header.Get("X-Amz-Target"))
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if !gives {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"__type":"AccessDeniedException"}`)
			return
		}
		token := base64.StdEncoding.EncodeToString([]byte("AWS:token"))
		fmt.Fprintf(w, `{"authorizationData":{"authorizationToken":%q,"expiresAt":%d}}`, token,
			time.Now().Add(time.Hour).Unix())
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		HTTPClient:   awsclient.New(),
		BaseEndpoint: &server.URL,
		Credentials:  awscredentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
}

func TestLoginToECRPublicComesFromAWSUnlessGiven(t *testing.T) {
	given, err := credentials.Parse([]byte(`{"auths":{"public.ecr.aws":{"auth":"cm9ib3Q6czNjcmV0"}}}`), "here")
	if err != nil {
		t.Fatal(err)
	}
	others, err := credentials.Parse([]byte(`{"auths":{"ghcr.io":{"auth":"cm9ib3Q6czNjcmV0"}}}`), "here")
	if err != nil {
		t.Fatal(err)
	}
	robot := &types.DockerAuthConfig{Username: "robot", Password: "s3cret"}
	token := &types.DockerAuthConfig{Username: "AWS", Password: "token"}
	for _, tt := range []struct {
		name   string
		aws    aws.Config
		logins *credentials.Store
		image  string
		want   *types.DockerAuthConfig
	}{
		{"AWS's", publicAPI(t, true), nil, "public.ecr.aws/alias/app", token},
		{"AWS's, by the other host", publicAPI(t, true), nil, "ecr-public.aws.com/alias/app", token},
		{"given", publicAPI(t, true), given, "public.ecr.aws/alias/app", robot},
		{"given for others", publicAPI(t, true), others, "public.ecr.aws/alias/app", token},
		{"refused", publicAPI(t, false), others, "public.ecr.aws/alias/app", &types.DockerAuthConfig{}},
		{"refused, with auth files", publicAPI(t, false), nil, "public.ecr.aws/alias/app", nil},
		{"no credentials", aws.Config{}, nil, "public.ecr.aws/alias/app", nil},
		{"another registry's", publicAPI(t, true), nil, "quay.io/org/app", nil},
		{"another registry's, given", publicAPI(t, true), others, "ghcr.io/org/app", robot},
	} {
		name, err := imagename.ParseImage(tt.image)
		if err != nil {
			t.Fatal(err)
		}
		login, known := New(Options{AWS: tt.aws, Logins: tt.logins}).givenLogin(t.Context(), name)
		got := &login.DockerAuthConfig
		if !known {
			got = nil
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestECRPublicIsWrittenThroughItsAPI(t *testing.T) {
	name, err := imagename.ParseImage("public.ecr.aws/alias/app:1")
	if err != nil {
		t.Fatal(err)
	}
	dest, err := New(Options{AWS: publicAPI(t, true)}).Destination(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := dest.(ecrDestination); !ok {
		t.Errorf("by a %T", dest)
	}
}
