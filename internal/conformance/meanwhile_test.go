package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
)

// What others do while a job copies many images, to images in the middle of their turn and to some whose turn comes
// later: a push, a hold, a newer digest of the source, another job, another owner. Nothing is overwritten that somebody
// else has written meanwhile, what is held stays, and of each image it is said why.
func TestWhatOthersDoDuringALongJobStays(t *testing.T) {
	t.Parallel()
	j := startLongJob(t)
	// The turn of those from now on has begun, and that of those from later on has not.
	now, later := j.gate+10, j.many-10
	j.wait(t, "PutImage "+j.tag(0)) // whose layers are there for what others push
	for n := range 6 {
		j.wait(t, "DescribeImages "+j.tag(now+n))
		j.wait(t, "DescribeImages "+j.tag(later+n))
	}
	want := map[int]end{}
	for _, first := range []int{now, later} {
		pushed := j.push(t, first, "somebody's")
		want[first] = end{
			"failed", pushed, fmt.Sprintf("left as it is: it had no image when this copy began, and has %s now", pushed),
		}

		j.change(t, first+1, func(d *ledger.Destination) {
			d.Hold = ledger.Hold{Because: "the new one crashes", Since: heldSince}
		})
		want[first+1] = end{"failed", "", "left as it is: held since 2026-11-27T12:00:00Z: the new one crashes"}

		newer := j.move(first + 2)
		want[first+2] = end{"copied", newer, ""}

		// A sweep has seen a newer digest, and another job has brought it. This job's source has the older one still.
		newest := j.push(t, first+3, "newer")
		j.change(t, first+3, func(d *ledger.Destination) { d.Wanted, d.From = newest, newest })
		want[first+3] = end{"failed", newest, "left as it is"}

		other := j.push(t, first+4, "another source's")
		j.change(t, first+4, func(d *ledger.Destination) {
			d.Owner = ledger.Owner{Source: "registry.example.com/other:1", Since: time.Now()}
			d.Wanted, d.From = other, other
		})
		want[first+4] = end{"failed", other, "left as it is"}
	}
	// Another job has brought what the source has now.
	same := j.move(later + 5)
	if got := j.push(t, later+5, "moved"); got != same {
		t.Fatalf("pushed %s, want %s", got, same)
	}
	want[later+5] = end{"current", same, ""}
	close(j.open)
	j.finish(t, want)
}

// An end is how the copy of an image ends: what the tag is then, and why that is.
type end struct {
	state  string
	digest digest.Digest // "" = there is none
	why    string
}

// finish waits for the end of the job, and holds what it says, what is there and what it has recorded against what is
// wanted. All other images are to be copied.
func (j *longJob) finish(t *testing.T, want map[int]end) {
	t.Helper()
	err := j.cmd.Wait()
	if code := j.cmd.ProcessState.ExitCode(); code != 1 {
		t.Fatalf("exit code %d, %v\n%.2000s", code, err, j.stderr.String())
	}
	var reports []struct{ Destinations []result }
	if err := json.Unmarshal(j.stdout.Bytes(), &reports); err != nil || len(reports) != j.many {
		t.Fatalf("%d reports, %v", len(reports), err)
	}
	there := j.there(t)
	for n, report := range reports {
		w, is := want[n]
		if !is {
			w = end{"copied", digest.FromBytes(j.manifest(n)), ""}
		}
		r := report.Destinations[0]
		if r.State != w.state || !strings.Contains(r.Error, w.why) || r.Transient {
			t.Errorf("%s: it says %+v, want %+v", j.tag(n), r, w)
		}
		if there[j.tag(n)] != w.digest {
			t.Errorf("%s is %q, want %q", j.tag(n), there[j.tag(n)], w.digest)
		}
		o := j.record(t, n).Outcome
		if copied := w.state != "failed"; o.Job != jobID || copied != (o.Digest == w.digest && o.Error == "") ||
			!strings.Contains(o.Error, w.why) || o.Held != strings.Contains(w.why, "held since") || o.Transient {
			t.Errorf("%s: recorded is %+v, want %+v", j.tag(n), o, w)
		}
	}
}

