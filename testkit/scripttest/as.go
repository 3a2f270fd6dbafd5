package scripttest

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/localstack/server"
)

// otherAccounts are what docs/security.md says that another account allows.
var otherAccounts = []string{
	"ecr:DescribeImages", "ecr:ListImages", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers",
	"ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage",
	"ecr:UploadLayerPart",
}

// As returns the script command as ROLE [VARIANT]: from then on the script has the
// credentials of that role (MirrorRole, ControllerRole, ...; Viewer, Editor, Planner and
// Submitter are people), as the template of that variant of the settings has it, see
// package ecrmirror/localstack/roles. ROLE root is the account's root user.
func As(of func(*testscript.TestScript) *server.Server) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 1 || len(args) > 2 {
			ts.Fatalf("usage: as ROLE [VARIANT]")
		}
		s := of(ts)
		if len(args) == 2 {
			ts.Check(s.UseRoles(args[1]))
		}
		env := append([]string{"AWS_SESSION_TOKEN="}, s.Environment()...)
		if args[0] != "root" {
			var err error
			env, err = s.EnvironmentOf(args[0])
			ts.Check(err)
		}
		for _, pair := range env {
			if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_ACCESS") ||
				strings.HasPrefix(name, "AWS_SE") {
				ts.Setenv(name, value)
			}
		}
	}
}

// role ARN[#EXTERNAL-ID] [ACTION...] makes a role in any account that may read and write images
// there, and do the actions, and that trusts MirrorRole and ControllerRole, if they tell the external id.
func role(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: role ARN[#EXTERNAL-ID] [ACTION...]")
	}
	arn, id, _ := strings.Cut(args[0], "#")
	ts.Check(of(ts).server.TrustedRole(arn, id, append(args[1:], otherAccounts...)...))
}
