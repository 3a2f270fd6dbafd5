package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	batchtypes "github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ggcr "github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"ecrmirror/localstack/roles"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/scripttest"
	"ecrmirror/testkit/servertest"
)

// tags is how many tags of one repository are mirrored, of which the last is new. The digests of more than
// 8, of which one is missing, are found by listing.
const tags = 12

// A granted world is the deployed service with a table of twelve entries, from one repository of ECR to another.
type grantedWorld struct {
	*server.Server
	t                   *testing.T
	source, destination string   // repositories
	newer               v1.Image // the source of the last entry
}

// newGrantedWorld returns one that is deployed with a variant of the settings, see package roles.
func newGrantedWorld(t *testing.T, variant, source, destination string) *grantedWorld {
	t.Helper()
	s := servertest.Start(t, server.Options{
		Dir: t.TempDir(), Programs: programs, NoEvents: true, Uses: os.Getenv(scripttest.UsesVariable), Roles: variant,
	})
	w := &grantedWorld{Server: s, t: t, source: source, destination: destination}
	for _, repository := range []string{source, destination} {
		if _, err := ecr.NewFromConfig(s.Config()).CreateRepository(t.Context(),
			&ecr.CreateRepositoryInput{RepositoryName: &repository}); err != nil {
			t.Fatal(err)
		}
	}
	older := image(t)
	w.newer = image(t)
	for n := 1; n <= tags; n++ {
		content := older
		if n == tags {
			content = w.newer
		} else {
			w.push(destination, n, content)
		}
		w.push(source, n, content)
		w.entry(n)
	}
	return w
}

