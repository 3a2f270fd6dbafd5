package program

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/credentials"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/registry"
)

// RegistryFlags are the settings by which registries are reached.
type RegistryFlags struct {
	insecure      []string
	authParameter string
}

// Add adds the flags to a command's. Their defaults come from the environment.
func (f *RegistryFlags) Add(flags *pflag.FlagSet, getenv func(string) string) {
	flags.StringSliceVar(&f.insecure, "insecure-registry", imagename.SplitList(getenv(contract.EnvInsecureRegistries)),
		"`HOST` that may be reached without verified TLS (env "+contract.EnvInsecureRegistries+"); loopback always may")
	flags.StringVar(&f.authParameter, "auth-parameter", getenv(contract.EnvAuthParameter),
		"`NAME` of the SSM parameter with logins to registries (env "+contract.EnvAuthParameter+")")
}

// Open returns the registries as the flags say, after reading the logins if a
// parameter holds some. The error it returns is a *Failure.
func (f *RegistryFlags) Open(ctx context.Context, cfg aws.Config) (*registry.Registries, error) {
	opts := registry.Options{AWS: cfg, Insecure: f.insecure, UserAgent: "ecrmirror"}
	if f.authParameter != "" {
		logins, err := credentials.FromParameter(ctx, ssm.NewFromConfig(cfg), f.authParameter)
		if err != nil {
			return nil, Fail(err)
		}
		opts.Logins = logins
	}
	return registry.New(opts), nil
}
