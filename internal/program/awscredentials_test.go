package program

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/contract"
)

const awsFile = `
[profile session]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = admin
[sso-session corp]
sso_start_url = https://corp.example.com/start
sso_region = us-east-1
[profile old]
sso_start_url = https://old.example.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = admin
[profile chained]
role_arn = arn:aws:iam::111122223333:role/x
source_profile = old
[profile dangling]
role_arn = arn:aws:iam::111122223333:role/x
source_profile = gone
[profile script]
credential_process = false
[profile bare]
region = us-east-1
`

// TestWhyThereAreNoCredentials has people make their mistakes. Only what may pass by itself is worth another try.
func TestWhyThereAreNoCredentials(t *testing.T) {
	const none = "prog: no AWS credentials: set AWS_PROFILE or run aws sso login"
	for _, c := range []struct {
		name, profile, login string // login is the key of a cached token, which has expired
		instance             int    // status of EC2 instance metadata; 0 = there is no such service
		env, value           string
		want                 string
		code                 int
	}{
		{name: "nothing", want: none, code: contract.ExitFailed},
		{name: "a profile without any", profile: "bare", want: none, code: contract.ExitFailed},
		{
			name: "metadata denied", instance: 403,
			want: none + " (access to EC2 instance metadata was denied: status 403)", code: contract.ExitFailed,
		},
		{name: "no role", instance: 404, want: none + " (this EC2 instance has no role)", code: contract.ExitFailed},
		{
			name: "no such profile", profile: "nope",
			want: `prog: AWS profile "nope" does not exist: set AWS_PROFILE to one of those in ~/.aws/config and ` +
				`~/.aws/credentials`, code: contract.ExitUsage,
		},
		{
			name: "no such source profile", profile: "dangling",
			want: `prog: AWS profile "gone" does not exist: set AWS_PROFILE to one of those in ~/.aws/config and ` +
				`~/.aws/credentials`, code: contract.ExitUsage,
		},
		{
			name: "not logged in", profile: "session",
			want: `prog: the AWS SSO session of profile "session" has not begun: run aws sso login --profile session`,
			code: contract.ExitFailed,
		},
		{
			name: "login expired", profile: "session", login: "corp",
			want: `prog: the AWS SSO session of profile "session" has expired: run aws sso login --profile session`,
			code: contract.ExitFailed,
		},
		{
			name: "old login expired", profile: "old", login: "https://old.example.com/start",
			want: `prog: the AWS SSO session of profile "old" has expired: run aws sso login --profile old`,
			code: contract.ExitFailed,
		},
		{
			name: "login of a role expired", profile: "chained", login: "https://old.example.com/start",
			want: `prog: the AWS SSO session of profile "old" has expired: run aws sso login --profile old`,
			code: contract.ExitFailed,
		},
		{
			name: "a program fails", profile: "script",
			want: "prog: no AWS credentials: process provider error: error in credential_process: exit status 1",
			code: contract.ExitFailed,
		},
		{
			name: "no token file", env: "AWS_WEB_IDENTITY_TOKEN_FILE", value: "/nonexistent/token",
			want: "prog: no AWS credentials: failed to retrieve jwt from provide source, unable to read file at " +
				"/nonexistent/token", code: contract.ExitFailed,
		},
		{name: "no region", env: "AWS_REGION", want: "prog: no AWS region: set AWS_REGION", code: contract.ExitUsage},
		{
			name: "a container's agent is down", env: "AWS_CONTAINER_CREDENTIALS_FULL_URI", value: "http://127.0.0.1:1/",
			want: "prog: no AWS credentials: failed to load credentials, exceeded maximum number of attempts",
			code: contract.ExitTransient,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			noAWS(t, c.instance)
			t.Setenv("AWS_REGION", "eu-west-1")
			t.Setenv("AWS_PROFILE", c.profile)
			if c.env != "" {
				t.Setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x")
				t.Setenv(c.env, c.value)
			}
			if c.login != "" {
				expiredLogin(t, c.login)
			}
			var stderr strings.Builder
			code := Run(t.Context(), "prog", &stderr, func(ctx context.Context) error {
				_, err := NeedAWS(ctx)
				return err
			})
			if got := stderr.String(); !strings.HasPrefix(got, c.want) || code != c.code ||
				strings.Count(got, "\n") != 1 {
				t.Errorf("code %d: %swant code %d: %s", code, got, c.code, c.want)
			}
		})
	}
}

