package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
)

// What images are called that no entry names.
const (
	byHandImage    = "by-hand:1"
	submittedImage = "submitted:1"
)

// byHand runs mirror itself.
func (d *demo) byHand(ctx context.Context) error {
	d.story.Heading("Mirror by hand, without a table and without Batch")
	source, destinations := d.upstream(attestedImage), []string{d.abroad(byHandImage), d.partner(byHandImage)}
	mirror, err := d.command(ctx, "mirror", append([]string{source}, destinations...)...)
	if err != nil {
		return err
	}
	d.expectExit(mirror, 0, "all destinations have the image")
	return d.compare(ctx, source, destinations...)
}

// submit submits a job straight to Batch, as a user or another program would.
func (d *demo) submit(ctx context.Context) error {
	d.story.Heading("Submit a job straight to AWS Batch, with parameters")
	source, destination := d.upstream(legacyImage), d.home(submittedImage)
	d.story.Command("aws", "batch", "submit-job", "--job-name", "straight", "--job-queue", mirrorQueue,
		"--job-definition", "mirror", "--parameters", "source="+source+",dest="+destination)
	_, err := batch.NewFromConfig(d.server.Config()).SubmitJob(ctx, &batch.SubmitJobInput{
		JobName: aws.String("straight"), JobQueue: aws.String(mirrorQueue), JobDefinition: aws.String("mirror"),
		Parameters: map[string]string{"source": source, "dest": destination},
	})
	if err != nil {
		return fmt.Errorf("submitting a job: %w", err)
	}
	jobs, err := d.finish(ctx)
	if err != nil {
		return err
	}
	d.expect(len(of(mirrorQueue, jobs)) == 1, "Batch ran %s", count(len(of(mirrorQueue, jobs)), "mirror job"))
	return d.compare(ctx, source, destination)
}
