// Package scripttest gives test scripts of the programs (testscript) a localstack of
// their own and commands to arrange images in it and to check what became of them.
// Checks are made by go-containerregistry over /v2/, not by the code under test.
//
// Scripts run mirror as MirrorRole, unless they say otherwise by the command as. They find
// in their environment what the AWS SDK and the programs need, and
// $HOST, the host and port of localstack: $HOST/NAME is an image of an ordinary
// registry, $HOST/ACCOUNT/REGION/NAME one of ECR, read by the registry protocol. $LOGIN
// is a registry that wants the login robot:s3cret.
package scripttest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/localstack/server"
)

// Params returns the parameters for the scripts in dir. programs is the directory of
// the built mirror and controller programs; "" if no script runs Batch jobs. uses is the
// file of [server.Options].Uses, which [UsesVariable] names.
func Params(ctx context.Context, dir, programs, uses string) testscript.Params {
	return testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			data := filepath.Join(env.WorkDir, ".localstack")
			s, err := server.Start(ctx, server.Options{Programs: programs, Dir: data, Uses: uses})
			if err != nil {
				return err
			}
			env.Defer(func() { _ = s.Close() })
			role, err := s.EnvironmentOf("MirrorRole")
			if err != nil {
				return err
			}
			env.Vars = append(env.Vars, role...)
			env.Setenv("HOST", s.Addr())
			env.Setenv("GORACE", "atexit_sleep_ms=0") // programs under the race detector end at once
			StartLogin(env)
			env.Values[worldKey{}] = &world{ctx: ctx, server: s, data: data, owner: remote.WithTransport(s.Owner())}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"as":         As(func(ts *testscript.TestScript) *server.Server { return of(ts).server }),
			"role":       role,
			"exits":      Exits,
			"publickey":  publickey,
			"repository": repository,
			"push":       push,
			"archive":    archive,
			"truncate":   truncate,
			"same":       same,
			"absent":     absent,
			"reset":      reset,
			"bytesread":  bytesRead,
			"calls":      calls,
			"idle":       idle,
			"parameter":  parameter,
			"expand":     Expand,
			"signer":     signer,
			"sign":       signImage,
			"lookaside":  lookaside,
			"unwritten":  unwritten,
			"unasked":    unasked,
			"sigstore":   sigstore,
			"cosignkey":  cosignKey,
			"kmskey":     kmsKey,
			"attach":     attach,
			"refer": func(ts *testscript.TestScript, _ bool, args []string) {
				refer(ts, args, of(ts).owner)
			},
			"tuf": tuf,
		},
	}
}

// UsesVariable names the file, see [server.Options].Uses, to which tests tell what roles have used.
const UsesVariable = "ECRMIRROR_USES"

// worldKey is the key of the world in a script's values.
type worldKey struct{}

// world is what the commands of one script share.
type world struct {
	ctx    context.Context // that of the test, which testscript's commands don't get
	server *server.Server
	data   string        // localstack's directory
	owner  remote.Option // has the registry protocol spoken as whoever a repository belongs to

	signers  map[string]signers // by name
	sigstore *aSigstore         // nil before there is one
}

func of(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// Exits is the script command exits CODE COMMAND [ARGS...]: the program must end with
// this exit code, and with neither a stack trace nor its usage on standard error.
func Exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	stderr := ts.ReadFile("stderr")
	if strings.Contains(stderr, "goroutine ") || strings.Contains(stderr, "Usage:") && len(args) > 2 {
		ts.Fatalf("a stack trace or a usage text on standard error")
	}
}

// reset forgets what localstack has counted.
func reset(ts *testscript.TestScript, _ bool, _ []string) { of(ts).server.Stats().Reset() }

// bytesread REPOSITORY IMAGE checks that as many bytes of blobs were read from the
// repository as the image's distinct blobs have: that it was read once.
// `bytesread REPOSITORY 0` checks that nothing was read.
func bytesRead(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytesread REPOSITORY IMAGE|0")
	}
	got := of(ts).server.Stats().Snapshot().BytesRead[args[0]]
	want := int64(0)
	if args[1] != "0" {
		var err error
		want, err = of(ts).imageSize(args[1])
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%d bytes read from %s, want %d", got, args[0], want)
	}
	ts.Logf("%d bytes read from %s", got, args[0])
}

// calls OPERATION N checks how many calls of the operation localstack got: calls ecr.BatchGetImage 0.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: calls OPERATION N")
	}
	operation := strings.Join(args[:len(args)-1], " ")
	got := of(ts).server.Stats().Snapshot().Calls[operation]
	if want := args[len(args)-1]; strconv.FormatInt(got, 10) != want {
		ts.Fatalf("%d calls of %s, want %s", got, operation, want)
	}
}

// idle waits until every Batch job has ended.
func idle(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(of(ts).server.Jobs().Idle(of(ts).ctx))
}

// Expand is the script command expand FILE, which replaces the variables in a file by their values.
func Expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: expand FILE")
	}
	content := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(content), 0o600))
}
