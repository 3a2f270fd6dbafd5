package scripttest

import (
	"net/http/httptest"

	"ecrmirror/testkit/registrytest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// StartLogin starts a registry that wants the login robot:s3cret, and puts its host
// and port into $LOGIN.
func StartLogin(env *testscript.Env) {
	s := httptest.NewServer(registrytest.Private(registrytest.New(), "robot", "s3cret"))
	env.Defer(s.Close)
	env.Setenv("LOGIN", s.Listener.Addr().String())
}

// parameter NAME FILE puts the file's content into an encrypted SSM parameter.
func parameter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: parameter NAME FILE")
	}
	_, err := ssm.NewFromConfig(of(ts).server.Config()).PutParameter(of(ts).ctx, &ssm.PutParameterInput{
		Name: aws.String(args[0]), Value: aws.String(ts.ReadFile(args[1])),
		Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true),
	})
	ts.Check(err)
}