// heldSince is when the holds were set.
var heldSince = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// jobID is what AWS Batch calls the job.
const jobID = "5f1c6f0e"

// A longJob is a program that copies the images of a crowd to a repository of ECR, with a ledger. Manifests from the
// gate on are told once it is open.
type longJob struct {
	*crowd
	*place
	*gated
	table          *ledgertable.Table
	to             imagename.Name // the repository, with the tag v1
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

func startLongJob(t *testing.T) *longJob {
	t.Helper()
	many := 112
	if os.Getenv(killsVariable) != "" {
		many = 200
	}
	local := startLocalstack(t)
	j := &longJob{crowd: startCrowd(t, many), place: &place{aws: local.config(), local: local}}
	j.to = parse(t, j.inLocalECR(t, "111122223333.dkr.ecr.us-east-1.amazonaws.com", "long").image)
	j.table = ledgertable.New(dynamodb.NewFromConfig(j.aws), "ledger")
	for n := range many {
		d := digest.FromBytes(j.manifest(n))
		j.change(t, n, func(r *ledger.Destination) {
			r.Owner = ledger.Owner{Source: "registry.example.com/src:" + j.tag(n), Since: time.Now()}
			r.Wanted, r.From = d, d
			r.Claim = ledger.Claimed("long", "1", ledger.Check{From: d, Wanted: d}, time.Now())
			r.Claim.Job = jobID
		})
	}
	j.gated = startGated(t, j.crowd, local.url, many/4)
	names := strings.TrimPrefix(j.name(), j.host)
	j.cmd = mirrorProgram(j.api, "-o", "json", "--quiet", j.source+names,
		strings.TrimSuffix(j.to.String(), "v1")+"*")
	j.cmd.Env = append(j.cmd.Env, "MIRROR_LEDGER=ledger", "AWS_BATCH_JOB_ID="+jobID, "AWS_BATCH_JOB_ATTEMPT=1")
	j.cmd.Stdout, j.cmd.Stderr = &j.stdout, &j.stderr
	if err := j.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.cmd.Process.Kill() })
	return j
}

func (j *longJob) destination(n int) imagename.Name {
	name := j.to
	name.Tag = j.tag(n)
	return name
}

// change changes what the ledger has of an image at the destination, as the controller does.
func (j *longJob) change(t *testing.T, n int, to func(*ledger.Destination)) {
	t.Helper()
	was := j.record(t, n)
	is := was
	to(&is)
	if _, err := j.table.WriteDestination(t.Context(), ledger.KeyOf(j.destination(n)), was, is); err != nil {
		t.Fatal(err)
	}
}

func (j *longJob) record(t *testing.T, n int) ledger.Destination {
	t.Helper()
	d, err := j.table.ReadDestination(t.Context(), ledger.KeyOf(j.destination(n)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// push puts a version of an image under its tag of the destination, as the owner of that, and returns its digest.
func (j *longJob) push(t *testing.T, n int, version string) digest.Digest {
	t.Helper()
	manifest := j.manifestOf(edition{n, version})
	_, err := j.client(j.to).PutImage(t.Context(), &ecr.PutImageInput{
		RepositoryName: &j.to.Repository, ImageTag: aws.String(j.tag(n)), ImageManifest: aws.String(string(manifest)),
		ImageManifestMediaType: aws.String(v1.MediaTypeImageManifest),
	})
	if err != nil {
		t.Fatal(err)
	}
	return digest.FromBytes(manifest)
}

// there returns what the tags of the destination are.
func (j *longJob) there(t *testing.T) map[string]digest.Digest {
	t.Helper()
	tags := map[string]digest.Digest{}
	pages := ecr.NewListImagesPaginator(j.client(j.to), &ecr.ListImagesInput{RepositoryName: &j.to.Repository})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range page.ImageIds {
			tags[aws.ToString(id.ImageTag)] = digest.Digest(aws.ToString(id.ImageDigest))
		}
	}
	return tags
}
