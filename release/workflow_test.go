package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

const workflowFile = "../.github/workflows/ci.yml"

// A workflow is what the test looks at of a workflow of GitHub Actions.
//
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
type workflow struct {
	On          map[string]any    `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Needs       string            `yaml:"needs"`
		Permissions map[string]string `yaml:"permissions"`
		RunsOn      string            `yaml:"runs-on"`
		Timeout     int               `yaml:"timeout-minutes"`
		Steps       []struct {
			Uses string         `yaml:"uses"`
			Run  string         `yaml:"run"`
			With map[string]any `yaml:"with"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

// TestTheWorkflowRunsTheGate holds the workflow to the steps that .ci/run has, all of them and in their order.
func TestTheWorkflowRunsTheGate(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), "../.ci/run", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, step := range readWorkflow(t).Jobs["gate"].Steps {
		if step.Run != "" {
			got = append(got, step.Run)
		}
	}
	var want []string
	for _, name := range strings.Fields(string(list)) {
		want = append(want, ".ci/run "+name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got)\n%s", diff)
	}
}

func TestTheWorkflowIsSound(t *testing.T) {
	w := readWorkflow(t)
	if len(w.On) == 0 || len(w.Jobs) == 0 {
		t.Fatalf("%+v", w)
	}
	if want := map[string]string{"contents": "read"}; !cmp.Equal(w.Permissions, want) {
		t.Errorf("permissions %v, want %v", w.Permissions, want)
	}
	for name, job := range w.Jobs {
		if _, ok := w.Jobs[job.Needs]; job.Needs != "" && !ok {
			t.Errorf("%s needs %s, which is no job", name, job.Needs)
		}
		if job.RunsOn == "" || job.Timeout == 0 || len(job.Permissions) > 0 {
			t.Errorf("%s: runs on %q, for %d minutes at most, with the permissions %v", name, job.RunsOn, job.Timeout,
				job.Permissions)
		}
		for _, step := range job.Steps {
			if (step.Uses == "") == (step.Run == "") {
				t.Errorf("%s: a step that uses %q and runs %q", name, step.Uses, step.Run)
			}
			// Whoever opens a pull request names its branch and writes its title.
			if strings.Contains(step.Run, "${{") {
				t.Errorf("%s: an expression becomes part of a script: %s", name, step.Run)
			}
			if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
				t.Errorf("%s: its checkout keeps the token", name)
			}
		}
	}
}

// TestTheWorkflowNamesWhatIsThere is of make's targets, and of actions, which others could move a tag of.
func TestTheWorkflowNamesWhatIsThere(t *testing.T) {
	makefile := read(t, "../Makefile")
	text := read(t, workflowFile) + read(t, "../.ci/run") + read(t, "../.ci/release")
	targets := regexp.MustCompile(`(?m)^\s*(?:- run: )?make ([a-z][a-z-]*)`).FindAllStringSubmatch(text, -1)
	if len(targets) < 5 {
		t.Errorf("calls of make: %q", targets)
	}
	for _, target := range targets {
		if !strings.Contains(makefile, "\n"+target[1]+":") {
			t.Errorf("make %s: there is no such target", target[1])
		}
	}
	pinned := regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	uses := regexp.MustCompile(`uses: (.*)`).FindAllStringSubmatch(read(t, workflowFile), -1)
	if len(uses) == 0 || slices.ContainsFunc(uses, func(use []string) bool { return !pinned.MatchString(use[1]) }) {
		t.Errorf("not by commit: %q", uses)
	}
}

// TestTheWorkflowTakesNoNamesFromOutside is of expressions: what a branch, a tag, a title or an author is called is in
// none but the one that groups runs.
func TestTheWorkflowTakesNoNamesFromOutside(t *testing.T) {
	files, err := filepath.Glob("../.github/workflows/*")
	if err != nil || len(files) != 1 {
		t.Errorf("workflows: %q, %v; the tests look at one", files, err)
	}
	allowed := map[string]bool{
		"  group: ci-${{ github.ref }}":                                              true,
		"  cancel-in-progress: ${{ github.event_name == 'pull_request' }}":           true,
		"  FUZZTIME: ${{ github.event_name == 'schedule' && '60s' || '10s' }}":       true,
		"  ECRMIRROR_FOREIGN: ${{ github.event_name == 'schedule' && 'all' || '' }}": true,
		"    runs-on: ${{ matrix.machine }}":                                         true,
		"          name: release-${{ matrix.machine }}":                              true,
	}
	for line := range strings.Lines(read(t, workflowFile)) {
		if line = strings.TrimRight(line, "\n"); strings.Contains(line, "${{") && !allowed[line] {
			t.Errorf("an expression that nobody has thought of: %s", line)
		}
	}
}

func readWorkflow(t *testing.T) workflow {
	t.Helper()
	var w workflow
	if err := yaml.Unmarshal([]byte(read(t, workflowFile)), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
