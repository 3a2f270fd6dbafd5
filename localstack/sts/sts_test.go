package sts_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"ecrmirror/awsclient"
	"ecrmirror/localstack/sts"
)

const home = "111122223333"

var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(sts.New(sts.Options{
		Home: home, Now: func() time.Time { return now },
		ExternalIDs: map[string]string{"arn:aws:iam::444455556666:role/shy": "password"},
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func client(url, key, token string) *awssts.Client {
	return awssts.New(awssts.Options{
		HTTPClient:   awsclient.New(),
		BaseEndpoint: aws.String(url), Region: "us-east-1", RetryMaxAttempts: 3,
		Credentials: credentials.NewStaticCredentialsProvider(key, "secret", token),
	})
}

func TestTellsTheCaller(t *testing.T) {
	url := start(t)
	for key, account := range map[string]string{home: home, "444455556666": "444455556666", "AKIAEXAMPLE": home} {
		out, err := client(url, key, "").GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
		if err != nil {
			t.Fatal(err)
		}
		if aws.ToString(out.Account) != account || aws.ToString(out.Arn) != "arn:aws:iam::"+account+":root" {
			t.Errorf("%s: %s, %s", key, aws.ToString(out.Account), aws.ToString(out.Arn))
		}
	}
}

func TestAssumedRoleIsOfItsAccount(t *testing.T) {
	url := start(t)
	out, err := client(url, home, "").AssumeRole(t.Context(), &awssts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::444455556666:role/team/mirror"), RoleSessionName: aws.String("job"),
		DurationSeconds: aws.Int32(900),
	})
	if err != nil {
		t.Fatal(err)
	}
	if key := aws.ToString(out.Credentials.AccessKeyId); key != "444455556666" {
		t.Errorf("access key id %s", key)
	}
	if expires := aws.ToTime(out.Credentials.Expiration); !expires.Equal(now.Add(15 * time.Minute)) {
		t.Errorf("expires %v", expires)
	}
	who, err := client(url, aws.ToString(out.Credentials.AccessKeyId), aws.ToString(out.Credentials.SessionToken)).
		GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	const want = "arn:aws:sts::444455556666:assumed-role/mirror/job"
	if aws.ToString(who.Arn) != want || aws.ToString(out.AssumedRoleUser.Arn) != want ||
		aws.ToString(who.UserId) != aws.ToString(out.AssumedRoleUser.AssumedRoleId) {
		t.Errorf("caller %s, assumed %s", aws.ToString(who.Arn), aws.ToString(out.AssumedRoleUser.Arn))
	}
}

func TestRefuses(t *testing.T) {
	c := client(start(t), home, "")
	role := aws.String("arn:aws:iam::444455556666:role/mirror")
	for _, tc := range []struct {
		name string
		in   awssts.AssumeRoleInput
	}{
		{"user", awssts.AssumeRoleInput{
			RoleArn:         aws.String("arn:aws:iam::444455556666:user/mirror"),
			RoleSessionName: aws.String("job"),
		}},
		{"short account", awssts.AssumeRoleInput{
			RoleArn:         aws.String("arn:aws:iam::4444:role/mirror"),
			RoleSessionName: aws.String("job"),
		}},
		{"session name", awssts.AssumeRoleInput{RoleArn: role, RoleSessionName: aws.String("a b")}},
		{"duration", awssts.AssumeRoleInput{
			RoleArn: role, RoleSessionName: aws.String("job"),
			DurationSeconds: aws.Int32(60),
		}},
		{"external id", awssts.AssumeRoleInput{
			RoleArn: role, RoleSessionName: aws.String("job"),
			ExternalId: aws.String("a b"),
		}},
	} {
		_, err := c.AssumeRole(t.Context(), &tc.in)
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "ValidationError" {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	_, err := c.GetSessionToken(t.Context(), &awssts.GetSessionTokenInput{})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "InvalidAction" {
		t.Errorf("unknown action: %v", err)
	}
}

func TestTrust(t *testing.T) {
	url := start(t)
	for _, tc := range []struct {
		name, token, role string
		id                *string
		hours             int32
		code              string
	}{
		{"external id", "", "arn:aws:iam::444455556666:role/shy", aws.String("password"), 1, ""},
		{"another external id", "", "arn:aws:iam::444455556666:role/shy", aws.String("other"), 1, "AccessDenied"},
		{"no external id", "", "arn:aws:iam::444455556666:role/shy", nil, 1, "AccessDenied"},
		{"external id that nobody wants", "", "arn:aws:iam::444455556666:role/mirror", aws.String("other"), 1, ""},
		{"role of another partition", "", "arn:aws-cn:iam::444455556666:role/mirror", nil, 1, "AccessDenied"},
		{"long session", "", "arn:aws:iam::444455556666:role/mirror", nil, 2, ""},
		{"long session of a chained role", "token", "arn:aws:iam::444455556666:role/mirror", nil, 2, "ValidationError"},
	} {
		_, err := client(url, home, tc.token).AssumeRole(t.Context(), &awssts.AssumeRoleInput{
			RoleArn: &tc.role, RoleSessionName: aws.String("job"), ExternalId: tc.id,
			DurationSeconds: aws.Int32(3600 * tc.hours),
		})
		var api smithy.APIError
		if (err == nil) != (tc.code == "") || err != nil && (!errors.As(err, &api) || api.ErrorCode() != tc.code) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestRequestsMustBeSigned(t *testing.T) {
	response, err := http.Post(start(t), "application/x-www-form-urlencoded",
		strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusForbidden {
		t.Error(response.Status)
	}
}
