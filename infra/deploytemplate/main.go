// Command deploytemplate deploys the template that make synth wrote, by the AWS CLI and without CDK's command line
// and bootstrap stack. What CloudFormation would refuse after minutes, or not say clearly, it says before.
//
//	deploytemplate [-bucket NAME] [-dir DIRECTORY] [ARGUMENTS of aws cloudformation deploy]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"ecrmirror/infra/assembly"
)

func main() {
	bucket := flag.String("bucket", "", "S3 bucket that the template is uploaded to, in the stack's region")
	dir := flag.String("dir", "infra/cdk.out", "directory that make synth wrote")
	flag.Parse()
	if err := run(context.Background(), *dir, *bucket, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "deploytemplate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, bucket string, more []string) error {
	args, err := arguments(dir, bucket)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("aws"); err != nil {
		return errors.New("the AWS CLI is not on the PATH: https://docs.aws.amazon.com/cli")
	}
	args = append(args, more...)
	fmt.Println("aws", strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, "aws", args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// arguments returns what the AWS CLI is told to deploy the template in the directory, or why it could not be.
func arguments(dir, bucket string) ([]string, error) {
	stack, err := assembly.Read(dir)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "Mirror.template.json")
	switch {
	case stack.Builds:
		return nil, errors.New("the template is for an image that CDK builds and uploads: use make deploy, or name " +
			"an image that is there, CDK_FLAGS='-c image=ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG'")
	case len(stack.Template) > assembly.TemplateLimit && bucket == "":
		return nil, fmt.Errorf("%s has %d bytes, and CloudFormation takes %d in a request: name an S3 bucket of "+
			"yours in the stack's region "+
			"that it can be uploaded to, S3_BUCKET=NAME", file, len(stack.Template), assembly.TemplateLimit)
	}
	args := []string{
		"cloudformation", "deploy", "--template-file", file, "--stack-name", stack.Name, "--capabilities",
		"CAPABILITY_IAM",
	}
	if stack.Region != "" {
		args = append(args, "--region", stack.Region)
	}
	if bucket != "" {
		args = append(args, "--s3-bucket", bucket)
	}
	return args, nil
}
