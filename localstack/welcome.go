package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ecrmirror/localstack/server"
)

const help = `Localstack runs what the mirror service needs of AWS on this machine: DynamoDB,
ECR (API, layers by presigned URL, /v2/), Batch, KMS, SSM, Secrets Manager, STS and
the events of ECR pushes; and what the deployed stack is made of besides: CloudFormation,
EventBridge, Lambda, SQS, CloudWatch and its Logs. Everything is on one port; AWS SDK
clients and the AWS CLI use it by AWS_ENDPOINT_URL alone. Batch jobs and functions are
processes: the real mirror and controller programs.

It starts with the tables "mirror" and "ledger", the queues "mirror" and "controller",
the job definitions "mirror", "controller" and "controller-event", and a key that signs,
alias/ecrmirror-receipts; aws cloudformation deploy makes the stack of make synth beside
them. Accounts and regions are kept apart. Every request must be signed by a key that is
known: an account's id, with the secret "localstack", is its root user's. IAM is enforced:
jobs have the roles of the deployed stack, ecrmirror-MirrorRole and others, and no
permission besides. ECR's repositories under /v2/ take a login (aws ecr
get-login-password). Layers are kept in the directory, all else in memory: it is gone
when localstack ends.

Beside AWS's APIs it answers
  GET  /_localstack/health              when it is ready
  GET  /_localstack/stats               calls and bytes so far; DELETE resets them
  GET  /_localstack/credentials/ROLE    a session of a role, such as ControllerRole;
                                        Viewer, Editor, Planner, Historian, Keeper,
                                        Submitter and Syncer are people's
  GET  /_localstack/jobs/idle           when no Batch job waits or runs any more
  GET  /_localstack/jobs/JOB_ID/log     the output of a Batch job (?attempt=N for one attempt)

To run a command as a role, take root's keys from it, because they come first:

  env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY \
    AWS_CONTAINER_CREDENTIALS_FULL_URI=$AWS_ENDPOINT_URL/_localstack/credentials/Viewer \
    controller list

These roles are for these tables; a stack that CloudFormation makes has its own.

Usage: localstack [flags]

`

// welcome tells how to use the server, the programs in a directory, and what is served besides.
func welcome(s *server.Server, programs, ordinary string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "localstack is ready at %s (account %s, region %s). In another shell:\n\n", s.URL(),
		s.Account(), s.Region())
	for _, pair := range s.Environment() {
		fmt.Fprintf(&b, "export %s\n", pair)
	}
	if dir, err := filepath.Abs(programs); err == nil {
		fmt.Fprintf(&b, "export PATH=%s%c$PATH\n", dir, os.PathListSeparator)
	}
	registry := fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com", s.Account(), s.Region())
	fmt.Fprintf(&b, `
controller put docker.io/library/alpine:3 %[1]s/alpine:3
aws ecr create-repository --repository-name alpine
controller plan
controller sweep
curl -s %[2]s/_localstack/jobs/idle
controller status
aws ecr describe-images --repository-name alpine

Or have AWS Batch do the sweep, as a schedule does:

aws batch submit-job --job-name sweep --job-queue controller --job-definition controller
aws batch list-jobs --job-queue mirror --filters name=JOB_NAME,values='*'
curl -s %[2]s/_localstack/stats
%[3]s
Ctrl-C stops it.
`, registry, s.URL(), ordinary)
	return b.String()
}
