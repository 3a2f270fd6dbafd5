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
	pull := map[string]any{"action": "retry", "onReason": "CannotPull*"}
	rest := map[string]any{"action": "exit", "onReason": "*"}
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
		"ecrmirror-mirror": job([]string{"mirror", "Ref::" + contract.ParamSource, "Ref::" + contract.ParamDest},
			map[string]string{contract.EnvMemoryBudget: "2048MiB", contract.EnvAllowedDestinations: "ecr:123456789012"}, 5,
			transient, map[string]any{"action": "retry", "onStatusReason": "Host EC2*"},
			map[string]any{"action": "retry", "onStatusReason": "Your Spot Task was interrupted*"}, pull, rest),
		"ecrmirror-sweep": job([]string{"controller", "sweep"},
			map[string]string{
				contract.EnvTable: "~Entries", contract.EnvQueue: "ecrmirror-mirrors", contract.EnvJobDefinition: "ecrmirror-mirror",
				contract.EnvMetrics: "on", contract.EnvLogFormat: "json", contract.EnvAllowedDestinations: "ecr:123456789012",
			}, 3,
			transient, map[string]any{"action": "retry", "onStatusReason": "ResourceInitializationError*"}, pull, rest),
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
