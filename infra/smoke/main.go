// Command smoke tries the service in an AWS account: it deploys one throw-away stack, has it mirror,
// breaks things, keeps what AWS really answered, and removes everything. make smoke runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecrmirror/infra/assembly"
	"ecrmirror/infra/awsconfig"
	"ecrmirror/infra/smoke/answers"
	"ecrmirror/infra/smoke/scenario"
	"ecrmirror/infra/smoke/steps"
	"ecrmirror/internal/printable"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv("SMOKE"), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// throwaway is how names of stacks look that may be made and removed.
var throwaway = regexp.MustCompile(`^ecrmirror-smoke-[a-z0-9]{6,12}$`)

// destroyTime is how long everything may take to be removed.
const destroyTime = 30 * time.Minute

// run tries it, and returns the exit code. Consent must be "yes".
func run(ctx context.Context, args []string, consent string, out, problems io.Writer) int {
	usage := func(err error) int {
		_, _ = fmt.Fprintf(problems, "smoke: %v; run it with -h for help\n", err)
		return 2
	}
	f, err := parseFlags(args, out)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return usage(err)
	case consent != "yes":
		return usage(errors.New(
			"it makes a stack in your account, which takes about 20 minutes and a dollar: say SMOKE=yes"))
	}
	stack, err := readStack(f.assembly)
	if err != nil {
		return usage(err)
	}
	options, err := account(ctx, stack)
	if err != nil {
		_, _ = fmt.Fprintln(problems, "smoke:", printable.Line(scenario.Say(err)))
		return 1
	}
	if options.Emulated && !f.answersGiven {
		f.answers = ""
	}
	options.Bucket, options.Silent, options.Answers = f.bucket, f.silent, answers.In(f.answers)
	return try(ctx, options, f.keep, out, problems)
}

// readStack reads the stack that make synth wrote. One that is not a throw-away, or builds its image, is an error.
func readStack(dir string) (assembly.Stack, error) {
	stack, err := assembly.Read(dir)
	switch {
	case err != nil:
		return stack, err
	case !throwaway.MatchString(stack.Name):
		return stack, fmt.Errorf("the stack is called %q, and only ecrmirror-smoke-XXXXXX is thrown away: make smoke "+
			"synthesizes one", stack.Name)
	case stack.Builds:
		return stack, errors.New("no image is given: make smoke SMOKE=yes " +
			"IMAGE=ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG, of an image that is in ECR")
	}
	return stack, nil
}

// account finds out where it is tried.
func account(ctx context.Context, stack assembly.Stack) (scenario.Options, error) {
	cfg, err := awsconfig.Load(ctx, stack.Region)
	if err != nil {
		return scenario.Options{}, err
	}
	if cfg.Region == "" {
		return scenario.Options{}, errors.New("no region is set: export AWS_REGION")
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return scenario.Options{}, fmt.Errorf("asking whose the credentials are (make preflight says more): %w", err)
	}
	return scenario.Options{
		Stack: stack, Account: aws.ToString(who.Account), Config: cfg, Emulated: cfg.BaseEndpoint != nil,
	}, nil
}

// try does all steps, and removes what they made.
func try(ctx context.Context, options scenario.Options, keep bool, out, problems io.Writer) int {
	s := scenario.New(options)
	runner := steps.Runner{Emulated: options.Emulated, Absent: scenario.Absent, Say: scenario.Say, Out: out}
	results, err := runner.Run(ctx, s.Steps())
	var last []steps.Result
	if keep {
		for _, command := range s.Left() {
			_, _ = fmt.Fprintln(out, "kept; to remove:", printable.Line(command))
		}
	} else {
		// What was made goes away, also after an interrupt.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), destroyTime)
		defer cancel()
		var destroyErr error
		last, destroyErr = runner.Run(ctx, []steps.Step{{Name: "destroy", Do: s.Destroy}})
		err = errors.Join(err, destroyErr)
	}
	if err != nil {
		_, _ = fmt.Fprintln(problems, "smoke:", printable.Line(err.Error()))
		return 1
	}
	failed, notHere := steps.Bad(append(results, last...))
	_, _ = fmt.Fprintf(out, "\n%s\n", summary(len(results)+len(last), failed, notHere))
	if failed > 0 || ctx.Err() != nil {
		return 1
	}
	return 0
}

func summary(total, failed, notHere int) string {
	text := fmt.Sprintf("%d steps, %d failed.", total, failed)
	if notHere > 0 {
		text += fmt.Sprintf(" %d of them are not here: only AWS tells.", notHere)
	}
	return text
}
