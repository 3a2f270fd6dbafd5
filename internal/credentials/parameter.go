package credentials

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecrmirror/internal/awserror"
)

// ParameterAPI is the call to AWS Systems Manager that this package makes.
type ParameterAPI interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// FromParameter reads a document from the SSM parameter with the given name or ARN,
// decrypting it if it is a SecureString.
func FromParameter(ctx context.Context, api ParameterAPI, name string) (*Store, error) {
	if err := CheckParameter(name); err != nil {
		return nil, err
	}
	out, err := api.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name), WithDecryption: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("reading registry logins from SSM parameter %q: %w", name, awserror.Plain(err))
	}
	if out.Parameter == nil {
		return nil, fmt.Errorf("reading registry logins from SSM parameter %q: empty answer", name)
	}
	store, err := Parse([]byte(aws.ToString(out.Parameter.Value)), fmt.Sprintf("SSM parameter %q", name))
	if err != nil {
		return nil, fmt.Errorf("registry logins in SSM parameter %q: %w", name, err)
	}
	return store, nil
}
