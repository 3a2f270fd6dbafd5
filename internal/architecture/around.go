package architecture

// around are the layers of what is about the programs: the infrastructure, stand-ins, trials and tools.
var around = map[string]layer{
	"bench": {
		internal: []string{"bench/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/opencontainers/go-digest"},
	},
	"bench/controller": {
		internal: []string{"awsclient", "bench/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/opencontainers/go-digest"},
	},
	"bench/fleet": {
		internal: []string{"bench/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/opencontainers/go-digest"},
	},
	"bench/...": {
		internal: []string{"bench/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"reliability/soak": { // what the programs do, in one process that lives long
		internal: []string{"awsclient", "internal/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/aws/aws-sdk-go-v2"},
	},
	"reliability/...": {
		internal: []string{"localstack/...", "testkit/..."},
		external: []string{
			"github.com/aws/aws-sdk-go-v2/", "github.com/docker/go-units", "github.com/opencontainers/go-digest",
		},
	},
	"sbom":         {internal: []string{"sbom/..."}},
	"sbom/...":     {},
	"release":      {internal: []string{"release/...", "sbom/..."}},
	"release/...":  {internal: []string{"release/..."}, external: anything},
	"tools/images": {internal: []string{"internal/imagename", "internal/images"}},
	"tools/...":    {internal: []string{"tools/..."}, external: []string{"golang.org/x/mod/"}},
	"infra":        {internal: []string{"infra/assembly", "infra/mirrorstack", "infra/settings"}, external: cdk},
	"infra/mirrorstack": {
		internal: []string{
			"infra/schedule", "infra/settings", "internal/contract", "internal/credentials", "internal/images",
			"internal/selection",
		},
		external: cdk,
	},
	"infra/settings": { // the parsers by which the programs read their settings: what synthesis takes, they take
		internal: []string{
			"infra/schedule", "internal/allow", "internal/artifacts", "internal/credentials", "internal/images",
			"internal/kmskey", "internal/roles",
			"internal/selection", "internal/signature", "internal/verify/policy",
		},
	},
	"infra/deploytemplate": {internal: []string{"infra/assembly"}},
	"infra/schedule":       {},
	"infra/assembly":       {}, // what is known of a template without CDK, which takes minutes to compile
	"infra/ec2":            {external: []string{"github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/smithy-go"}},
	"infra/awsconfig":      {internal: []string{"awsclient"}, external: []string{"github.com/aws/aws-sdk-go-v2/"}},
	"infra/preflight": {
		internal: []string{
			"infra/assembly", "infra/awsconfig", "infra/ec2", "infra/preflight/...", "internal/printable",
		},
		external: []string{"github.com/aws/aws-sdk-go-v2/"},
	},
	"infra/smoke": {
		internal: []string{"infra/assembly", "infra/awsconfig", "infra/smoke/...", "internal/printable"},
		external: []string{"github.com/aws/aws-sdk-go-v2/"},
	},
	"infra/smoke/steps":   {internal: []string{"internal/printable"}},
	"infra/transcript":    {external: []string{"github.com/google/go-cmp/cmp"}}, // tests only
	"infra/smoke/answers": {external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/aws/smithy-go"}},
	"infra/smoke/scenario": {
		internal: []string{"infra/assembly", "infra/smoke/answers", "infra/smoke/steps", "internal/contract"},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/aws/smithy-go"},
	},
	"infra/preflight/calls": {internal: []string{"internal/contract", "internal/verify/policy"}},
	"infra/preflight/checks": {
		internal: []string{
			"infra/assembly", "infra/ec2", "infra/preflight/calls", "internal/contract", "internal/printable",
		},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/aws/smithy-go"},
	},
	"docs":           {},
	"docs/recipes":   {},
	"localstack/...": {internal: []string{"awsclient", "localstack/..."}, external: anything},
	"testkit/...":    {internal: []string{"awsclient", "localstack/...", "testkit/..."}, external: anything},
	"demo":           {internal: []string{"demo/...", "localstack/..."}, external: anything},
	"demo/...":       {external: anything},
	"localstack":     {internal: []string{"localstack/..."}, external: anything},
}
