// Command infra is the CDK app that deploys the service: it writes the CloudFormation
// template of one stack. The CDK CLI runs it (cdk.json), and make synth does without the CLI.
//
// Settings come from the CDK context: cdk.json, and -c NAME=VALUE.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"ecrmirror/infra/assembly"
	"ecrmirror/infra/mirrorstack"
	"ecrmirror/infra/settings"
)

func main() {
	if err := run(os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "infra:", strings.ReplaceAll(err.Error(), "\n", "\ninfra: "))
		os.Exit(1)
	}
}

func run(args []string, getenv func(string) string, stdout io.Writer) error {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("node is not on the PATH: CDK needs Node.js 20 or newer (https://nodejs.org)")
	}
	props, err := readProps(args, getenv)
	if err != nil {
		return err
	}
	// jsii's Node.js process ends when this one does; to close it by hand is a race with that.
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})
	if _, err := mirrorstack.New(app, props); err != nil {
		return err
	}
	written := app.Synth(nil)
	if getenv("CDK_CONTEXT_JSON") != "" { // the CDK CLI goes on from here, and uploads what is large
		return nil
	}
	return describe(stdout, filepath.Join(*written.Directory(), "Mirror.template.json"))
}

// describe says how large the template is, and what that means for who deploys it by hand.
func describe(w io.Writer, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	note := ""
	if info.Size() > assembly.TemplateLimit {
		note = fmt.Sprintf("; more than the %d that CloudFormation takes in a request: deploy it with make deploy, "+
			"or with make deploy-template S3_BUCKET=NAME", assembly.TemplateLimit)
	}
	_, err = fmt.Fprintf(w, "infra/cdk.out/%s: %d bytes%s\n", filepath.Base(file), info.Size(), note)
	return err
}

// readProps returns the stack's properties: the defaults, changed by the CDK context. An invalid setting is an error,
// and so is an image that is to be built where there is no Dockerfile.
func readProps(args []string, getenv func(string) string) (settings.Props, error) {
	context, err := readContext(args, getenv, "cdk.json")
	if err != nil {
		return settings.Props{}, err
	}
	defaults := settings.DefaultProps()
	defaults.Image.Directory = ".." // of the repository; the app runs in infra/
	defaults.Image.BuildArgs = map[string]string{
		"VERSION": getenv("VERSION"), "COMMIT": getenv("COMMIT"), "GOPROXY": getenv("GOPROXY"),
	}
	props, err := settings.FromContext(defaults, context)
	if err != nil {
		return settings.Props{}, err
	}
	if err := props.CheckRegion(getenv("CDK_DEFAULT_REGION")); err != nil {
		return settings.Props{}, err
	}
	if props.Image.Name == "" {
		if _, err := os.Stat(filepath.Join(props.Image.Directory, "Dockerfile")); err != nil {
			return settings.Props{}, fmt.Errorf("nothing to build the image from (setting image names one that is "+
				"there already): %w", err)
		}
	}
	return props, nil
}

// readContext returns the CDK context: from the CDK CLI if that runs the program, else from
// cdk.json and the arguments, each -c NAME=VALUE, which is how the CLI takes them.
func readContext(args []string, getenv func(string) string, file string) (map[string]any, error) {
	var given map[string]any
	if doc := getenv("CDK_CONTEXT_JSON"); doc != "" {
		if err := json.Unmarshal([]byte(doc), &given); err != nil {
			return nil, fmt.Errorf("reading CDK_CONTEXT_JSON: %w", err)
		}
		return given, nil
	}
	doc, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading settings (run it in infra/): %w", err)
	}
	var app struct{ Context map[string]any }
	if err := json.Unmarshal(doc, &app); err != nil {
		return nil, fmt.Errorf("reading settings from %s: %w", file, err)
	}
	given = app.Context
	if given == nil {
		given = map[string]any{}
	}
	for len(args) > 0 {
		if len(args) < 2 || args[0] != "-c" && args[0] != "--context" || !strings.Contains(args[1], "=") {
			return nil, fmt.Errorf("argument %q is not -c NAME=VALUE", strings.Join(args, " "))
		}
		name, value, _ := strings.Cut(args[1], "=")
		given[name] = value
		args = args[2:]
	}
	return given, nil
}
