// Package server runs the stand-ins for AWS on one port, as the deployment finds
// them: DynamoDB, ECR, ECR Public, Batch, CloudFormation, KMS, SSM, Secrets Manager, STS and ECR's push events.
// Plain AWS SDK clients and the AWS CLI use it by AWS_ENDPOINT_URL alone.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"ecrmirror/awsclient"
	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/cloudformation"
	"ecrmirror/localstack/cloudwatch"
	"ecrmirror/localstack/dynamodb"
	"ecrmirror/localstack/ecr"
	"ecrmirror/localstack/ecrpublic"
	"ecrmirror/localstack/eventbridge"
	"ecrmirror/localstack/iamapi"
	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/kms"
	"ecrmirror/localstack/lambda"
	"ecrmirror/localstack/logs"
	"ecrmirror/localstack/secretsmanager"
	"ecrmirror/localstack/sqs"
	"ecrmirror/localstack/ssm"
	"ecrmirror/localstack/stats"
	"ecrmirror/localstack/sts"
)

// Options configure [Start].
type Options struct {
	Addr     string // "" = 127.0.0.1:0
	Dir      string // for blobs and jobs; "" = a temporary directory, removed by Close
	Programs string // directory with the programs that jobs may run, mirror and controller; "" = jobs fail to start
	Slots    int    // jobs of one queue that run at once; 0 = 2
	Account  string // of the deployment, 12 digits; "" = "111122223333"
	Region   string // of the deployment; "" = "us-east-1"
	NoEvents bool   // pushes to ECR start no jobs
	// ForgetLayers has ECR check layers that are uploaded, and then forget them: zeros are
	// downloaded. It is for those who measure something else than the disk.
	ForgetLayers bool
	// PutImageRate is ECR's quota of calls of PutImage a second, in each account and region; 0 = there is none. AWS's
	// is 10, unless it was raised.
	PutImageRate int
	// InsecureRegistries are hosts, beside the server's own, that MIRROR_INSECURE_REGISTRIES names.
	InsecureRegistries []string
	// JobEnvironment gives further NAME=VALUE pairs for every job, such as a proxy's.
	JobEnvironment []string
	// Roles is the variant of the service's settings whose roles there are: a name of
	// [roles.Variants]; "" = [roles.Default].
	Roles    string
	ScanPage int          // most items of a page of DynamoDB's Scan; 0 = 100
	Log      *slog.Logger // nil = discard
	// Uses is a file to which Close appends a line for each action that was allowed to a role of the
	// deployment, "ROLE ACTION", for who looks for grants that nobody uses; "" = none.
	Uses string
	// AnySignature takes requests whatever their signatures are, of keys that are known. It is for
	// clients that can't sign, such as curl; what a caller may do is held to all the same.
	AnySignature bool
	// Wrap returns what answers clients in place of next, which has all but /_localstack/. operation names a
	// request as [stats.Snapshot] does; "" where that can't be told by its header. nil = next answers.
	Wrap func(next http.Handler, operation func(*http.Request) string) http.Handler
	// Now tells the time for sessions and signatures; nil = time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Account == "" {
		o.Account = "111122223333"
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.ScanPage == 0 {
		o.ScanPage = 100
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wrap == nil {
		o.Wrap = func(next http.Handler, _ func(*http.Request) string) http.Handler { return next }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// A Server is a running one. It is safe for concurrent use.
type Server struct {
	opts    Options
	addr    string // host:port under which it is reached
	tempDir string // to be removed; "" if there is none
	stats   stats.Counter

	identities *identity.Directory
	bodies     awsjson.Bodies

	ecr       *ecr.Registry
	ecrPublic *ecrpublic.Service
	batch     *batch.Service
	dynamodb  *dynamodb.Service
	kms       *kms.Service
	ssm       *ssm.Service
	secrets   *secretsmanager.Service
	sts       *sts.Service
	iam       *iamapi.Service

	cloudformation *cloudformation.Service
	cloudwatch     *cloudwatch.Service
	events         *eventbridge.Service
	lambda         *lambda.Service
	logs           *logs.Service
	sqs            *sqs.Service

	http   *http.Server
	ctx    context.Context //nolint:containedctx // the server's own life, and its requests'; ends with Close
	stop   context.CancelFunc
	served chan error // what Serve returned
}

// URL is where the server is, without a slash at its end.
func (s *Server) URL() string { return "http://" + s.addr }

// Addr is the server's host:port.
func (s *Server) Addr() string { return s.addr }

// Account is the home account.
func (s *Server) Account() string { return s.opts.Account }

// Region is the home region.
func (s *Server) Region() string { return s.opts.Region }

// Stats counts what the server was asked, from the end of Start on.
func (s *Server) Stats() *stats.Counter { return &s.stats }

// Jobs is the Batch service, for its [batch.Service.Idle] and [batch.Service.Log].
func (s *Server) Jobs() *batch.Service { return s.batch }

// Owner is a transport for clients of the registry protocol: it logs in to ECR's
// repositories under /v2/ as whoever they belong to.
func (s *Server) Owner() http.RoundTripper {
	return s.ecr.Owner(&http.Transport{DisableKeepAlives: true}) // which no test server closes when it ends
}

// Config configures SDK clients of the home account in the home region.
func (s *Server) Config() aws.Config {
	return s.configOf(awsjson.Caller{Account: s.opts.Account, Region: s.opts.Region})
}

// configOf configures SDK clients of a caller's account and region.
func (s *Server) configOf(c awsjson.Caller) aws.Config {
	return aws.Config{
		Region: c.Region, BaseEndpoint: aws.String(s.URL()), HTTPClient: awsclient.New(),
		Credentials: credentials.NewStaticCredentialsProvider(c.Account, identity.RootSecret, ""),
	}
}

// reachable is the address by which this machine reaches a listener, which may listen on all of its addresses.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
}
