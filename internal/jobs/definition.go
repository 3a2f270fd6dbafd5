package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"ecrmirror/internal/contract"
	"ecrmirror/internal/request"
)

// definitionLasts is how long a look at the definition is good: a deployment replaces it.
const definitionLasts = 5 * time.Minute

// failedFor is how long one that failed counts for other requests.
const failedFor = 10 * time.Second

// active is the revision of the job definition that is in force, as it was found.
type active struct {
	mu    sync.Mutex
	lasts time.Duration
	at    time.Time
	found types.JobDefinition
	err   error // why it could not be looked at
}

// inForce returns the revision of the job definition that is in force: the greatest that is ACTIVE. It calls Batch
// unless it has done so lately.
func (q *Queue) inForce(ctx context.Context) (types.JobDefinition, error) {
	q.active.mu.Lock()
	defer q.active.mu.Unlock()
	good := q.active.lasts
	if q.active.err != nil {
		good = min(good, failedFor)
	}
	if !q.active.at.IsZero() && time.Since(q.active.at) < good {
		return q.active.found, q.active.err
	}
	found, err := q.greatest(ctx)
	if err != nil {
		err = q.failure("looking whether the job definition takes options", err)
	}
	q.active.at, q.active.found, q.active.err = time.Now(), found, err
	return found, err
}

// greatest asks for the active revisions, by name without a revision or for the one that is given.
func (q *Queue) greatest(ctx context.Context) (types.JobDefinition, error) {
	// arn:aws:batch:REGION:ACCOUNT:job-definition/NAME:REVISION, or the end of it
	local := q.definition[strings.LastIndex(q.definition, "/")+1:]
	in := &batch.DescribeJobDefinitionsInput{JobDefinitionName: &local, Status: aws.String(statusActive)}
	if strings.Contains(local, ":") {
		// "This parameter can't be used with other parameters": DescribeJobDefinitions, in the API's reference.
		in = &batch.DescribeJobDefinitionsInput{JobDefinitions: []string{q.definition}}
	}
	var greatest types.JobDefinition
	pages := batch.NewDescribeJobDefinitionsPaginator(q.api, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, patiently)
		if err != nil {
			return types.JobDefinition{}, err
		}
		for _, d := range page.JobDefinitions { // in an order that is not documented
			if aws.ToString(d.Status) == statusActive && aws.ToInt32(d.Revision) > aws.ToInt32(greatest.Revision) {
				greatest = d
			}
		}
	}
	if greatest.Revision == nil {
		return types.JobDefinition{}, errors.New("no active revision of it exists")
	}
	return greatest, nil
}

// statusActive is the status of a definition by which jobs can be submitted.
const statusActive = "ACTIVE"

// definitionFor returns the definition by which a job gets these options: for others than those of a plain copy the ARN
// of the revision in force.
func (q *Queue) definitionFor(ctx context.Context, options request.Options) (string, error) {
	if options.Default() {
		return q.definition, nil
	}
	d, err := q.inForce(ctx)
	if err != nil {
		return "", err
	}
	arn := aws.ToString(d.JobDefinitionArn)
	if !takesOptions(d) {
		return "", &NoOptionsError{Definition: arn, Options: options}
	}
	return arn, nil
}

// optionsReference stands in a command for the options of a job.
const optionsReference = "Ref::" + contract.ParamOptions

// takesOptions reports whether a command of the definition refers to the options. A reference is a word of its own: of
// one within a word it is not documented whether Batch replaces it.
func takesOptions(d types.JobDefinition) bool {
	if d.ContainerProperties != nil && slices.Contains(d.ContainerProperties.Command, optionsReference) {
		return true
	}
	if d.EcsProperties == nil {
		return false
	}
	for _, task := range d.EcsProperties.TaskProperties {
		for _, container := range task.Containers {
			if slices.Contains(container.Command, optionsReference) {
				return true
			}
		}
	}
	return false
}
