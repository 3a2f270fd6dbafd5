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

	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/dynamodb"
	"ecrmirror/localstack/ecr"
	"ecrmirror/localstack/ecrpublic"
	"ecrmirror/localstack/events"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/iamapi"
	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/kms"
	"ecrmirror/localstack/secretsmanager"
	"ecrmirror/localstack/ssm"
	"ecrmirror/localstack/sts"
)

// shutdownTime is how long Close waits for requests that are being answered. What they
// do ends with their contexts; but a connection that has sent nothing yet counts as
// busy to net/http for 5 seconds, and an interrupted client leaves some.
const shutdownTime = time.Second

// Start listens, serves and creates what the deployment has: the tables mirror and
// ledger, the queues mirror and controller, the job definitions mirror, controller and
// controller-event, and the key [ReceiptAlias], in the home account and region. It returns when all of it is
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
		Output: s.taskOutput, OnChange: s.onJobChange, Slots: s.opts.Slots,
	})
	s.dynamodb = dynamodb.New(dynamodb.Options{
		Home: home, PageLimit: s.opts.ScanPage, Consumed: s.stats.Consumed,
	})
	s.kms = kms.New(kms.Options{Home: home})
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
		Home: home, Dir: filepath.Join(dir, "ecr"), Stats: &s.stats, OnPush: s.onPush(),
		ForgetLayers: s.opts.ForgetLayers, PutImageRate: s.opts.PutImageRate,
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
