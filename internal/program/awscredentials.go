package program

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/printable"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A CredentialsError says in one sentence why there are no AWS credentials, and what to do.
type CredentialsError struct {
	text string
	err  error // nil where another try gains nothing
}

func (e *CredentialsError) Error() string { return e.text }

// Transient reports whether another try may help.
func (e *CredentialsError) Transient() bool { return awserror.Transient(e.err) }

// Unwrap returns the SDK's error, if it decides whether to try again.
func (e *CredentialsError) Unwrap() error { return e.err }

// explained are credentials whose errors are CredentialsErrors.
type explained struct {
	aws.CredentialsProvider
	profile awsconfig.SharedConfig
}

// Retrieve implements [aws.CredentialsProvider].
func (e explained) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := e.CredentialsProvider.Retrieve(ctx)
	if err == nil || ctx.Err() != nil {
		return credentials, err
	}
	return credentials, explain(err, e.profile)
}

// plainCredentialsErrors has a client's calls return a CredentialsError as it is, without the SDK's steps
// that it came through.
func plainCredentialsErrors(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("PlainCredentialsErrors", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		if plain, ok := errors.AsType[*CredentialsError](err); ok {
			err = plain
		}
		return out, metadata, err
	}), middleware.Before)
}

const noCredentials = "no AWS credentials: set AWS_PROFILE or run aws sso login"

// explain tells apart why there are no credentials.
func explain(err error, profile awsconfig.SharedConfig) *CredentialsError {
	var operation *smithy.OperationError
	if errors.As(err, &operation) && operation.Service() == "ec2imds" {
		return explainInstance(err)
	}
	if sso := ssoProfile(&profile); sso != nil && isSessionError(err) {
		was := "has expired"
		if errors.Is(err, fs.ErrNotExist) {
			was = "has not begun"
		}
		text := fmt.Sprintf("the AWS SSO session of profile %q %s: run aws sso login --profile %[1]s", sso.Profile, was)
		return &CredentialsError{text: text}
	}
	cause := err
	if inner := errors.Unwrap(err); inner != nil {
		cause = inner // without "failed to refresh cached credentials, "
	}
	return &CredentialsError{text: "no AWS credentials: " + printable.Line(cause.Error()), err: err}
}

// explainInstance tells why the instance has none: it is where the SDK looks last, so that on most
// machines there is no such service.
func explainInstance(err error) *CredentialsError {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) {
		return &CredentialsError{text: noCredentials}
	}
	switch code := answer.HTTPStatusCode(); {
	case code == http.StatusNotFound:
		return &CredentialsError{text: noCredentials + " (this EC2 instance has no role)"}
	case code >= http.StatusInternalServerError:
		return &CredentialsError{
			text: fmt.Sprintf("%s (EC2 instance metadata: status %d)", noCredentials, code), err: err,
		}
	default:
		text := fmt.Sprintf("%s (access to EC2 instance metadata was denied: status %d)", noCredentials, code)
		return &CredentialsError{text: text}
	}
}

// isSessionError reports whether an SSO profile's error is that of its session: a token on disk that
// can't be used, or one that AWS refuses. Anything else is that of a connection, or of permissions.
func isSessionError(err error) bool {
	var answer smithy.APIError
	var sent *smithyhttp.RequestSendError
	switch {
	case errors.As(err, &answer):
		code := answer.ErrorCode()
		return code == "UnauthorizedException" || code == "InvalidGrantException" || code == "ExpiredTokenException"
	case errors.As(err, &sent):
		return false
	}
	return true
}

// profileOf returns the profile that the configuration comes from.
func profileOf(cfg aws.Config) awsconfig.SharedConfig {
	for _, source := range cfg.ConfigSources {
		if profile, ok := source.(awsconfig.SharedConfig); ok {
			return profile
		}
	}
	return awsconfig.SharedConfig{}
}

// ssoProfile returns the profile with an SSO session that the credentials begin with, nil if it is none.
func ssoProfile(profile *awsconfig.SharedConfig) *awsconfig.SharedConfig {
	for ; profile != nil; profile = profile.Source {
		if profile.SSOSession != nil || profile.SSOStartURL != "" {
			return profile
		}
	}
	return nil
}
