// Package architecture says which package may import which: its table is the one place where that is said.
// Its tests hold the code to the table, and make docs/packages.md from it and from the package comments.
// docs/architecture.md has the picture.
package architecture

const module = "ecrmirror/"

// A layer says what the packages of one place may import beside the standard library.
type layer struct {
	internal []string // packages of this module, without its name; a trailing /... means all below
	external []string // other modules' packages, by path prefix
}

// layers has an entry for every package of the module, or for a tree of packages by a
// trailing /... . A package that no entry covers has no place yet, which is an error.
var layers = map[string]layer{
	"internal/contract":     {},
	"internal/printable":    {},
	"internal/jsonscan":     {},
	"internal/manifesttype": {internal: []string{"internal/jsonscan"}, external: []string{"github.com/opencontainers/image-spec/", "go.podman.io/image/v5/manifest"}},
	"internal/manifestdigest": {
		internal: []string{"internal/jsonscan", "internal/manifesttype"},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/manifest"},
	},
	"internal/transient": {}, // errors of AWS and of others answer where they come in
	"internal/awserror":  {internal: []string{"internal/transient"}, external: []string{"github.com/aws/"}},
	"internal/imagename": {external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/docker/reference"}},
	"internal/allow":     {internal: []string{"internal/imagename"}},
	"internal/conflict":  {internal: []string{"internal/entry", "internal/imagename"}},
	"internal/signature": {internal: []string{"internal/manifestdigest"}, external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/", "golang.org/x/sync"}},
	"internal/chunked":   {internal: []string{"internal/transient"}, external: []string{"golang.org/x/sync", "golang.org/x/time"}},
	"internal/fence":     {},
	"internal/ecr": {
		internal: []string{
			"internal/awserror", "internal/imagename", "internal/manifestdigest", "internal/manifesttype", "internal/chunked",
			"internal/fence", "internal/printable", "internal/transient",
		},
		external: []string{
			"github.com/aws/", "github.com/opencontainers/", "github.com/segmentio/asm/base64", "go.podman.io/image/v5/manifest", "golang.org/x/",
		},
	},
	"internal/ecrtransport": {
		internal: []string{"internal/ecr", "internal/imagename"},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/"},
	},
	"internal/credentials": {
		internal: []string{"internal/awserror", "internal/contract", "internal/imagename"},
		external: []string{"github.com/aws/aws-sdk-go-v2", "go.podman.io/image/v5/types"},
	},
	"internal/roles": {external: []string{"github.com/aws/aws-sdk-go-v2"}},
	"internal/registryclient/answer": {
		internal: []string{"internal/chunked", "internal/fence", "internal/printable", "internal/transient"},
		external: []string{"golang.org/x/sync/semaphore"},
	},
	"internal/registryclient/pace": {
		internal: []string{"internal/chunked", "internal/registryclient/answer"},
		external: []string{"golang.org/x/time/rate"},
	},
	"internal/registryclient/wire": {
		internal: []string{"internal/fence", "internal/registryclient/answer"},
		external: []string{"go.podman.io/image/v5/pkg/tlsclientconfig"},
	},
	"internal/registryclient/auth": {
		internal: []string{"internal/registryclient/answer", "internal/registryclient/wire"},
		external: []string{"go.podman.io/image/v5/types"},
	},
	"internal/registryclient/session": {
		internal: []string{
			"internal/chunked", "internal/registryclient/answer", "internal/registryclient/auth", "internal/registryclient/wire",
		},
	},
	"internal/registryclient/reading": {
		internal: []string{
			"internal/chunked", "internal/manifestdigest", "internal/registryclient/answer",
			"internal/registryclient/auth", "internal/registryclient/pace", "internal/registryclient/session",
			"internal/registryclient/wire",
		},
		external: []string{"github.com/opencontainers/", "go.podman.io/image/v5/manifest"},
	},
	"internal/registryclient/writing": {
		internal: []string{
			"internal/chunked", "internal/manifestdigest", "internal/registryclient/answer", "internal/registryclient/reading",
			"internal/registryclient/session", "internal/registryclient/wire", "internal/transient",
		},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/registryclient": {
		internal: []string{"internal/chunked", "internal/fence", "internal/registryclient/..."},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/types"},
	},
	"internal/images": {
		internal: []string{
			"internal/imagename", "internal/images/...", "internal/manifestdigest", "internal/manifesttype", "internal/ecr",
			"internal/registryclient", "internal/chunked", "internal/credentials", "internal/fence",
			"internal/mirror/content", "internal/mirror/port", "internal/transient",
		},
		external: []string{
			"github.com/aws/aws-sdk-go-v2/aws", "github.com/opencontainers/", "go.podman.io/image/v5/",
		},
	},
	"internal/images/disk": {
		internal: []string{
			"internal/chunked", "internal/imagename", "internal/images/transport", "internal/manifestdigest",
			"internal/manifesttype", "internal/mirror/port", "internal/transient",
		},
		external: []string{"github.com/opencontainers/", "go.podman.io/image/v5/"},
	},
	"internal/images/transport": {
		internal: []string{
			"internal/chunked", "internal/imagename", "internal/mirror/content", "internal/mirror/port",
			"internal/mirror/stall",
		},
		external: []string{"github.com/opencontainers/go-digest", "go.podman.io/image/v5/"},
	},
	"internal/images/visit": {},
	"internal/images/hosts": {internal: []string{"internal/registryclient"}},
	"internal/images/signatures": {
		internal: []string{
			"internal/ecr", "internal/imagename", "internal/mirror/content", "internal/mirror/port",
			"internal/registryclient",
		},
		external: []string{
			"github.com/opencontainers/", "go.podman.io/image/v5/", "go.podman.io/storage/pkg/configfile", "go.yaml.in/yaml/v3",
		},
	},
	"internal/entry": {internal: []string{"internal/imagename", "internal/printable"}, external: []string{"github.com/opencontainers/go-digest"}},
	"internal/table": {
		internal: []string{"internal/awserror", "internal/contract", "internal/entry", "internal/imagename", "internal/printable"},
		external: []string{"github.com/aws/", "github.com/opencontainers/go-digest"},
	},
	"internal/schedule": {internal: []string{"internal/entry"}},
	"internal/request": {
		internal: []string{"internal/contract", "internal/imagename"}, external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/entryfile": {internal: []string{"internal/conflict", "internal/entry"}, external: []string{"go.yaml.in/yaml/v3"}},
	"internal/entrydiff": {internal: []string{"internal/conflict", "internal/entry", "internal/table"}},
	"internal/trigger":   {internal: []string{"internal/imagename"}, external: []string{"github.com/aws/aws-lambda-go/events"}},
	"internal/jobs": {
		internal: []string{"internal/awserror", "internal/contract", "internal/request"},
		external: []string{"github.com/aws/", "golang.org/x/time/rate"},
	},
	"internal/program": {
		internal: []string{
			"internal/awserror", "internal/contract", "internal/credentials", "internal/imagename", "internal/printable",
			"internal/transient",
		},
		external: []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go", "github.com/sirupsen/logrus"},
	},
	"internal/settings": {
		internal: []string{
			"internal/allow", "internal/chunked", "internal/contract", "internal/credentials", "internal/imagename", "internal/images",
			"internal/program", "internal/roles",
		},
		external: []string{"github.com/aws/aws-sdk-go-v2", "github.com/spf13/pflag"},
	},
	"internal/controller": {
		internal: []string{"internal/conflict", "internal/contract", "internal/entry", "internal/imagename", "internal/request", "internal/schedule", "internal/table", "internal/jobs"},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync"},
	},
	"internal/inventory": {internal: []string{
		"internal/conflict", "internal/entry", "internal/output", "internal/printable", "internal/table",
	}},
	"internal/statusview": {
		internal: []string{"internal/conflict", "internal/entry", "internal/inventory", "internal/output", "internal/table"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/edit": {internal: []string{
		"internal/allow", "internal/entry", "internal/entrydiff", "internal/entryfile", "internal/imagename", "internal/inventory", "internal/output",
		"internal/printable", "internal/program", "internal/table",
	}},
	"internal/planview": {internal: []string{
		"internal/controller", "internal/entry", "internal/output", "internal/printable", "internal/statusview",
	}},
	"internal/outfile":  {},
	"internal/copyview": {internal: []string{"internal/mirror", "internal/output", "internal/printable"}},
	"internal/gate": {
		internal: []string{"internal/allow", "internal/imagename", "internal/images", "internal/mirror", "internal/signature"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/dispatch": {internal: []string{
		"internal/contract", "internal/controller", "internal/entry", "internal/metrics", "internal/program",
		"internal/table", "internal/trigger", "internal/transient",
	}},
	"internal/lambdafunction": {
		internal: []string{"internal/contract", "internal/dispatch", "internal/printable", "internal/program", "internal/trigger"},
		external: []string{"github.com/aws/aws-lambda-go/"},
	},
	"internal/metrics":   {internal: []string{"internal/output"}},
	"internal/buildinfo": {},
	"internal/output":    {internal: []string{"internal/printable", "internal/tty"}},
	"internal/flagvalue": {external: []string{"github.com/docker/go-units", "github.com/spf13/pflag"}},
	"internal/cli": {
		internal: []string{"internal/buildinfo", "internal/flagvalue", "internal/output", "internal/program", "internal/tty"},
		external: []string{"github.com/spf13/cobra", "github.com/spf13/pflag"},
	},
	"internal/memlimit": {external: []string{"github.com/KimMachineGun/automemlimit/memlimit"}},
	"internal/mirror": {
		internal: []string{
			"internal/chunked", "internal/imagename", "internal/manifestdigest", "internal/mirror/content",
			"internal/mirror/convoy", "internal/mirror/fanout", "internal/mirror/graph", "internal/mirror/lanes",
			"internal/mirror/port", "internal/mirror/stall", "internal/printable", "internal/request",
		},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync"},
	},
	"internal/mirror/content": {
		internal: []string{"internal/manifestdigest"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/mirror/convoy": {internal: []string{"internal/chunked", "internal/mirror/fanout"}},
	"internal/mirror/fanout": {
		internal: []string{"internal/chunked", "internal/mirror/content", "internal/mirror/stall"},
	},
	"internal/mirror/graph": {
		internal: []string{
			"internal/mirror/content", "internal/mirror/port", "internal/mirror/references", "internal/mirror/stall",
		},
		external: []string{"github.com/opencontainers/go-digest", "golang.org/x/sync/errgroup"},
	},
	"internal/mirror/lanes": {
		internal: []string{"internal/chunked"}, external: []string{"golang.org/x/sync/semaphore"},
	},
	"internal/mirror/port": {
		internal: []string{"internal/chunked", "internal/imagename", "internal/mirror/content"},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/mirror/references": {
		internal: []string{
			"internal/jsonscan", "internal/manifesttype", "internal/mirror/content", "internal/printable",
		},
		external: []string{"github.com/opencontainers/", "go.podman.io/image/v5/manifest"},
	},
	"internal/mirror/stall": {},
	"internal/progress": {
		internal: []string{"internal/output", "internal/tty"}, external: []string{"github.com/opencontainers/go-digest"},
	},
	"internal/tty": {external: []string{"golang.org/x/sys/windows", "golang.org/x/term"}},
	"bench": {
		internal: []string{"bench/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/aws/aws-sdk-go-v2/"},
	},
	"bench/controller": {
		internal: []string{"bench/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/opencontainers/go-digest"},
	},
	"bench/...": {
		internal: []string{"bench/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/opencontainers/go-digest"},
	},
	"reliability/soak": { // what the programs do, in one process that lives long
		internal: []string{"internal/...", "localstack/...", "testkit/..."},
		external: []string{"github.com/aws/aws-sdk-go-v2"},
	},
	"reliability/...": {
		internal: []string{"localstack/...", "testkit/..."},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/docker/go-units", "github.com/opencontainers/go-digest"},
	},
	"sbom":         {internal: []string{"sbom/..."}},
	"sbom/...":     {},
	"release":      {internal: []string{"release/...", "sbom/..."}},
	"release/...":  {internal: []string{"release/..."}, external: anything},
	"tools/images": {internal: []string{"internal/imagename", "internal/images"}},
	"tools/...":    {internal: []string{"tools/..."}, external: []string{"golang.org/x/mod/"}},
	"infra":        {internal: []string{"infra/assembly", "infra/mirrorstack", "infra/settings"}, external: cdk},
	"infra/mirrorstack": {
		internal: []string{"infra/schedule", "infra/settings", "internal/contract", "internal/credentials", "internal/images"},
		external: cdk,
	},
	"infra/settings": { // the parsers by which the programs read their settings: what synthesis takes, they take
		internal: []string{
			"infra/schedule", "internal/allow", "internal/credentials", "internal/images", "internal/roles", "internal/signature",
		},
	},
	"infra/deploytemplate": {internal: []string{"infra/assembly"}},
	"infra/schedule":       {},
	"infra/assembly":       {}, // what is known of a template without CDK, which takes minutes to compile
	"infra/ec2":            {external: []string{"github.com/aws/aws-sdk-go-v2/aws", "github.com/aws/smithy-go"}},
	"infra/awsconfig":      {external: []string{"github.com/aws/aws-sdk-go-v2/"}},
	"infra/preflight": {
		internal: []string{"infra/assembly", "infra/awsconfig", "infra/ec2", "infra/preflight/...", "internal/printable"},
		external: []string{"github.com/aws/aws-sdk-go-v2/"},
	},
	"infra/smoke":         {internal: []string{"infra/assembly", "infra/awsconfig", "infra/smoke/...", "internal/printable"}, external: []string{"github.com/aws/aws-sdk-go-v2/"}},
	"infra/smoke/steps":   {internal: []string{"internal/printable"}},
	"infra/transcript":    {external: []string{"github.com/google/go-cmp/cmp"}}, // tests only
	"infra/smoke/answers": {external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/aws/smithy-go"}},
	"infra/smoke/scenario": {
		internal: []string{"infra/assembly", "infra/smoke/answers", "infra/smoke/steps", "internal/contract"},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/aws/smithy-go"},
	},
	"infra/preflight/calls": {internal: []string{"internal/contract"}},
	"infra/preflight/checks": {
		internal: []string{"infra/assembly", "infra/ec2", "infra/preflight/calls", "internal/contract", "internal/printable"},
		external: []string{"github.com/aws/aws-sdk-go-v2/", "github.com/aws/smithy-go"},
	},
	"internal/architecture":           {},
	"docs":                            {},
	"internal/conformance/containers": {internal: []string{"localstack/...", "testkit/..."}, external: anything},                 // tests only
	"internal/conformance":            {internal: []string{"internal/...", "localstack/...", "testkit/..."}, external: anything}, // tests only
	"cmd/...":                         {internal: []string{"internal/..."}, external: anything},
	"localstack/...":                  {internal: []string{"localstack/..."}, external: anything},
	"testkit/...":                     {internal: []string{"localstack/...", "testkit/..."}, external: anything},
	"demo":                            {internal: []string{"demo/...", "localstack/..."}, external: anything},
	"demo/...":                        {external: anything},
	"localstack":                      {internal: []string{"localstack/..."}, external: anything},
}

// cdk is what describes infrastructure. Nothing there calls AWS.
var cdk = []string{"github.com/aws/aws-cdk-go/", "github.com/aws/constructs-go/", "github.com/aws/jsii-runtime-go"}

// anything allows every module but our own.
var anything = []string{""}

// apart are the trees whose tests keep to their tables, too: a stand-in that shares code shares its bugs.
var apart = []string{"localstack", "localstack/...", "testkit/...", "demo", "demo/..."}
