package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/rogpeppe/go-internal/testscript"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	standin "ecrmirror/localstack/dynamodb"
	"ecrmirror/localstack/identity"
	"ecrmirror/testkit/awstest"
	"ecrmirror/testkit/registrytest"
	"ecrmirror/testkit/slowregistry"
)

const home = "111122223333"

// ledgerCommands are script commands about a ledger's table, made as the home account's root user.
var ledgerCommands = map[string]func(*testscript.TestScript, bool, []string){
	// ledger TABLE IMAGE... makes a table with records of images, as the controller makes them when it submits a job.
	"ledger": func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(makeLedger(ledgerOf(ts), args[0], args[1:]...))
	},
	// hold TABLE IMAGE REASON holds an image.
	"hold": func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(change(ledgerOf(ts), args[0], args[1], func(d *ledger.Destination) {
			d.Hold = ledger.Hold{Because: args[2], Since: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
		}))
	},
	// outcome TABLE IMAGE FILE writes the outcome that a job has recorded of an image to a file.
	"outcome": func(ts *testscript.TestScript, _ bool, args []string) {
		d, err := remembered(ledgerOf(ts), args[0], args[1])
		ts.Check(err)
		content, err := json.MarshalIndent(d.Outcome, "", " ")
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(args[2]), append(content, '\n'), 0o600))
	},
}

func ledgerOf(ts *testscript.TestScript) *dynamodb.Client {
	cfg := awstest.Config(ts.Getenv("AWS_ENDPOINT_URL"), home, "us-east-1")
	cfg.Credentials = credentials.NewStaticCredentialsProvider(home, identity.RootSecret, "")
	return dynamodb.NewFromConfig(cfg)
}

func makeLedger(api *dynamodb.Client, name string, images ...string) error {
	err := awstest.CreateLedger(context.Background(), api, name)
	for _, image := range images {
		if err == nil {
			err = change(api, name, image, func(d *ledger.Destination) {
				d.Claim = ledger.Claim{Request: "app-1", Until: time.Now().Add(time.Hour)}
			})
		}
	}
	return err
}

func change(api *dynamodb.Client, table, image string, to func(*ledger.Destination)) error {
	was, err := remembered(api, table, image)
	if err != nil {
		return err
	}
	name, err := imagename.ParseImage(image)
	if err != nil {
		return err
	}
	is := was
	to(&is)
	_, err = ledgertable.New(api, table).WriteDestination(context.Background(), ledger.KeyOf(name), was, is)
	return err
}

func remembered(api *dynamodb.Client, table, image string) (ledger.Destination, error) {
	name, err := imagename.ParseImage(image)
	if err != nil {
		return ledger.Destination{}, err
	}
	key := ledger.KeyOf(name)
	r, err := ledgertable.New(api, table).Read(context.Background(), nil, []ledger.Key{key})
	return r.Destinations[key], err
}

// A job that is told to end in the middle of a copy says so of the image, and that another try may help.
func TestAJobThatIsToldToEndRecordsIt(t *testing.T) {
	images := slowregistry.NewImages()
	if _, err := images.Put("app", "1", slowregistry.Spec{Layers: 2, LayerSize: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	registry, err := slowregistry.Start(t.Context(), images,
		slowregistry.Options{Stall: slowregistry.Stall{For: time.Hour, After: 1 << 19}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = registry.Close() }()
	url := awstest.Serve(t, standin.New(standin.Options{Home: home}))
	api := dynamodb.NewFromConfig(awstest.Config(url, home, "us-east-1"))
	destination := strings.TrimPrefix(awstest.Serve(t, registrytest.New()), "http://") + "/copy:1"
	if err := makeLedger(api, "ledger", destination); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), "mirror", "--quiet", registry.Host()+"/app:1", destination)
	cmd.Stderr = &stderr
	cmd.Env = append(cmd.Environ(), "MIRROR_LEDGER=ledger", "AWS_BATCH_JOB_ID=j1", "AWS_BATCH_JOB_ATTEMPT=3",
		"AWS_ENDPOINT_URL="+url, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID="+home, "AWS_SECRET_ACCESS_KEY=secret")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for !registry.Stalled() {
		select {
		case <-t.Context().Done():
			t.Fatal("nothing stalls")
		case <-time.After(time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 143 || stderr.String() != "mirror: stopped by signal: terminated\n" {
		t.Errorf("exit code %d, %q", code, stderr.String())
	}
	d, err := remembered(api, "ledger", destination)
	if o := d.Outcome; err != nil || o.Job != "j1" || o.Attempt != 3 || !o.Transient || o.Digest != "" ||
		o.Error != "stopped by signal: terminated" || o.From == "" || o.Time.IsZero() {
		t.Errorf("%+v, %v", o, err)
	}
}
