package main

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/leaks"
	"ecrmirror/testkit/registrytest"
	"ecrmirror/testkit/scripttest"
)

// TestMain makes this binary the programs of the scripts too: the real controller,
// and a mirror whose jobs stay in flight.
func TestMain(m *testing.M) {
	testscript.Main(leaks.Checked{M: m}, map[string]func(){"controller": main, "mirror": mirrorUntilStopped})
}

func mirrorUntilStopped() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
}

func TestScripts(t *testing.T) {
	mirror, err := exec.LookPath("mirror")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return setUp(env, filepath.Dir(mirror)) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"as": scripttest.As(func(ts *testscript.TestScript) *server.Server {
				return ts.Value(worldKey{}).(*server.Server)
			}),
			"exits":  scripttest.Exits,
			"expand": scripttest.Expand,
			"item":   item,
			"keyed":  keyed,
			"ledger": ledgerTable,
			"push":   push,
			"index":  pushIndex,
			"refer":  scripttest.Refer,

			"repository": repository,
			"jobs":       listJobs,
			"expiry":     expiry,
			"submit":     submit,
			"calls":      calls,

			"items":   items,
			"answers": answers,
		},
	})
}

// quickExit is for programs built with -race, which otherwise end a second late.
const quickExit = "GORACE=atexit_sleep_ms=0"

// setUp gives each script a world of its own: AWS as the deployment finds it, with
// small pages, the controller's role (until the command as says otherwise), and registries that work ($REG), fail
// ($BROKEN), want a login ($LOGIN), have every image ($QUICK), and answer for some of those only ($SLOW).
func setUp(env *testscript.Env, programs string) error {
	aws, err := server.Start(context.Background(), server.Options{
		Programs: programs, NoEvents: true, ScanPage: 2, JobEnvironment: []string{quickExit},
		Uses: os.Getenv(scripttest.UsesVariable),
	})
	if err != nil {
		return err
	}
	env.Defer(func() { _ = aws.Close() })
	env.Values[worldKey{}] = aws
	role, err := aws.EnvironmentOf("ControllerRole")
	if err != nil {
		return err
	}
	env.Vars = append(env.Vars, role...)
	// Not 1: the SDK closes a request's body once it has the answer, and where that is as
	// quick as here, net/http may still hold the body, and closes the connection for it.
	// The SDK's retry is there for that.
	env.Setenv("AWS_MAX_ATTEMPTS", "2")
	env.Vars = append(env.Vars, quickExit)
	env.Setenv("ECR", aws.Account()+".dkr.ecr."+aws.Region()+".amazonaws.com")
	scripttest.StartLogin(env)
	slow, quick := &sparing{}, &sparing{}
	slow.answer(0)
	quick.answer(math.MaxInt)
	env.Values[sparingKey{}] = slow
	for name, handler := range map[string]http.Handler{
		"SLOW":  slow,
		"REG":   registrytest.New(),
		"QUICK": quick,
		"BROKEN": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "on fire", http.StatusInternalServerError)
		}),
	} {
		s := httptest.NewServer(handler)
		env.Defer(s.Close)
		env.Setenv(name, s.Listener.Addr().String())
	}
	return nil
}

// expiry sets a variable to epoch seconds so far from now: expiry NAME DURATION.
func expiry(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[1])
	ts.Check(err)
	ts.Setenv(args[0], strconv.FormatInt(time.Now().Add(d).Unix(), 10))
}
