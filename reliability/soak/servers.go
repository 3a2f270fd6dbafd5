package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"ecrmirror/localstack/server"
	"ecrmirror/testkit/fault"
	"ecrmirror/testkit/slowregistry"
)

const (
	layers       = 3
	layerSize    = 256 << 10
	repositories = 20 // at each destination
)

func sourceRepository(i int) string { return fmt.Sprintf("soak/app-%d", i) }

func repository(i int) string { return fmt.Sprintf("soak/group-%d", i%repositories) }

// addresses are where the servers are, which say so on their standard output.
type addresses struct {
	Source  string   `json:"source"`  // host:port of the registry that the images are in
	AWS     string   `json:"aws"`     // URL of AWS's side, which is a registry too
	Account string   `json:"account"` // of ECR
	Region  string   `json:"region"`
	Roots   []string `json:"roots"` // the images' digests
}

// serve is the process of the servers. It returns when in ends.
func serve(ctx context.Context, f flags, in io.Reader, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "soak-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	images, roots, err := makeImages(f.images)
	if err != nil {
		return err
	}
	source, err := slowregistry.Start(ctx, images, slowregistry.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	s, err := startAWS(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := createRepositories(ctx, ecr.NewFromConfig(s.Config())); err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(addresses{
		Source: source.Host(), AWS: s.URL(), Account: s.Account(), Region: s.Region(), Roots: roots,
	}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// makeImages returns the source's images, each in a repository of its own, and their digests.
func makeImages(n int) (images *slowregistry.Images, roots []string, err error) {
	images = slowregistry.NewImages()
	for i := range n {
		contents, err := images.Put(sourceRepository(i), "1",
			slowregistry.Spec{Layers: layers, LayerSize: layerSize, Seed: uint64(i)})
		if err != nil {
			return nil, nil, err
		}
		roots = append(roots, contents.Root.String())
	}
	return images, roots, nil
}

// startAWS starts AWS's side, whose jobs end at once: the mirrors are in the other process.
func startAWS(ctx context.Context, dir string) (*server.Server, error) {
	programs := filepath.Join(dir, "programs")
	job := []byte("#!/bin/sh\nexit 0\n")
	if err := errors.Join(os.Mkdir(programs, 0o755), os.WriteFile(filepath.Join(programs, "mirror"), job,
		0o755)); err != nil { //nolint:gosec // a program
		return nil, err
	}
	return server.Start(ctx, server.Options{
		Wrap: breakable, NoEvents: true, ForgetLayers: true, Programs: programs, Dir: filepath.Join(dir, "aws"),
	})
}

func createRepositories(ctx context.Context, client *ecr.Client) error {
	for i := range repositories {
		if _, err := client.CreateRepository(ctx,
			&ecr.CreateRepositoryInput{RepositoryName: aws.String(repository(i))}); err != nil {
			return err
		}
	}
	return nil
}

// faultsPath is where the process of the servers is told what goes wrong, and tells what did.
const faultsPath = "/soak/faults"

// breakable returns next as the rules that come by [faultsPath] break it.
func breakable(next http.Handler, operation func(*http.Request) string) http.Handler {
	var faults fault.Injector
	mux := http.NewServeMux()
	mux.Handle("/", faults.Wrap(next, operation))
	mux.Handle(faultsPath, &faults)
	return mux
}

// servers are the process of the servers, as the other one has it.
type servers struct {
	addresses
	command *exec.Cmd
	input   io.Closer // its end is the servers'
	client  *http.Client
}

func startServers(ctx context.Context, f flags, stderr io.Writer) (*servers, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &servers{
		command: exec.CommandContext(ctx, self, "-serve", "-n", fmt.Sprint(f.images)),
		client:  &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
	s.command.Stderr = stderr
	if s.input, err = s.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s.addresses)
	}
	if err != nil {
		return nil, fmt.Errorf("starting the registries: %w", errors.Join(err, s.close()))
	}
	return s, nil
}

func (s *servers) close() error { return errors.Join(s.input.Close(), s.command.Wait()) }

// broken returns how many calls were broken so far.
func (s *servers) broken(ctx context.Context) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.AWS+faultsPath, nil)
	if err != nil {
		return 0, err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	var counted fault.Broken
	if err := json.NewDecoder(answer.Body).Decode(&counted); err != nil {
		return 0, err
	}
	return counted.Total(), nil
}

// breakBy makes AWS's side and the registry beside it answer by these rules from now on.
func (s *servers) breakBy(ctx context.Context, rules []fault.Rule) error {
	body, err := json.Marshal(map[string]any{"seed": 1, "rules": rules})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, s.AWS+faultsPath, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("setting faults: %s", answer.Status)
	}
	return nil
}
