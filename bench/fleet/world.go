package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/localstack/server"
)

// A world is AWS's side, the source registry, and the clock of the jobs.
type world struct {
	flags    flags
	aws      *server.Server
	registry *registry
	clock    *clock
	listener *httptest.Server // the clock's
	tally    *tally
}

func newWorld(ctx context.Context, f flags, how failure, dir string) (*world, error) {
	w := &world{flags: f, registry: startRegistry(f, how), tally: newTally()}
	w.clock = &clock{model: f.model, failed: w.registry.mend, attempt: w.tally.attempt}
	w.listener = httptest.NewServer(w.clock)
	programs, err := w.program(dir)
	if err == nil {
		w.aws, err = server.Start(ctx, server.Options{
			Programs: programs, Slots: f.slots, NoEvents: true, Dir: filepath.Join(dir, "aws"),
			InsecureRegistries: []string{w.registry.host()},
			JobEnvironment:     []string{addressVariable + "=" + w.listener.URL, mirrorVariable + "=" + f.mirror},
		})
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	w.clock.attempts = w.aws.Jobs().Attempts
	return w, nil
}

// program makes the directory of the programs of jobs, which has this one under the name of mirror.
func (w *world) program(dir string) (programs string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	programs = filepath.Join(dir, "programs")
	return programs, errors.Join(os.MkdirAll(programs, 0o755), os.Symlink(self, filepath.Join(programs, "mirror")))
}

func (w *world) close() (err error) {
	if w.aws != nil {
		err = w.aws.Close()
	}
	w.listener.CloseClientConnections()
	w.listener.Close()
	w.registry.close()
	return err
}

// seed makes the repositories of the destinations, and the table: of selections, or of an entry for each image.
func (w *world) seed(ctx context.Context, grouped bool) error {
	registry, items := ecr.NewFromConfig(w.aws.Config()), dynamodb.NewFromConfig(w.aws.Config())
	host := fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com", w.aws.Account(), w.aws.Region())
	for n := range w.flags.repositories {
		name, _, _ := strings.Cut(source(n, 0), ":")
		if _, err := registry.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name}); err != nil {
			return err
		}
		if grouped {
			if err := put(ctx, items, w.registry.host()+"/"+name, host+"/"+name, allTags()); err != nil {
				return err
			}
			continue
		}
		for tag := range w.flags.tags {
			image := "/" + source(n, tag)
			if err := put(ctx, items, w.registry.host()+image, host+image, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// allTags is the rule of a selection that chooses every tag.
func allTags() types.AttributeValue {
	return &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberM{
		Value: map[string]types.AttributeValue{"version": text("*"), "newest": text("all")},
	}}}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func put(ctx context.Context, api *dynamodb.Client, from, to string, tags types.AttributeValue) error {
	item := map[string]types.AttributeValue{"Source": text(from), "Destination": text(to)}
	if tags != nil {
		item["Tags"] = tags
	}
	_, err := api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("mirror"), Item: item})
	return err
}

// sweep runs the controller, and returns the line that it prints.
func (w *world) sweep(ctx context.Context) (string, error) {
	role, err := w.aws.EnvironmentOf("ControllerRole")
	if err != nil {
		return "", err
	}
	sweep := exec.CommandContext(ctx, w.flags.controller, "sweep") //nolint:gosec // who started this said so
	sweep.Env = append(append(os.Environ(), role...),              //nolint:forbidigo // the program's
		fmt.Sprint("MIRROR_MOST_TAGS=", w.flags.tags), "AWS_BATCH_JOB_ID=")
	var stdout, stderr bytes.Buffer
	sweep.Stdout, sweep.Stderr = &stdout, &stderr
	err = sweep.Run()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && exit.ExitCode() == 1 { // something has failed
		err = nil
	}
	if err != nil {
		return "", fmt.Errorf("controller: %w\n%s%s", err, stdout.String(), stderr.String())
	}
	return strings.TrimSpace(stdout.String()), nil
}
