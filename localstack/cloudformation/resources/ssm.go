package resources

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/cloudformation"
)

// parameters are those of the parameter store.
type parameters struct{ opts Options }

func (p parameters) put(
	ctx context.Context, r cloudformation.Request, name string, overwrite bool,
) (cloudformation.Resource, error) {
	in := &ssm.PutParameterInput{}
	if err := into(r.Properties, in, "Tags"); err != nil {
		return cloudformation.Resource{}, err
	}
	in.Name, in.Overwrite = &name, aws.Bool(overwrite)
	if in.Type == types.ParameterTypeSecureString {
		return cloudformation.Resource{}, &refusal{
			service: "Ssm", message: "CloudFormation makes no parameters of type SecureString",
			code: "Status Code: 400", handlerCode: "InvalidRequest",
		}
	}
	if _, err := ssm.NewFromConfig(p.opts.Config(r.Caller)).PutParameter(ctx, in); err != nil {
		return cloudformation.Resource{}, told("Ssm", err)
	}
	return cloudformation.Resource{
		ID: name, Attributes: map[string]any{"Type": string(in.Type), "Value": aws.ToString(in.Value)},
	}, nil
}

// Create writes a parameter that is not there.
func (p parameters) Create(ctx context.Context, r cloudformation.Request) (cloudformation.Resource, error) {
	return p.put(ctx, r, named(r, "Name"), false)
}

// Update writes a new version of it.
func (p parameters) Update(
	ctx context.Context, r cloudformation.Request, was cloudformation.Resource,
) (cloudformation.Resource, error) {
	return p.put(ctx, r, was.ID, true)
}

// Delete deletes it.
func (p parameters) Delete(ctx context.Context, r cloudformation.Request, was cloudformation.Resource) error {
	_, err := ssm.NewFromConfig(p.opts.Config(r.Caller)).DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: &was.ID})
	if absent(err, "ParameterNotFound") {
		return nil
	}
	return told("Ssm", err)
}

// Parameter returns the value of a parameter in the parameter store, for parameters of templates. One of type
// SecureString has none.
func (o Options) Parameter(ctx context.Context, c awsjson.Caller, name string) (string, error) {
	out, err := ssm.NewFromConfig(o.Config(c)).GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
	if err != nil {
		return "", err
	}
	if out.Parameter.Type == types.ParameterTypeSecureString {
		return "", errors.New("parameters of templates are not of type SecureString")
	}
	return aws.ToString(out.Parameter.Value), nil
}
