package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// createRepositories creates the repositories in ECR that things are mirrored into.
// In one of them is an older image, which the expired entry would replace.
func (d *demo) createRepositories(ctx context.Context) error {
	d.story.Heading("Create the repositories in Amazon ECR: two regions, and another account")
	entries, err := d.entries()
	if err != nil {
		return err
	}
	names := []string{d.home(appImage), d.abroad(byHandImage), d.home(submittedImage)}
	for _, e := range entries {
		names = append(names, e.destinations...)
	}
	var created []repository
	for _, image := range names {
		r, ok := repositoryOf(image)
		if !ok || slices.Contains(created, r) {
			continue
		}
		created = append(created, r)
		if err := d.createRepository(ctx, r); err != nil {
			return fmt.Errorf("creating repository %s of %s in %s: %w", r.name, r.account, r.region, err)
		}
	}
	return d.fillRepositories(ctx, entries)
}

// fillRepositories pushes what is at destinations from the start.
func (d *demo) fillRepositories(ctx context.Context, entries []entry) error {
	for _, e := range entries {
		if e.current {
			if _, err := d.push(ctx, e.destinations[0], d.images.retired); err != nil {
				return err
			}
		}
	}
	d.story.Say("One of them has %d of %d releases, and one already has an image, older than its source: %s.",
		releases-1, releases, d.abroad(retiredImage))
	_, err := d.push(ctx, d.abroad(retiredImage), d.images.stale)
	return err
}

func (d *demo) createRepository(ctx context.Context, r repository) error {
	command := []string{"aws", "ecr", "create-repository", "--region", r.region, "--repository-name", r.name}
	cfg := d.server.Config()
	cfg.Region = r.region
	shared := r.account != d.server.Account()
	if shared {
		// Localstack takes an access key id of 12 digits for that account's.
		command = append([]string{"AWS_ACCESS_KEY_ID=" + r.account}, command...)
		cfg.Credentials = credentials.NewStaticCredentialsProvider(r.account, "localstack", "")
	}
	d.story.Command(command...)
	client := ecr.NewFromConfig(cfg)
	_, err := client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: aws.String(r.name)})
	if err != nil || !shared {
		return err
	}
	return d.share(ctx, client, r.name)
}

// share lets the home account's roles read and write the images of another account's repository.
func (d *demo) share(ctx context.Context, client *ecr.Client, name string) error {
	policy := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": [%q, %q]}, "Action": [
		"ecr:DescribeImages", "ecr:ListImages", "ecr:ListImageReferrers", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability",
		"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"
	]}]}`, d.server.Role("ControllerRole"), d.server.Role("MirrorRole"))
	d.story.Command("AWS_ACCESS_KEY_ID="+otherAccount, "aws", "ecr", "set-repository-policy", "--repository-name", name,
		"--policy-text", "file://shared.json")
	_, err := client.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: &name, PolicyText: &policy})
	return err
}

// expectUntouched looks at the destination of the expired entry.
func (d *demo) expectUntouched(ctx context.Context) error {
	want, err := d.images.stale.Digest()
	if err != nil {
		return err
	}
	found, err := d.read(ctx, d.abroad(retiredImage))
	if err != nil {
		return err
	}
	source, err := d.images.retired.Digest()
	if err != nil {
		return err
	}
	d.expect(found.Digest() == want, "expired, so untouched: %s still has %s, its source %s",
		d.abroad(retiredImage), short(found.Digest()), short(source))
	return nil
}
