// Package server runs the stand-ins for AWS on one port, as the deployment finds
// them: DynamoDB, ECR, ECR Public, Batch, CloudFormation, SSM, Secrets Manager, STS and ECR's push events.
// Plain AWS SDK clients and the AWS CLI use it by AWS_ENDPOINT_URL alone.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/cloudformation"
	"ecrmirror/localstack/cloudwatch"
	"ecrmirror/localstack/dynamodb"
	"ecrmirror/localstack/ecr"
	"ecrmirror/localstack/ecrpublic"
	"ecrmirror/localstack/eventbridge"
	"ecrmirror/localstack/events"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/iamapi"
	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/lambda"
	"ecrmirror/localstack/logs"
	"ecrmirror/localstack/secretsmanager"
	"ecrmirror/localstack/sqs"
	"ecrmirror/localstack/ssm"
	"ecrmirror/localstack/stats"
	"ecrmirror/localstack/sts"
)

// shutdownTime is how long Close waits for requests that are being answered. What they
// do ends with their contexts; but a connection that has sent nothing yet counts as
// busy to net/http for 5 seconds, and an interrupted client leaves some.
const shutdownTime = time.Second

// Options configure [Start].
type Options struct {
	Addr     string // "" = 127.0.0.1:0
	Dir      string // for blobs and jobs; "" = a temporary directory, removed by Close
	Programs string // directory with the programs that jobs may run, mirror and controller; "" = jobs fail to start
	Account  string // of the deployment, 12 digits; "" = "111122223333"
	Region   string // of the deployment; "" = "us-east-1"
	NoEvents bool   // pushes to ECR start no jobs
	// ForgetLayers has ECR check layers that are uploaded, and then forget them: zeros are
	// downloaded. It is for those who measure something else than the disk.
	ForgetLayers bool
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

// Start listens, serves and creates what the deployment has: the table mirror, the
// queues mirror and controller, and the job definitions mirror, controller and
// controller-event, in the home account and region. It returns when all of it is
// there. The end of ctx stops the start, not the server: that is Close's.
func Start(ctx context.Context, opts Options) (*Server, error) {
	s := &Server{opts: opts.withDefaults(), served: make(chan error, 1)}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.opts.Addr)
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("starting localstack: %w", err)
	}
	s.addr = reachable(listener.Addr())
	if err := s.open(); err != nil {
		s.stop()
		return nil, errors.Join(fmt.Errorf("starting localstack: %w", err), listener.Close(), s.removeTemp())
	}
	s.http = &http.Server{
		Handler:           s.handler(),
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: time.Minute,
	}
	go func() { s.served <- s.http.Serve(listener) }()
	if err := s.seed(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("starting localstack: %w", err), s.Close())
	}
	s.stats.Reset() // seeding was not the user's doing
	return s, nil
}

// open makes the directories and the services.
func (s *Server) open() error {
	dir := s.opts.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "localstack-"); err != nil {
			return err
		}
		s.tempDir = dir
	}
	jobs := filepath.Join(dir, "jobs")
	if err := os.MkdirAll(jobs, 0o755); err != nil {
		return err
	}
	home := s.opts.Account
	s.batch = batch.New(s.ctx, batch.Options{
		Home: home, Programs: s.opts.Programs, Dir: jobs, Environment: s.startTask, Log: s.opts.Log,
		Output: s.taskOutput, OnChange: s.onJobChange,
	})
	s.dynamodb = dynamodb.New(dynamodb.Options{Home: home, PageLimit: s.opts.ScanPage})
	s.ssm = ssm.New(ssm.Options{Home: home})
	s.secrets = secretsmanager.New(secretsmanager.Options{Home: home})
	s.identities = identity.New(s.opts.Now)
	s.iam = iamapi.New(s.identities)
	s.sts = sts.New(sts.Options{Home: home, Now: s.opts.Now, Assume: s.identities.Assume})
	if err := s.openDeployment(jobs); err != nil {
		return err
	}
	var err error
	s.ecr, err = ecr.New(s.ctx, ecr.Options{
		Home: home, Dir: filepath.Join(dir, "ecr"), Stats: &s.stats, OnPush: s.onPush(), ForgetLayers: s.opts.ForgetLayers,
		Authorize: func(p iam.Principal, a iam.Access) error { return s.allow(p, s.opts.Region, a) },
	})
	if err != nil {
		return err
	}
	s.ecrPublic = ecrpublic.New(ecrpublic.Options{Home: home, Registry: s.ecr, Stats: &s.stats})
	return s.UseRoles(s.opts.Roles)
}

// onPush returns what ECR tells of pushes; nil if events are off.
func (s *Server) onPush() func(ecr.Push) {
	if s.opts.NoEvents {
		return nil
	}
	seeded := events.Rule{
		Account: s.opts.Account, Region: s.opts.Region, Queue: controllerQueue, JobDefinition: eventDefinition,
		JobName: "push", Submit: s.submitAsEvents, Log: s.opts.Log,
	}
	return func(p ecr.Push) {
		seeded.Handle(events.Push{Account: p.Account, Region: p.Region, Repository: p.Repository, Tag: p.Tag})
		s.publishPush(p)
	}
}

// Close ends the jobs, stops the server, waits for both, and removes the temporary directory.
func (s *Server) Close() error {
	s.closeDeployment()
	errs := []error{s.batch.Close()} // before the server, to which the jobs may still talk
	s.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), shutdownTime)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		errs = append(errs, s.http.Close())
	}
	if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
		errs = append(errs, err)
	}
	s.served <- http.ErrServerClosed // for another Close
	s.ecr.Close(ctx)
	return errors.Join(append(errs, s.writeUses(), s.removeTemp())...)
}

func (s *Server) removeTemp() error {
	if s.tempDir == "" {
		return nil
	}
	return os.RemoveAll(s.tempDir)
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
func (s *Server) Owner() http.RoundTripper { return s.ecr.Owner(http.DefaultTransport) }

// Config configures SDK clients of the home account in the home region.
func (s *Server) Config() aws.Config {
	return s.configOf(awsjson.Caller{Account: s.opts.Account, Region: s.opts.Region})
}

// configOf configures SDK clients of a caller's account and region.
func (s *Server) configOf(c awsjson.Caller) aws.Config {
	return aws.Config{
		Region: c.Region, BaseEndpoint: aws.String(s.URL()),
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
