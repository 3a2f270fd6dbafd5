// Package contract holds the names that the programs share with the
// infrastructure that runs them: environment variables, table attributes, Batch
// parameters and exit codes. It imports nothing, so that everything can import it.
package contract

// Environment variables the programs read, beside those of the AWS SDK.
const (
	EnvTable              = "MIRROR_TABLE"               // name of the DynamoDB table of entries
	EnvLedger             = "MIRROR_LEDGER"              // name of the DynamoDB table of the ledger
	EnvQueue              = "MIRROR_QUEUE"               // name or ARN of the Batch queue for mirror jobs
	EnvJobDefinition      = "MIRROR_JOB_DEFINITION"      // name or ARN of the Batch job definition of mirror jobs
	EnvInsecureRegistries = "MIRROR_INSECURE_REGISTRIES" // comma-separated hosts that may be reached without TLS
	EnvAuthParameter      = "CONTAINER_AUTH_PARAMETER"   // SSM parameter that holds a containers-auth.json document
	// comma-separated Secrets Manager secrets that hold logins to registries
	EnvAuthSecret = "CONTAINER_AUTH_SECRET"
	// comma-separated ACCOUNT=ARN: roles by which the accounts' ECR is reached
	EnvAssumeRoles = "MIRROR_ASSUME_ROLES"
	// JSON document by which missing ECR repositories are created
	EnvRepositoryTemplate = "MIRROR_REPOSITORY_TEMPLATE"
	// on or off: whether mirror jobs create missing ECR repositories
	EnvCreatesRepositories = "MIRROR_CREATES_REPOSITORIES"
	EnvAllowedSources      = "MIRROR_ALLOWED_SOURCES"      // comma-separated patterns of what may be read
	EnvAllowedDestinations = "MIRROR_ALLOWED_DESTINATIONS" // comma-separated patterns of what may be written
	// characters that the source, destinations and options of one job may have together
	EnvJobParameters   = "MIRROR_JOB_PARAMETERS"
	EnvSignaturePolicy = "MIRROR_SIGNATURE_POLICY" // name of a containers-policy.json, or that document itself
	// whether a sweep prints its metrics for CloudWatch: auto, on or off
	EnvMetrics   = "MIRROR_METRICS"
	EnvLogFormat = "MIRROR_LOG_FORMAT" // how the controller logs: auto, text or json
	EnvMostTags  = "MIRROR_MOST_TAGS"  // how many tags of a repository a selection may choose: 500
	// EnvMostRepositories is how many repositories of a namespace a selection may choose: 200.
	EnvMostRepositories = "MIRROR_MOST_REPOSITORIES"
	EnvTimeLimit        = "MIRROR_TIME_LIMIT"    // how long a sweep looks at entries: 55m
	EnvMemoryBudget     = "MIRROR_MEMORY_BUDGET" // memory for what is on its way in a copy: 64MiB, 67108864
	// EnvPutImageRate is how many calls of ECR's PutImage a second mirror makes, for an account in a region: 10.
	EnvPutImageRate = "MIRROR_PUT_IMAGE_RATE"
	// EnvVerify is who must have signed an image whose request does not say it: JSON.
	EnvVerify = "MIRROR_VERIFY"
	// EnvArtifacts is what comes with an image of what belongs to it: all, none, signatures, or types with commas.
	EnvArtifacts = "MIRROR_ARTIFACTS"
	// EnvReceiptKey is the key of KMS that signs receipts: an ARN, an id, or alias/NAME. None are put without it.
	EnvReceiptKey = "MIRROR_RECEIPT_KEY"
)

// FromParameter begins the value of a variable among [Documents] that stands in SSM; the parameter's name follows.
const FromParameter = "ssm:"

// Documents are the variables whose values may be long: more than fits into the environment of a job or a function.
func Documents() []string {
	return []string{
		EnvAssumeRoles, EnvRepositoryTemplate, EnvSignaturePolicy, EnvAllowedSources, EnvAllowedDestinations, EnvVerify,
	}
}