// TestACallSaysThereAreNoCredentials is about the errors of any call of AWS, as they are logged, and as they are
// printed.
func TestACallSaysThereAreNoCredentials(t *testing.T) {
	noAWS(t, 0)
	cfg, err := AWSConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cfg.Region = "us-east-1"
	_, err = ssm.NewFromConfig(cfg).GetParameter(t.Context(), &ssm.GetParameterInput{Name: new("logins")})
	if want := "operation error SSM: GetParameter, " + noCredentials; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	var stderr strings.Builder
	report(&stderr, "prog", Fail(fmt.Errorf("reading logins: %w", err)))
	if got := stderr.String(); got != "prog: reading logins: "+noCredentials+"\n" {
		t.Error(got)
	}
}

// TestCredentialsThatAWSRefuses are told by what is wrong with them, other refusals as they are.
func TestCredentialsThatAWSRefuses(t *testing.T) {
	const expired = "the AWS credentials have expired: run aws sso login, or get others where these come from"
	const unknown = "AWS does not know the credentials: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, or set " +
		"AWS_PROFILE"
	for code, want := range map[string]string{
		"ExpiredTokenException": expired, "ExpiredToken": expired, "UnrecognizedClientException": unknown,
		"InvalidClientTokenId":      unknown,
		"InvalidSignatureException": "AWS does not take the credentials: why",
		"SignatureDoesNotMatch":     "AWS does not take the credentials: why",
		"AccessDeniedException":     "operation error SSM: GetParameter, api error AccessDeniedException: why",
	} {
		err := &smithy.OperationError{
			ServiceID: "SSM", OperationName: "GetParameter", Err: &smithy.GenericAPIError{Code: code, Message: "why"},
		}
		var stderr strings.Builder
		report(&stderr, "prog", Fail(fmt.Errorf("reading logins: %w", err)))
		if got := stderr.String(); got != "prog: reading logins: "+want+"\n" {
			t.Error(got)
		}
		stderr.Reset()
		report(&stderr, "prog", Fail(fmt.Errorf("reading logins: %w", awserror.Plain(err))))
		want = strings.Replace(want, "operation error SSM: GetParameter, api error ", "", 1)
		if got := stderr.String(); got != "prog: reading logins: "+want+"\n" {
			t.Error(got)
		}
	}
}

// TestInstanceMetadataThatIsBroken may work again.
func TestInstanceMetadataThatIsBroken(t *testing.T) {
	for status, transient := range map[int]bool{401: false, 403: false, 500: true, 503: true} {
		answer := &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}},
			Err:      errors.New("request to EC2 IMDS failed"),
		}
		err := explain(&smithy.OperationError{ServiceID: "ec2imds", OperationName: "GetMetadata", Err: answer},
			awsconfig.SharedConfig{})
		if got := Fail(err); got.Transient != transient || !strings.HasPrefix(err.Error(), noCredentials+" (") ||
			!strings.Contains(err.Error(), strconv.Itoa(status)) {
			t.Errorf("%v, transient: %v", got, got.Transient)
		}
	}
}

// noAWS takes away all that the machine has of AWS, but for the profiles of awsFile and EC2 instance metadata
// that answers with the status.
func noAWS(t *testing.T, instance int) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	file := filepath.Join(home, ".aws", "config")
	write(t, file, awsFile)
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, ".aws", "credentials"))
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	if instance > 0 {
		metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(instance)
		}))
		t.Cleanup(metadata.Close)
		t.Setenv("AWS_EC2_METADATA_DISABLED", "")
		t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.URL)
	}
}

func expiredLogin(t *testing.T, key string) {
	t.Helper()
	file, err := ssocreds.StandardCachedTokenFilepath(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, `{"accessToken": "token", "expiresAt": "2020-01-01T00:00:00Z"}`)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
