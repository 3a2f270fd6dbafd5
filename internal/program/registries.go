package program

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/spf13/pflag"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/credentials"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/registry"
)

// ErrNoRegion says that AWS is needed, and not where.
var ErrNoRegion = errors.New("no AWS region: set AWS_REGION")

// AWSConfig reads the AWS SDK's own environment and files. A mistake in them is wrong usage.
func AWSConfig(ctx context.Context) (aws.Config, error) {
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return cfg, fmt.Errorf("loading AWS configuration: %w", err)
	}
	return cfg, nil
}

// RegistryFlags are the settings by which registries are reached.
type RegistryFlags struct {
	insecure      []string
	authParameter string
	template      templateFlag
}

// Add adds the flags to a command's. Their defaults come from the environment.
func (f *RegistryFlags) Add(flags *pflag.FlagSet, getenv func(string) string) {
	flags.StringSliceVar(&f.insecure, "insecure-registry", imagename.SplitList(getenv(contract.EnvInsecureRegistries)),
		"`HOST` that may be reached without verified TLS (env "+contract.EnvInsecureRegistries+"); loopback always may")
	flags.StringVar(&f.authParameter, "auth-parameter", getenv(contract.EnvAuthParameter),
		"`NAME` of the SSM parameter with logins to registries (env "+contract.EnvAuthParameter+")")
}

// Open returns the registries as the flags say, after reading the logins if a
// parameter holds some. The budget is for blobs that pass through; nil is for programs that copy
// none. Where the flags are right, its error is a *Failure.
func (f *RegistryFlags) Open(ctx context.Context, cfg aws.Config, budget *chunked.Budget) (*registry.Registries, error) {
	for _, host := range f.insecure {
		if strings.Contains(host, "/") {
			return nil, fmt.Errorf("insecure registry %q is not HOST or HOST:PORT", host)
		}
	}
	if f.authParameter != "" && cfg.Region == "" {
		return nil, ErrNoRegion
	}
	opts := registry.Options{AWS: cfg, Insecure: f.insecure, UserAgent: "ecrmirror", CreateHint: createHint, Budget: budget}
	if err := f.template.apply(&opts); err != nil {
		return nil, err
	}
	if f.authParameter != "" {
		logins, err := credentials.FromParameter(ctx, ssm.NewFromConfig(cfg), f.authParameter)
		if err != nil {
			return nil, Fail(err)
		}
		opts.Logins = logins
	}
	return registry.New(opts), nil
}