// LongestParameter is how many characters an SSM parameter holds.
const LongestParameter = 8192

// Limits on a job's overrides: JSON with the command and the environment.
const (
	// LongestOverrides is how many characters the overrides may have. ECS takes 8,192. It has been seen to refuse
	// more than 7,680: AWS Batch adds variables of its own.
	LongestOverrides = 7680
	// DefaultJobParameters is how much of them is for the source, the destinations and the options where
	// [EnvJobParameters] does not say.
	DefaultJobParameters = 6000
)

// Attributes of the table.
const (
	AttrSource      = "Source"      // S, partition key: the source image name
	AttrDestination = "Destination" // S, comma-separated S, SS or L of S: the destination image names
	AttrExpires     = "Expires"     // N, epoch seconds: the entry is ignored from this second on
	AttrTags        = "Tags"        // L of M: rules that choose tags; they make the entry a selection
	AttrRepos       = "Repos"       // M: which repositories of a namespace
	AttrLabels      = "Labels"      // M of S: the owner's
	AttrOptions     = "Options"     // M: options, of which none is known

	// AttrStatus holds what the service knows of the entry. Only the service writes it, and
	// it writes no other attribute of an entry by itself.
	AttrStatus = "MirrorStatus" // M
)

// Attributes of the ledger that its infrastructure names. Package ledgertable has all.
const (
	LedgerPartition = "PK"      // S, partition key: the kind of a record, and a repository
	LedgerSort      = "SK"      // S, sort key: the tag
	LedgerExpires   = "expires" // N, epoch seconds: when DynamoDB removes a record of what happened
	LedgerOutcome   = "outcome" // M: what became of an image by a job, the only attribute that jobs write
	LedgerHold      = "hold"    // M: why an image is kept as it is; jobs read it before they move a tag
	LedgerVersion   = "v"       // N: the version of the record; jobs read it, too
	// LedgerDestinations begins the partition key of what is known of an image at a destination.
	LedgerDestinations = "dst#"
)

// Parameters of the Batch job definitions: `Ref::options`, `Ref::source` and `Ref::dest` of
// the mirror job, `Ref::repository` and `Ref::tag` of the controller's event job.
const (
	ParamSource     = "source"     // the source image name
	ParamDest       = "dest"       // comma-separated destination image names
	ParamOptions    = "options"    // JSON: how the request differs from a plain copy; [DefaultOptions] where it is left out
	ParamRepository = "repository" // the ECR repository that was pushed to
	ParamTag        = "tag"        // the tag that was pushed
)

// DefaultOptions are the options of a plain copy: the default of [ParamOptions] in the job definition.
const DefaultOptions = "{}"

// Tags of mirror jobs, and of their ECS tasks.
const (
	TagSource     = "ecrmirror:source"     // name of the source image; the end of it where it is too long
	TagDigest     = "ecrmirror:digest"     // digest of the source when the job was submitted
	TagSubmission = "ecrmirror:submission" // random text, another one for each job
)

// Exit codes of the programs. AWS Batch decides by them whether to run a job
// again (evaluateOnExit), so they are part of the programs' interface.
const (
	ExitOK          = 0   // done, or nothing to do
	ExitFailed      = 1   // something failed that will fail again
	ExitUsage       = 2   // wrong command line or configuration
	ExitChanges     = 3   // of plan --exit-code: there is something to do
	ExitTransient   = 75  // something failed that may work next time (EX_TEMPFAIL of sysexits.h)
	ExitInterrupted = 130 // stopped by SIGINT
	ExitTerminated  = 143 // stopped by SIGTERM
)

// HelpTopic is what mirror's help explains to people who run the image without a command, which is then
// ImageCommand.
const HelpTopic = "programs"

// ImageCommand returns the CMD of the image. AWS Lambda, where a function's settings have another entrypoint
// and no command, hands it to that.
func ImageCommand() []string { return []string{"mirror", "help", HelpTopic} }