func image(t *testing.T) v1.Image {
	t.Helper()
	content, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// at is an image's name for clients of the registry protocol.
func (w *grantedWorld) at(repository string, n int) ggcr.Reference {
	w.t.Helper()
	ref, err := ggcr.ParseReference(fmt.Sprintf("%s/%s/%s/%s:%d", w.Addr(), w.Account(), w.Region(), repository, n))
	if err != nil {
		w.t.Fatal(err)
	}
	return ref
}

func (w *grantedWorld) push(repository string, n int, content v1.Image) {
	w.t.Helper()
	if err := remote.Write(w.at(repository, n), content, remote.WithTransport(w.Owner())); err != nil {
		w.t.Fatal(err)
	}
}

func (w *grantedWorld) entry(n int) {
	w.t.Helper()
	host := fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com", w.Account(), w.Region())
	_, err := dynamodb.NewFromConfig(w.Config()).PutItem(w.t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("mirror"), Item: map[string]dynamodbtypes.AttributeValue{
			"Source":      &dynamodbtypes.AttributeValueMemberS{Value: fmt.Sprintf("%s/%s:%d", host, w.source, n)},
			"Destination": &dynamodbtypes.AttributeValueMemberS{Value: fmt.Sprintf("%s/%s:%d", host, w.destination, n)},
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// sweep has Batch run a sweep, and the jobs that come of it, and returns what all of them said and why they ended.
func (w *grantedWorld) sweep() string {
	w.t.Helper()
	client := batch.NewFromConfig(w.Config())
	_, err := client.SubmitJob(w.t.Context(), &batch.SubmitJobInput{
		JobName: aws.String("sweep"), JobQueue: aws.String("controller"), JobDefinition: aws.String("controller"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Jobs().Idle(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	var said strings.Builder
	for _, queue := range []string{"controller", "mirror"} {
		for _, id := range w.jobs(w.t.Context(), client, queue) {
			log, _ := w.Jobs().Log(id, 0)
			said.Write(log)
			out, err := client.DescribeJobs(w.t.Context(), &batch.DescribeJobsInput{Jobs: []string{id}})
			if err != nil {
				w.t.Fatal(err)
			}
			fmt.Fprintf(&said, "%s: %s: %s\n", aws.ToString(out.Jobs[0].JobName), out.Jobs[0].Status,
				aws.ToString(out.Jobs[0].Container.Reason))
		}
	}
	return said.String()
}

// remove takes an action out of all statements of a role.
func (w *grantedWorld) remove(role, action string) {
	w.t.Helper()
	r, ok := w.Identities().Role(w.Role(role))
	if !ok {
		w.t.Fatalf("no role %s", role)
	}
	removed := false
	for name, text := range r.Policies {
		var document struct {
			Version   string
			Statement []map[string]any
		}
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			w.t.Fatal(err)
		}
		for _, s := range document.Statement {
			var left []any
			for _, a := range list(s["Action"]) {
				if a != action {
					left = append(left, a)
				}
			}
			removed = removed || len(left) < len(list(s["Action"]))
			if s["Action"] = left; len(left) == 0 {
				s["Action"] = "nothing:Left"
			}
		}
		changed, err := json.Marshal(document)
		if err != nil {
			w.t.Fatal(err)
		}
		r.Policies[name] = string(changed)
	}
	if !removed {
		w.t.Fatalf("%s is not granted %s", role, action)
	}
	if err := w.Identities().PutRole(r); err != nil {
		w.t.Fatal(err)
	}
}

func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// arrived reports whether the new image is there.
func (w *grantedWorld) arrived() bool {
	w.t.Helper()
	want, err := w.newer.Digest()
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := remote.Head(w.at(w.destination, tags), remote.WithTransport(w.Owner()))
	return err == nil && got.Digest == want
}

// TestTheGrantsAreEnough sweeps twelve entries of one repository, of which one is new, with the permissions
// that the template gives, whatever the settings.
func TestTheGrantsAreEnough(t *testing.T) {
	t.Parallel()
	for _, variant := range roles.Variants() {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			w := newGrantedWorld(t, variant, "team/source", "mirrored/copy")
			said := w.sweep()
			if !w.arrived() || !strings.Contains(said, "entries: 12 (current 11, failed 0)") || strings.Contains(said,
				"not authorized") {
				t.Error(said)
			}
		})
	}
}

// TestGrantsEndWhereTheSettingsSay has repositories=mirrored/* and sourceRepositories=team/*: what is elsewhere is
// neither written nor read.
func TestGrantsEndWhereTheSettingsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, source, destination, denied string }{
		{"another destination", "team/source", "copy", "ecr:DescribeImages on resource: .*:repository/copy "},
		{
			"a destination among the sources", "team/source", "team/copy",
			"ecr:BatchCheckLayerAvailability on resource: .*:repository/team/copy ",
		},
		{"another source", "source", "mirrored/copy", "ecr:DescribeImages on resource: .*:repository/source "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newGrantedWorld(t, "mirrored", c.source, c.destination)
			said := w.sweep()
			denied := regexp.MustCompile("is not authorized to perform: " + c.denied)
			if w.arrived() || !denied.MatchString(said) {
				t.Errorf("the image arrived: %t, and nothing says %s:\n%s", w.arrived(), denied, said)
			}
		})
	}
}

// TestEachGrantIsNeeded takes them away one at a time: what then is missing is told by its name. Without
// ecr:DescribeImages a mirror job reads manifests for their digests, which works, and counts as a pull.
func TestEachGrantIsNeeded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role, action string
		arrives      bool // it goes on without, and says so
	}{
		{"ControllerRole", "dynamodb:Scan", false},
		{"ControllerRole", "dynamodb:BatchGetItem", false},
		{"ControllerRole", "dynamodb:UpdateItem", false}, // the status in the table, and claims in the ledger
		{"ControllerRole", "ecr:DescribeImages", false},
		{"ControllerRole", "ecr:ListImages", true}, // single questions instead
		{"ControllerRole", "batch:ListJobs", false},
		{"ControllerRole", "batch:SubmitJob", false},
		{"ControllerRole", "batch:TagResource", false},
		{"ControllerExecutionRole", "logs:PutLogEvents", false},
		{"MirrorRole", "ecr:BatchGetImage", false},
		{"MirrorRole", "ecr:GetDownloadUrlForLayer", false},
		{"MirrorRole", "ecr:BatchCheckLayerAvailability", false},
		{"MirrorRole", "ecr:InitiateLayerUpload", false},
		{"MirrorRole", "ecr:UploadLayerPart", false},
		{"MirrorRole", "ecr:CompleteLayerUpload", false},
		{"MirrorRole", "ecr:PutImage", false},
		{"MirrorRole", "dynamodb:GetItem", false}, // whether the image is held
		{"MirrorRole", "dynamodb:UpdateItem", true},
		{"MirrorExecutionRole", "logs:CreateLogStream", false},
	} {
		t.Run(c.role+" "+c.action, func(t *testing.T) {
			t.Parallel()
			w := newGrantedWorld(t, "", "source", "copy")
			w.remove(c.role, c.action)
			said := w.sweep()
			if !strings.Contains(said, "is not authorized to perform: "+c.action) && !strings.Contains(said,
				"missing="+c.action) && !strings.Contains(said, `"missing":"`+c.action) {
				t.Errorf("nothing names %s:\n%s", c.action, said)
			}
			if w.arrived() != c.arrives {
				t.Errorf("the image arrived: %t, want %t:\n%s", !c.arrives, c.arrives, said)
			}
		})
	}
}

// jobs returns the ids of a queue's jobs.
func (w *grantedWorld) jobs(ctx context.Context, client *batch.Client, queue string) []string {
	w.t.Helper()
	out, err := client.ListJobs(ctx, &batch.ListJobsInput{
		JobQueue: &queue, Filters: []batchtypes.KeyValuesPair{{Name: aws.String("JOB_NAME"), Values: []string{"*"}}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for _, job := range out.JobSummaryList {
		ids = append(ids, aws.ToString(job.JobId))
	}
	return ids
}
