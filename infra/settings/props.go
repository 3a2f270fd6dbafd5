// Package settings says what is deployed: the settings of the CDK context, their defaults, what is wrong with their
// values, and what follows from them. It knows nothing of CDK.
package settings

import (
	"time"

	"ecrmirror/infra/schedule"
	"ecrmirror/internal/images"
	"ecrmirror/internal/selection"
)

// Props say what is deployed. [FromContext] fills them from the CDK context; [DefaultProps] has
// the values that count where the context is silent.
type Props struct {
	Name   string // of the stack; what it holds has names that begin with it
	Region string // "" for any: the template goes wherever it is deployed

	Image        ImageProps
	Architecture Architecture
	Table        TableProps
	Ledger       LedgerProps
	Network      NetworkProps
	Compute      ComputeProps
	Mirror       JobProps
	Sweep        JobProps
	Event        JobProps
	Schedule     schedule.Expression
	Push         PushProps
	Registries   RegistryProps
	Selection    SelectionProps
	Watch        WatchProps
}

// ImageProps say which container image runs. It holds both programs.
type ImageProps struct {
	Name      string // an image name; "" to build one
	Directory string // where the Dockerfile is that it is built from

	// BuildArgs are arguments of the build. Images of the same files are the same whatever they are.
	BuildArgs map[string]string
}

// An Architecture is that of the CPUs that everything runs on.
type Architecture string

// Architectures.
const (
	ARM64 Architecture = "arm64"
	AMD64 Architecture = "amd64"
)

// TableProps say which table holds the entries.
type TableProps struct {
	Existing   string // name of a table that is there already; "" to make one
	Encryption string // EncryptionOwned, EncryptionManaged or the ARN of a KMS key; of the ledger, too
}

// LedgerProps say which table holds the ledger.
type LedgerProps struct {
	Kept     Switch // whether there is one
	Existing string // name of a table that is there already; "" to make one
}

// A Switch is on or off.
type Switch string

// States of a switch.
const (
	On  Switch = "on"
	Off Switch = "off"
)

// Whose key the table is encrypted with, if it is not one of the user's.
const (
	EncryptionOwned   = "aws-owned"   // DynamoDB's own
	EncryptionManaged = "aws-managed" // the account's aws/dynamodb
)

// NetworkProps say where the jobs run.
type NetworkProps struct {
	Kind        NetworkKind
	NATGateways int      // of a private network: 0 for no way to the internet
	VPC         string   // id of the existing VPC
	Subnets     []string // ids of its subnets
	PublicIP    bool     // whether its subnets are public ones, where jobs need public addresses
	Zones       []string // availability zones of a new network; nil for the region's first two
	EgressPorts []int    // TCP ports of registries and proxies
}

// A NetworkKind is a way to have a network.
type NetworkKind string

// Networks.
const (
	NetworkPublic   NetworkKind = "public"   // a new VPC with public subnets; nothing can connect to the jobs
	NetworkPrivate  NetworkKind = "private"  // a new VPC with private subnets and endpoints for AWS
	NetworkExisting NetworkKind = "existing" // one that is there already
)

// ComputeProps say on what the jobs run. The controller's run on Fargate in any case.
type ComputeProps struct {
	EC2                bool     // mirror jobs run on EC2 instances rather than on Fargate
	Spot               bool     // mirror jobs try Spot capacity first
	MaxVCPUs           int      // of mirror jobs at once; of each kind of capacity
	ControllerMaxVCPUs int      // of the controller's jobs at once
	InstanceTypes      []string // for EC2; nil for some of the architecture
}

// JobProps say what a job gets. VCPUs and memory fit together as Fargate wants them.
type JobProps struct {
	VCPUs    float64
	Memory   int           // MiB
	Timeout  time.Duration // of an attempt; Batch does not retry one that takes longer
	Attempts int
}

// SelectionProps say how much an entry with rules may choose. One that chooses more fails.
type SelectionProps struct {
	MostTags         int // of a repository
	MostRepositories int // of a namespace
}

// PushProps say what happens when ECR reports a push.
type PushProps struct {
	Target       PushTarget
	Repositories []string // names, or their beginnings with a * at the end, of what is reported; nil for all
	Concurrency  int      // reserved for the function; 0 for none
}

