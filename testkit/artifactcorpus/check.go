package artifactcorpus

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"ecrmirror/testkit/artifactclients"
)

// A Check is a client's command that succeeds, and says something, where all has arrived that belongs to an image.
type Check struct {
	Program string
	Args    []string // with [Repository] in the place of a repository, and [Host] of its host
	Says    []string // is in what it prints
}

// In arguments of checks.
const (
	Repository = "REPOSITORY"
	Host       = "REGISTRY-HOST"
)

// Run runs the check on a repository, HOST/NAME.
func (c Check) Run(ctx context.Context, clients *artifactclients.Clients, repository string) error {
	host, _, _ := strings.Cut(repository, "/")
	args := slices.Clone(c.Args)
	for i := range args {
		args[i] = strings.NewReplacer(Repository, repository, Host, host).Replace(args[i])
	}
	out, err := clients.Run(ctx, c.Program, args...)
	if err != nil {
		return err
	}
	for _, want := range c.Says {
		if !strings.Contains(out, want) {
			return fmt.Errorf("%s %s does not say %q:\n%s", c.Program, strings.Join(args, " "), want, out)
		}
	}
	return nil
}

// at names a manifest in the repository of a check.
func at(d digest.Digest) string { return Repository + "@" + d.String() }

func (m *maker) check(says, program string, args ...string) {
	m.image.Checks = append(m.image.Checks, Check{Program: program, Args: args, Says: []string{says}})
}

// verified are the flags of cosign's verifying by a key, without a log to be asked.
func verified(key string) []string { return []string{"--key", key + ".pub", "--insecure-ignore-tlog"} }

// signed checks that cosign finds a good signature.
func (m *maker) signed(key string, subject digest.Digest) {
	args := append([]string{"verify"}, verified(key)...)
	m.check(subject.String(), artifactclients.Cosign, append(args, at(subject))...)
}

// attested checks that cosign finds a good attestation.
func (m *maker) attested(subject digest.Digest) {
	args := append([]string{"verify-attestation", "--type", provenance}, verified(artifactclients.Signer)...)
	m.check("payload", artifactclients.Cosign, append(args, at(subject))...)
}

// notarized checks that notation finds a good signature.
func (m *maker) notarized(subject digest.Digest) {
	m.check("Successfully verified signature", artifactclients.Notation, "verify", "--insecure-registry", at(subject))
}

// holds checks that regctl finds an artifact of a type, with its content.
func (m *maker) holds(subject digest.Digest, artifactType, content string) {
	m.check(content, artifactclients.Regctl, regctl("artifact", "get", "--subject", at(subject),
		"--filter-artifact-type", artifactType)...)
}

// regctl returns arguments by which it takes the registry for one of plain HTTP.
func regctl(args ...string) []string { return append(args, "--host", "reg="+Host+",tls=disabled") }

// lists checks that oras lists the referrers of each manifest, and regctl whatever belongs to the image.
func (m *maker) lists() {
	tree := Check{Program: artifactclients.Regctl, Args: regctl("artifact", "tree", "--digest-tags", Repository+":"+m.image.Tag)}
	discovered := map[digest.Digest]*Check{}
	for _, a := range m.image.Artifacts {
		tree.Says = append(tree.Says, a.Digest.String())
		if a.Tag != "" {
			continue
		}
		if discovered[a.Subject] == nil {
			discovered[a.Subject] = &Check{
				Program: artifactclients.Oras, Args: []string{"discover", "--plain-http", "--format", "json", at(a.Subject)},
			}
		}
		discovered[a.Subject].Says = append(discovered[a.Subject].Says, a.Digest.String())
	}
	if len(tree.Says) > 0 {
		m.image.Checks = append(m.image.Checks, tree)
	}
	for _, c := range discovered {
		m.image.Checks = append(m.image.Checks, *c)
	}
}
