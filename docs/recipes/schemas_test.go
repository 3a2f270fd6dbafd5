package recipes

import "testing"

// schema returns a validator by a published schema that check-jsonschema brings along.
func schema(t *testing.T, file, name string, more ...string) validator {
	t.Helper()
	check := tool(t, "recipes-[0-9]*/bin/check-jsonschema")
	args := append([]string{"--no-cache", "--verbose", "--builtin-schema", "vendor." + name, file}, more...)
	return func(dir string) error {
		_, err := run(t, dir, check, args...)
		return err
	}
}

func TestGitHubActions(t *testing.T) {
	t.Parallel()
	const file = "github-actions.yml"
	holds(t, schema(t, file, "github-workflows"),
		mistake{file, "runs-on:", "run-on:", "'runs-on' is a required property"})
}

// TestGitHubActionsExpressions is of what the schema takes as text, but for scripts, for which actionlint has programs
// that a machine may lack.
func TestGitHubActionsExpressions(t *testing.T) {
	t.Parallel()
	const file = "github-actions.yml"
	holds(t, quiet(t, tool(t, "actionlint-v*"), "-no-color", "-shellcheck=", "-pyflakes=", file),
		mistake{file, "github.event_name", "github.evnt_name", `property "evnt_name" is not defined`},
		mistake{file, "env.ROLE", "env.ROLE)", "parser did not reach end of input"},
		mistake{file, "workflow_dispatch", "workflow_dispatched", `unknown Webhook event "workflow_dispatched"`})
}

func TestGitLab(t *testing.T) {
	t.Parallel()
	const file = "gitlab-ci.yml"
	holds(t, schema(t, file, "gitlab-ci", "--data-transform", "gitlab-ci"),
		mistake{file, "exit_codes: 75", "exit_code: 75", "'exit_code' was unexpected"},
		mistake{file, "when: always", "when: ever", "'ever' is not one of"})
}

func TestComposeSchema(t *testing.T) {
	t.Parallel()
	const file = "compose.yaml"
	holds(t, schema(t, file, "compose-spec"), mistake{file, "read_only: true\n", "readonly: true\n", "'readonly' was"})
}

// TestCompose has Compose itself read the file, which takes no engine. In CI it is there.
func TestCompose(t *testing.T) {
	t.Parallel()
	if _, err := run(t, ".", "docker", "compose", "version"); err != nil {
		missing(t, "ECRMIRROR_REQUIRE_CONTAINERS", "docker compose is not installed: .ci/docker compose")
	}
	const file = "compose.yaml"
	holds(t, quiet(t, "docker", "compose", "-f", file, "config", "--quiet"),
		mistake{file, "mem_limit: 256m", "mem_limit: 256x", "mem_limit"},
		mistake{file, "${AWS_PROFILE:-default}", "${AWS_PROFILE", "invalid interpolation format"},
		mistake{file, "stop_grace_period: 30s", "stop_grace_period: soon", "soon"})
}
