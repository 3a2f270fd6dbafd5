// Package settings has the flags, and their environment variables, by which both programs reach registries, create
// repositories, and are told which images they may read and write.
package settings

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/spf13/pflag"

	"ecrmirror/internal/chunked"
	"ecrmirror/internal/contract"
	"ecrmirror/internal/credentials"
	"ecrmirror/internal/imagename"
	"ecrmirror/internal/images"
	"ecrmirror/internal/program"
	"ecrmirror/internal/roles"
)

// Registries are the settings by which registries are reached.
type Registries struct {
	LeastRate chunked.LeastRate // of the sources of blobs; not a flag of all programs

	insecure      []string
	authParameter string
	authSecrets   []string
	roles         []string
	envRoles      string // what the environment says of them
	loginFiles    []string
	template      templateFlag
	puts          putRate
}

// Add adds the flags to a command's. Their defaults come from the environment.
func (f *Registries) Add(flags *pflag.FlagSet, getenv func(string) string) {
	flags.StringSliceVar(&f.insecure, "insecure-registry", imagename.SplitList(getenv(contract.EnvInsecureRegistries)),
		"`HOST` that may be reached without verified TLS (env "+contract.EnvInsecureRegistries+"); loopback always may")
	flags.StringVar(&f.authParameter, "auth-parameter", getenv(contract.EnvAuthParameter),
		"`NAME` of the SSM parameter with logins to registries (env "+contract.EnvAuthParameter+")")
	flags.StringSliceVar(&f.authSecrets, "auth-secret", imagename.SplitList(getenv(contract.EnvAuthSecret)),
		"`ID[,ID...]` of Secrets Manager secrets with logins to registries, "+
			"HOST=ID where the secret does not name its registry (env "+contract.EnvAuthSecret+")")
	// Not the flag's default, which the help would print: an external id is to be kept.
	f.envRoles = getenv(contract.EnvAssumeRoles)
	f.loginFiles = credentials.Files(getenv)
	flags.StringArrayVar(&f.roles, "assume-role", nil,
		"`ACCOUNT=ARN[#EXTERNAL-ID]`: the role for the account's ECR; may be repeated (env "+
			contract.EnvAssumeRoles+", comma-separated)")
}

// Open returns the registries as the flags say, after reading the logins if a
// parameter or a secret holds some. Roles are assumed when they are first needed. The budget is for
// blobs that pass through; nil is for programs that copy none. The log is told of missing
// permissions that only cost time, and of entries that hold no login; nil is no log. Where the flags are right, its
// error is a *program.Failure.
func (f *Registries) Open(
	ctx context.Context, cfg aws.Config, budget *chunked.Budget, log *slog.Logger,
) (*images.Client, error) {
	opts, err := f.options(cfg)
	if err != nil {
		return nil, err
	}
	logins, err := f.logins(ctx, cfg)
	if err != nil {
		return nil, program.Fail(err)
	}
	if log != nil {
		for _, why := range logins.Unusable() {
			log.WarnContext(ctx, "login passed over", "reason", why)
		}
	}
	opts.Logins, opts.Budget, opts.Log = logins, budget, log
	return images.New(opts), nil
}

// options returns what the flags say, without the logins. Its error is wrong usage.
func (f *Registries) options(cfg aws.Config) (images.Options, error) {
	opts := images.Options{
		AWS: cfg, LoginFiles: f.loginFiles, Insecure: f.insecure, UserAgent: "ecrmirror", CreateHint: CreateHint,
		Chunks: chunked.Options{LeastRate: f.LeastRate}, PutImageRate: f.puts.value.Value(),
	}
	for _, host := range f.insecure {
		if strings.Contains(host, "/") {
			return opts, fmt.Errorf("insecure registry %q is not HOST or HOST:PORT", host)
		}
	}
	if (f.authParameter != "" || len(f.authSecrets) > 0) && cfg.Region == "" {
		return opts, program.ErrNoRegion
	}
	if specs := f.roleSpecs(); len(specs) > 0 {
		assumed, err := roles.Parse(specs...)
		if err != nil {
			return opts, err
		}
		opts.AccountAWS = func(account string) aws.Config { return assumed.Config(account, cfg) }
	}
	return opts, f.template.apply(&opts)
}

// nextRole is what separates roles in the environment: names of roles may have commas, too.
var nextRole = regexp.MustCompile(`,\s*([0-9]{12}=)`)

// roleSpecs returns the roles that were asked for, each as roles.Parse wants it.
func (f *Registries) roleSpecs() []string {
	env := strings.Trim(f.envRoles, ", \t\n")
	if len(f.roles) > 0 || env == "" {
		return f.roles
	}
	return strings.Split(nextRole.ReplaceAllString(env, "\n$1"), "\n")
}

// logins reads the logins to registries. Where secrets and the parameter have one for
// the same place, the secrets' counts. It returns nil if there are neither.
func (f *Registries) logins(ctx context.Context, cfg aws.Config) (*credentials.Store, error) {
	if f.authParameter == "" && len(f.authSecrets) == 0 {
		return nil, nil
	}
	secrets, err := credentials.FromSecrets(ctx, secretsmanager.NewFromConfig(cfg), f.authSecrets...)
	if err != nil || f.authParameter == "" {
		return secrets, err
	}
	parameter, err := credentials.FromParameter(ctx, ssm.NewFromConfig(cfg), f.authParameter)
	return credentials.Merge(secrets, parameter), err
}
