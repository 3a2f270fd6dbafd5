package mirrorstack_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"ecrmirror/internal/contract"
)

// TestAnEmulatorCreatesTheStack has CloudFormation, as moto's server plays it, create the
// stack, and reads the job definitions back from Batch. It shows that what one service
// gives another fits, by a reader that is not ours. moto's CloudFormation drops a definition's
// timeout, platform capabilities and propagateTags; like Batch, it spells actions in small
// letters, and environments are lists of pairs. In an expectation "~text" means: text is in it.
func TestAnEmulatorCreatesTheStack(t *testing.T) {
	tool := needTool(t, "moto", "python")
	dir := t.TempDir()
	template := writeTemplate(t, dir, "image")
	transient := map[string]any{"action": "retry", "onExitCode": strconv.Itoa(contract.ExitTransient)}
	stopped := map[string]any{"action": "retry", "onExitCode": strconv.Itoa(contract.ExitTerminated)}
	one := map[string]any{"action": "exit", "onExitCode": "1*"}
	two := map[string]any{"action": "exit", "onExitCode": "2*"}
	job := func(command []string, environment map[string]string, attempts int, rules ...any) map[string]any {
		return map[string]any{
			"type":   "container",
			"status": "ACTIVE",
			"containerProperties": map[string]any{
				"command": command, "environment": environment,
				"user": "65532:65532", "readonlyRootFilesystem": true,
				"jobRoleArn": "~:role/ecrmirror-", "executionRoleArn": "~ExecutionRole",
				"image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecrmirror:1.0.0",
			},
			"retryStrategy": map[string]any{"attempts": attempts, "evaluateOnExit": rules},
		}
	}
	expected, err := json.Marshal(map[string]any{
		"ecrmirror-mirror": job([]string{
			"mirror", "--options", "Ref::" + contract.ParamOptions, "Ref::" + contract.ParamSource,
			"Ref::" + contract.ParamDest,
		},
			map[string]string{
				contract.EnvMemoryBudget: "2048MiB", contract.EnvAllowedDestinations: "ecr:123456789012",
				"AWS_REGION": "us-east-1", contract.EnvLedger: "~Ledger",
			}, 5,
			transient, stopped, map[string]any{"action": "retry", "onStatusReason": "Your Spot Task was interrupted*"},
			one, two),
		"ecrmirror-sweep": job([]string{"controller", "sweep"},
			map[string]string{
				contract.EnvTable: "~Entries", contract.EnvQueue: "~:job-queue/", "AWS_REGION": "us-east-1",
				contract.EnvJobDefinition: "ecrmirror-mirror", contract.EnvLedger: "~Ledger",
				contract.EnvMetrics: "on", contract.EnvLogFormat: "json",
				contract.EnvAllowedDestinations: "ecr:123456789012", contract.EnvJobParameters: "~",
				contract.EnvTimeLimit: "55m0s",
			}, 3,
			transient, stopped, one, two),
	})
	if err != nil {
		t.Fatal(err)
	}
	expectations := filepath.Join(dir, "expected.json")
	if err := os.WriteFile(expectations, expected, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), tool, "../deploy_to_moto.py", template, expectations).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