// A PushTarget is what a push event starts.
type PushTarget string

// Push targets.
const (
	PushLambda PushTarget = "lambda" // the controller as a Lambda function: in a second
	PushBatch  PushTarget = "batch"  // the controller as a Batch job: in a minute
	PushOff    PushTarget = "off"    // nothing
)

// RegistryProps say which registries the programs reach, and how.
type RegistryProps struct {
	Repositories       []string // of ECR, written and read: names, beginnings with a * at the end, or ARNs
	SourceRepositories []string // of ECR, read
	Public             PublicAccess
	SigningProfiles    []string // ARNs of AWS Signer's profiles by which ECR signs what is pushed
	Template           string   // JSON by which missing repositories are created; "" to create none
	AuthParameter      string   // SSM parameter with logins; "" for none
	AuthSecrets        []string // secrets with logins: names or ARNs, or HOST=name
	Keys               []string // ARNs of the KMS keys that those are encrypted with, if not AWS's
	Roles              []string // ACCOUNT=ARN[#EXTERNAL-ID]
	Insecure           []string // HOST[:PORT]

	AllowedSources      []string // patterns of what may be read; none: everything
	AllowedDestinations []string // patterns of what may be written, AllowedOwn among them; none: everything
	SignaturePolicy     string   // JSON of a containers-policy.json; "" for none
	Verify              string   // JSON of who must have signed images, as policy.Parse takes it; "" for nobody
	VerifyKeys          []string // ARNs of the KMS keys that entries may name in what they say of it
	Artifacts           []string // what comes with an image, as artifacts.Parse takes it
	ReceiptKey          string   // ARN of the KMS key that signs receipts; "" to put none
	PutImageRate        int      // calls of ECR's PutImage a second that a mirror job makes, for an account and region
}

// AllowedOwn stands for the registries of the stack's own accounts.
const AllowedOwn = "own"

// PublicAccess is what mirror jobs may do in ECR Public.
type PublicAccess string

// Access to ECR Public.
const (
	PublicAnonymous PublicAccess = "anonymous" // read as everyone can
	PublicRead      PublicAccess = "read"      // read with a token, at a higher rate
	PublicWrite     PublicAccess = "write"     // write to the account's own repositories, too
)

// WatchProps say how the service is watched.
type WatchProps struct {
	LogDays     int           // for which logs are kept
	Email       string        // who is told of alarms; "" for whoever subscribes to the topic
	Objective   time.Duration // how long a destination may be behind its source
	SweepWithin time.Duration // alarm if no sweep ended for so long; 0 to take it from the schedule
}

// DefaultProps returns what is deployed if nothing else is asked for.
func DefaultProps() Props {
	return Props{
		Name:         "ecrmirror",
		Architecture: ARM64,
		Table:        TableProps{Encryption: EncryptionOwned},
		Ledger:       LedgerProps{Kept: On},
		Network:      NetworkProps{Kind: NetworkPublic, NATGateways: 1, EgressPorts: []int{443}},
		Compute:      ComputeProps{Spot: true, MaxVCPUs: 16, ControllerMaxVCPUs: 4},
		Mirror:       JobProps{VCPUs: 2, Memory: 4096, Timeout: 6 * time.Hour, Attempts: 5},
		Sweep:        JobProps{VCPUs: 0.25, Memory: 1024, Timeout: time.Hour, Attempts: 3},
		Event:        JobProps{VCPUs: 0.25, Memory: 512, Timeout: 10 * time.Minute, Attempts: 3},
		Schedule:     "rate(1 hour)",
		Push:         PushProps{Target: PushLambda},
		Registries: RegistryProps{
			Repositories: []string{"*"}, SourceRepositories: []string{"*"}, Public: PublicRead,
			AllowedDestinations: []string{AllowedOwn}, Artifacts: []string{"all"},
			PutImageRate: images.DefaultPutImageRate,
		},
		Selection: SelectionProps{
			MostTags: selection.DefaultTags, MostRepositories: selection.DefaultRepositories,
		},
		Watch: WatchProps{LogDays: 30, Objective: 24 * time.Hour},
	}
}
