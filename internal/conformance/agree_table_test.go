package conformance

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"ecrmirror/internal/planview"
	"ecrmirror/internal/request"
)

// throughTable has the controller do a file by its table, and AWS Batch run the jobs.
func (w *agreeWorld) throughTable(ctx context.Context, f *agreeFile) (o agreeOutcome, err error) {
	imported, err := w.run(ctx, byTable, f, "controller", "import", f.path)
	if err != nil {
		return o, err
	}
	if imported.code != 0 {
		o.bad, o.refused = true, imported.wrong("controller")
		return o, nil
	}
	planned, err := w.run(ctx, byTable, f, "controller", "plan", "-o", "json")
	if err != nil {
		return o, err
	}
	if o.plan, err = planned.plan(); err != nil {
		return o, err
	}
	swept, err := w.run(ctx, byTable, f, "controller", "sweep")
	if err != nil {
		return o, err
	}
	if (swept.code != 0) != (planned.code != 0) {
		return o, fmt.Errorf("plan ends with exit code %d, sweep with %d:\n%s", planned.code, swept.code, swept.errs)
	}
	jobs, err := w.newJobs(ctx)
	if err != nil {
		return o, err
	}
	if o.tags, err = w.has(ctx, byTable, f.prefix); err != nil {
		return o, err
	}
	o.bad, o.said = swept.code != 0, planned.errs+swept.errs
	return o, o.ofJobs(jobs)
}

// newJobs waits until all jobs have ended, and returns those that have come since the last time.
func (w *agreeWorld) newJobs(ctx context.Context) (jobs []batchtypes.JobDetail, err error) {
	way := &w.ways[byTable]
	ctx, cancel := context.WithTimeout(ctx, longestRun)
	defer cancel()
	idle, err := http.NewRequestWithContext(ctx, http.MethodGet, way.local.url+"/_localstack/jobs/idle", nil)
	if err != nil {
		return nil, err
	}
	answer, err := lone().Do(idle)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close()
	api := batch.NewFromConfig(way.aws)
	var ids []string
	for _, status := range []batchtypes.JobStatus{batchtypes.JobStatusSucceeded, batchtypes.JobStatusFailed} {
		pages := batch.NewListJobsPaginator(api, &batch.ListJobsInput{
			JobQueue: aws.String("mirror"), JobStatus: status,
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, job := range page.JobSummaryList {
				if id := aws.ToString(job.JobId); !way.jobs[id] {
					way.jobs[id] = true
					ids = append(ids, id)
				}
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := api.DescribeJobs(ctx, &batch.DescribeJobsInput{Jobs: ids})
	if err != nil {
		return nil, err
	}
	return out.Jobs, nil
}

// ofJobs notes which copies jobs were asked for, and which of them failed: those whose destinations do not have what
// the plan says that the sources have.
func (o *agreeOutcome) ofJobs(jobs []batchtypes.JobDetail) error {
	o.asked, o.failed, o.putOff = map[string]bool{}, map[string]bool{}, isPutOff(o.plan)
	sources, wanted := digestsOf(o.plan)
	for _, job := range jobs {
		asked, err := request.Parse(job.Parameters["source"], job.Parameters["dest"])
		if err != nil {
			return err
		}
		failed := false
		for _, image := range asked.Images {
			source := image.Source.Name.Canonical()
			if sources[source.String()] == "" { // a rule has chosen the digest, or platforms were asked for
				source.Digest = ""
			}
			for _, to := range asked.DestinationsOf(image) {
				copied := agreeCopy(source.String(), to.Canonical().String(), job.Parameters["options"])
				digest := wanted[copied]
				if digest == "" {
					return fmt.Errorf("a job copies %s, which the plan does not have", copied)
				}
				o.asked[copied] = true
				if o.tags[inTags(to)] != digest {
					o.failed[copied], failed = true, true
				}
			}
		}
		if did := job.Status == batchtypes.JobStatusFailed; did != failed {
			return fmt.Errorf("the job from %s to %s is %s, and one of its destinations has failed: %v",
				job.Parameters["source"], job.Parameters["dest"], job.Status, failed)
		}
		o.bad = o.bad || failed
	}
	return nil
}

// digestsOf returns the digests of the sources of a plan, and those that copies should have, as agreeCopy writes them.
func digestsOf(plan []planview.Entry) (sources, wanted map[string]string) {
	sources, wanted = map[string]string{}, map[string]string{}
	for _, e := range plan {
		if e.Digest != "" {
			sources[canonical(e.Source)] = e.Digest
		}
		for _, d := range e.Destinations {
			copied := agreeCopy(canonical(e.Source), canonical(d.Name), agreeOptions(d.Platforms))
			wanted[copied] = cmp.Or(d.Wanted, e.Digest)
		}
	}
	return sources, wanted
}

// isPutOff reports whether something of a plan is deferred.
func isPutOff(plan []planview.Entry) bool {
	return slices.ContainsFunc(plan, func(e planview.Entry) bool {
		return e.State == "deferred" || slices.ContainsFunc(e.Destinations, func(d planview.Destination) bool {
			return d.State == "deferred"
		})
	})
}

// forget takes all entries out of the table, but for what says which ledger belongs to it.
func (w *agreeWorld) forget(ctx context.Context) error {
	api := dynamodb.NewFromConfig(w.ways[byTable].aws)
	pages := dynamodb.NewScanPaginator(api, &dynamodb.ScanInput{TableName: aws.String("mirror")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			source, ok := item["Source"].(*types.AttributeValueMemberS)
			if !ok || strings.HasPrefix(source.Value, "#") {
				continue
			}
			if _, err := api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
				TableName: aws.String("mirror"), Key: map[string]types.AttributeValue{"Source": source},
			}); err != nil {
				return err
			}
		}
	}
	return nil
}
