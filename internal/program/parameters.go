package program

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecrmirror/internal/awserror"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/credentials"
)

// Environment returns getenv with the documents in place that stand in SSM: a variable among [contract.Documents] whose
// value is ssm:NAME has the value of the parameter of that name. Without such a variable no call is made. Its error is
// a *Failure where the name is right.
func Environment(ctx context.Context, getenv func(string) string) (func(string) string, error) {
	named := map[string]string{} // variable → name of a parameter
	for _, variable := range contract.Documents() {
		if name, ok := strings.CutPrefix(getenv(variable), contract.FromParameter); ok {
			if err := credentials.CheckParameter(name); err != nil {
				return nil, fmt.Errorf("%s: %w", variable, err)
			}
			named[variable] = name
		}
	}
	if len(named) == 0 {
		return getenv, nil
	}
	cfg, err := AWSConfig(ctx)
	if err != nil {
		return nil, err
	}
	if cfg.Region == "" {
		return nil, ErrNoRegion
	}
	documents, err := readDocuments(ctx, ssm.NewFromConfig(cfg), named)
	if err != nil {
		return nil, Fail(err)
	}
	return func(variable string) string {
		if document, ok := documents[variable]; ok {
			return document
		}
		return getenv(variable)
	}, nil
}

func readDocuments(
	ctx context.Context, api credentials.ParameterAPI, named map[string]string,
) (map[string]string, error) {
	documents := map[string]string{}
	for variable, name := range named {
		out, err := api.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
		if err != nil {
			return nil, fmt.Errorf("reading %s from SSM parameter %q: %w", variable, name, awserror.Plain(err))
		}
		if out.Parameter == nil || aws.ToString(out.Parameter.Value) == "" {
			// Taken for a list that is not given, it would allow everything.
			return nil, fmt.Errorf("reading %s from SSM parameter %q: empty answer", variable, name)
		}
		documents[variable] = *out.Parameter.Value
	}
	return documents, nil
}
