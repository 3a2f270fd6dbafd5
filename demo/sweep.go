package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// sweep has the controller go through the table, and checks what came of it.
func (d *demo) sweep(ctx context.Context) error {
	entries, err := d.entries()
	if err != nil {
		return err
	}
	if err := d.plan(ctx, entries); err != nil {
		return err
	}
	d.story.Heading("Have it done: a sweep of the table")
	before := d.server.Stats().Snapshot()
	sweep, err := d.command(ctx, "controller", "sweep")
	if err != nil {
		return err
	}
	d.expectBroken(sweep, entries)
	d.story.Say("Batch runs the jobs. What they push to %s in the home account starts event jobs, for which there is "+
		"no entry.", d.server.Region())
	jobs, err := d.finish(ctx)
	if err != nil {
		return err
	}
	after := d.server.Stats().Snapshot()
	d.expectJobs(of(mirrorQueue, jobs), entries)
	d.expect(after.Calls["ecr.ListImages"] > before.Calls["ecr.ListImages"],
		"one of the %d releases is new, so the controller listed what their repository has: its role may", releases)
	if err := d.checkCopies(ctx, entries); err != nil {
		return err
	}
	return d.checkTraffic(ctx, entries, since(before.BytesRead, after.BytesRead))
}

// plan has the controller say what a sweep would do.
func (d *demo) plan(ctx context.Context, entries []entry) error {
	d.story.Heading("Ask the controller what is to be done")
	plan, err := d.command(ctx, "controller", "plan")
	if err != nil {
		return err
	}
	d.expectBroken(plan, entries)
	jobs, err := d.newJobs(ctx, mirrorQueue)
	if err != nil {
		return err
	}
	d.expect(len(jobs) == 0, "%s in the queue: a plan submits nothing", count(len(jobs), "job"))
	return nil
}

// expectBroken expects that the controller names the broken entries and exits 1.
func (d *demo) expectBroken(e ended, entries []entry) {
	for _, broken := range entries {
		if broken.written == notWritten {
			d.expect(strings.Contains(e.stdout+e.stderr, broken.source), "the broken entry is named: %s", broken.source)
			d.expectExit(e, 1, "an entry failed")
		}
	}
}

// expectJobs expects one job for each entry that is stale.
func (d *demo) expectJobs(jobs []job, entries []entry) {
	var want, got []string
	for _, e := range entries {
		if e.stale() {
			want = append(want, e.source)
		}
	}
	for _, j := range jobs {
		got = append(got, j.Parameters["source"])
	}
	slices.Sort(want)
	slices.Sort(got)
	d.expect(slices.Equal(want, got), "%s for %d stale entries: one each", count(len(got), "mirror job"), len(want))
}

// checkCopies compares the destinations of all entries that were stale with their sources.
func (d *demo) checkCopies(ctx context.Context, entries []entry) error {
	d.story.Heading("Compare by another client: go-containerregistry, over the registry protocol")
	for _, e := range entries {
		if !e.stale() {
			continue
		}
		if err := d.compare(ctx, e.source, e.destinations...); err != nil {
			return err
		}
	}
	return d.expectUntouched(ctx)
}

// sweepAgain takes the broken entries away and expects that nothing is left to do.
func (d *demo) sweepAgain(ctx context.Context) error {
	d.story.Heading("Remove the broken entry and sweep again: nothing is left to do")
	entries, err := d.entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.written == notWritten {
			if err := d.remove(ctx, e.source); err != nil {
				return err
			}
		}
	}
	before := d.server.Stats().Snapshot()
	sweep, err := d.command(ctx, "controller", "sweep")
	if err != nil {
		return err
	}
	after := d.server.Stats().Snapshot()
	jobs, err := d.finish(ctx)
	if err != nil {
		return err
	}
	d.expectExit(sweep, 0, "no entry failed")
	d.expect(len(jobs) == 0, "%s submitted", count(len(jobs), "job"))
	d.expectCheap(since(before.Calls, after.Calls))
	return nil
}

func (d *demo) remove(ctx context.Context, source string) error {
	d.story.Command("aws", "dynamodb", "delete-item", "--table-name", tableName, "--key",
		fmt.Sprintf(`{"Source":{"S":%q}}`, source))
	_, err := dynamodb.NewFromConfig(d.server.Config()).DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String(tableName), Key: map[string]types.AttributeValue{
			"Source": &types.AttributeValueMemberS{Value: source},
		},
	})
	if err != nil {
		return fmt.Errorf("removing the entry %s: %w", source, err)
	}
	return nil
}
