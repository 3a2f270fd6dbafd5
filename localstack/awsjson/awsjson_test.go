package awsjson_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/iam"
)

const home = "111122223333"

func request(authorization, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Authorization", authorization)
	return r
}

func signed(key string) string {
	return "AWS4-HMAC-SHA256 Credential=" + key +
		"/20300102/eu-west-1/ecr/aws4_request, SignedHeaders=host, Signature=0"
}

func TestCallerIsInTheCredentialScope(t *testing.T) {
	for key, account := range map[string]string{"AKIAEXAMPLE": home, "444455556666": "444455556666", "4444": home} {
		got, err := awsjson.CallerOf(request(signed(key), ""), home)
		want := awsjson.Caller{Account: account, Region: "eu-west-1", Service: "ecr", KeyID: key}
		want.Principal = iam.Principal{ARN: "arn:aws:iam::" + account + ":root", Account: account, Root: true}
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", key, got, err)
		}
	}
	whole := signed(home)
	for authorization, code := range map[string]string{
		"":                                      "MissingAuthenticationTokenException",
		"Basic eDp5":                            "MissingAuthenticationTokenException",
		"AWS4-HMAC-SHA256":                      "IncompleteSignatureException",
		"AWS4-HMAC-SHA256 Credential=x":         "IncompleteSignatureException",
		strings.Replace(whole, "/ecr/", "/", 1): "IncompleteSignatureException",
		strings.Replace(whole, "SignedHeaders=host, ", "", 1):  "IncompleteSignatureException",
		strings.Replace(whole, ", Signature=0", "", 1):         "IncompleteSignatureException",
		strings.Replace(whole, "Signature=0", "Signature=", 1): "IncompleteSignatureException",
	} {
		if _, err := awsjson.CallerOf(request(authorization, ""), home); awsjson.ErrorOf(err).Code != code {
			t.Errorf("%q: %v", authorization, err)
		}
	}
}

func TestDoDecodesAndRefuses(t *testing.T) {
	op := awsjson.Func(func(_ context.Context, c awsjson.Caller, in struct{ Name string }) (any, error) {
		return c.Account + " " + in.Name, nil
	})
	for _, tc := range []struct {
		name, authorization, body string
		op                        awsjson.Operation
		want, code                string
	}{
		{"input", signed(home), `{"Name":"a"}`, op, home + " a", ""},
		{"empty body", signed(home), "", op, home + " ", ""},
		{"not JSON", signed(home), "{", op, "", "SerializationException"},
		{
			"large", signed(home), `{"Name":"` + strings.Repeat("a", 100) + `"}`, op, "",
			"RequestEntityTooLargeException",
		},
		{"unsigned", "", "", op, "", "MissingAuthenticationTokenException"},
		{"no operation", signed(home), "", nil, "", "UnknownOperationException"},
	} {
		got, err := awsjson.Do(request(tc.authorization, tc.body), home, 100, tc.op)
		if tc.code != "" {
			if err == nil || awsjson.ErrorOf(err).Code != tc.code {
				t.Errorf("%s: %v, want %s", tc.name, err, tc.code)
			}
			continue
		}
		if err != nil || got != tc.want {
			t.Errorf("%s: %v, %v", tc.name, got, err)
		}
	}
}

func TestErrorsHaveTheirShape(t *testing.T) {
	for _, tc := range []struct {
		name   string
		err    error
		status int
		body   map[string]any
	}{
		{"default status", awsjson.Errorf("X", "no %s", "x"), 400, map[string]any{"__type": "X", "message": "no x"}},
		{
			"members", &awsjson.Error{Status: 404, Code: "X", Members: map[string]any{"last": 1.0}}, 404,
			map[string]any{"__type": "X", "message": "", "last": 1.0},
		},
		{
			"other errors", errors.New("disk full"), 500,
			map[string]any{"__type": "ServerException", "message": "disk full"},
		},
	} {
		w := httptest.NewRecorder()
		awsjson.Reply(w, nil, tc.err)
		var body map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tc.body, body); d != "" || w.Code != tc.status ||
			w.Header().Get("X-Amzn-ErrorType") != tc.body["__type"] {
			t.Errorf("%s: status %d (-want +got):\n%s", tc.name, w.Code, d)
		}
	}
}

func TestARNsAreOfTheRegionsPartition(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-iso-east-1": "aws-iso",
		"us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f",
		"eusc-de-east-1": "aws-eusc",
	} {
		got := awsjson.Caller{Account: home, Region: region}.ARN("batch", "job-queue/mirror")
		if got != "arn:"+want+":batch:"+region+":"+home+":job-queue/mirror" {
			t.Errorf("%s: %s", region, got)
		}
	}
}
