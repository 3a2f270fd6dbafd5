package main

import (
	"context"
	"encoding/json"
	"flag"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/infra/transcript"
	"ecrmirror/localstack/server"
)

var update = flag.Bool("update", false, "write the transcript in docs/try-out.md anew")

var template = map[string]any{"Resources": map[string]any{"Entries": map[string]any{"Type": "AWS::DynamoDB::Table"}}}

// tryHere runs the program, and returns the outcome of each step and all that it wrote.
func tryHere(ctx context.Context, t *testing.T, flags ...string) (code int, outcomes map[string]string, report string) {
	t.Helper()
	return tryOf(ctx, t, template, flags...)
}

// tryOf does so with a template.
func tryOf(
	ctx context.Context, t *testing.T, template map[string]any, flags ...string,
) (code int, outcomes map[string]string, report string) {
	t.Helper()
	var out, problems strings.Builder
	code = run(ctx, append(flags, "-assembly", assemblyOf(t, suite, false, template)), "yes", &out, &problems)
	if problems.Len() > 0 {
		t.Errorf("wrote to stderr: %s", problems.String())
	}
	return code, outcomesOf(out.String()), out.String()
}

// outcomesOf returns the outcome of each step.
func outcomesOf(report string) map[string]string {
	outcomes := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(ok|FAILED|not here|skipped) +([a-z]+( [a-z]+)?)  `).FindAllStringSubmatch(report, -1) {
		outcomes[m[2]] = m[1]
	}
	return outcomes
}

// TestEverything tries the default template in localstack, with the real programs, as the roles of
// the template. docs/try-out.md shows the report.
func TestEverything(t *testing.T) {
	local := startLocal(t, built(t))
	dir := t.TempDir()
	code, outcomes, report := tryOf(t.Context(), t, defaultTemplate(t), "-answers", dir, "-silent", silent(t))
	t.Logf("%s", report)
	for step, outcome := range outcomes {
		if outcome != "ok" && step != "bad image" { // jobs are processes there
			t.Errorf("%s is %s", step, outcome)
		}
	}
	if code != 0 || len(outcomes) != 17 {
		t.Errorf("exit code %d, %d steps", code, len(outcomes))
	}
	nothingIsLeft(t, local)
	checkAnswers(t, dir)
	transcript.Hold(t, "../../docs/try-out.md", "smoke",
		"make smoke SMOKE=yes IMAGE=111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0", report, *update)
}

// nothingIsLeft looks for stacks, tables and repositories that localstack did not begin with.
func nothingIsLeft(t *testing.T, local *server.Server) {
	t.Helper()
	stacks, err := cloudformation.NewFromConfig(local.Config()).DescribeStacks(t.Context(), nil)
	if err != nil || len(stacks.Stacks) > 0 {
		t.Errorf("stacks are left: %v, %v", stacks, err)
	}
	tables, err := dynamodb.NewFromConfig(local.Config()).ListTables(t.Context(), nil)
	if err != nil || len(tables.TableNames) != 2 {
		t.Errorf("tables are left: %v, %v", tables, err)
	}
	repositories, err := ecr.NewFromConfig(local.Config()).DescribeRepositories(t.Context(), nil)
	if err != nil || len(repositories.Repositories) > 0 {
		t.Errorf("repositories are left: %v, %v", repositories, err)
	}
}

// defaultTemplate returns what is deployed by default, as of an image that is there already.
func defaultTemplate(t *testing.T) map[string]any {
	t.Helper()
	doc, err := os.ReadFile("../mirrorstack/testdata/default.template.json")
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]any
	if err := json.Unmarshal(doc, &template); err != nil {
		t.Fatal(err)
	}
	delete(template, "Parameters") // the version of CDK's bootstrap stack
	delete(template, "Rules")
	return template
}

// silent returns the address of a listener that nobody answers at.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

// checkAnswers holds that the answers are kept, and that none says whose account it was.
func checkAnswers(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.Base(file))
		if strings.Contains(string(doc), suite) {
			t.Errorf("%s names the stack: %s", file, doc)
		}
	}
	for _, want := range []string{
		"job-sweep.json", "job-parameters.json", "job-bad-image.json", "job-stopped.json",
		"refusals.json",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s among %v", want, names)
		}
	}
}

// TestAnInterruptRemovesWhatWasMade stops it in the middle.
func TestAnInterruptRemovesWhatWasMade(t *testing.T) {
	w := newWorld(t, "")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	w.on = func(call string) {
		if call == "dynamodb:PutItem" {
			interrupt()
		}
	}
	code, outcomes, report := tryHere(ctx, t)
	if code != 1 || outcomes["images"] != "ok" || outcomes["sweep"] != "skipped" || outcomes["destroy"] != "ok" {
		t.Errorf("exit code %d:\n%s", code, report)
	}
	if !w.called("cloudformation:DeleteStack") || !w.called("ecr:DeleteRepository") {
		t.Errorf("things stay behind:\n%s", report)
	}
}

// TestKeepSaysWhatStays has everything there at the end, with the commands that remove it.
func TestKeepSaysWhatStays(t *testing.T) {
	w := newWorld(t, "")
	w.refuses["dynamodb:PutItem"] = "ResourceNotFoundException"
	code, outcomes, report := tryHere(t.Context(), t, "-keep")
	if code != 1 || outcomes["entries"] != "FAILED" || w.called("cloudformation:DeleteStack") {
		t.Errorf("exit code %d:\n%s", code, report)
	}
	for _, want := range []string{
		"kept; to remove: aws cloudformation delete-stack --stack-name " + suite + "\n",
		"kept; to remove: aws ecr delete-repository --force --repository-name " + suite + "/source\n",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
}

// TestWhatCannotBeRemovedIsNamed goes on to remove the rest.
func TestWhatCannotBeRemovedIsNamed(t *testing.T) {
	w := newWorld(t, "")
	w.refuses["dynamodb:PutItem"], w.refuses["cloudformation:DeleteStack"] = "x", "AccessDenied"
	code, outcomes, report := tryHere(t.Context(), t)
	if code != 1 || outcomes["destroy"] != "FAILED" || !w.called("ecr:DeleteRepository") ||
		!strings.Contains(report, "by hand: aws cloudformation delete-stack --stack-name "+suite) {
		t.Errorf("exit code %d:\n%s", code, report)
	}
}
