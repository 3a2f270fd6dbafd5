package ecr

import (
	"testing"
	"time"

	"ecrmirror/testkit/awstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

func (w *world) scan(tag string) (types.ScanStatus, error) {
	out, err := w.ecr.StartImageScan(w.t.Context(), &awsecr.StartImageScanInput{
		RepositoryName: aws.String("app"), ImageId: &types.ImageIdentifier{ImageTag: &tag},
	})
	if err != nil {
		return "", err
	}
	return out.ImageScanStatus.Status, nil
}

func (w *world) findings(tag string) (*awsecr.DescribeImageScanFindingsOutput, error) {
	return w.ecr.DescribeImageScanFindings(w.t.Context(), &awsecr.DescribeImageScanFindingsInput{
		RepositoryName: aws.String("app"), ImageId: &types.ImageIdentifier{ImageTag: &tag},
	})
}

func TestScansAreDescribed(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	_, d := w.image("app", "1", "config", "layer")
	if _, err := w.findings("1"); awstest.Code(err) != "ScanNotFoundException" {
		t.Errorf("never scanned: %v", err)
	}
	if got := w.described("app", d); got.ImageScanStatus != nil {
		t.Errorf("never scanned: %+v", got)
	}
	if got, err := w.scan("1"); got != types.ScanStatusInProgress || err != nil {
		t.Errorf("started: %s, %v", got, err)
	}
	if out, err := w.findings("1"); err != nil || out.ImageScanStatus.Status != types.ScanStatusInProgress ||
		out.ImageScanFindings != nil {
		t.Errorf("in progress: %+v, %v", out, err)
	}
	w.pass(scanTime)
	out, err := w.findings("1")
	if err != nil || out.ImageScanStatus.Status != types.ScanStatusComplete ||
		!aws.ToTime(out.ImageScanFindings.ImageScanCompletedAt).Equal(w.clock()) {
		t.Errorf("complete: %+v, %v", out, err)
	}
	if got := w.described("app", d); got.ImageScanStatus.Status != types.ScanStatusComplete ||
		got.ImageScanFindingsSummary == nil {
		t.Errorf("complete: %+v", got)
	}
	w.archive("app", "1")
	if out, err := w.findings("1"); err != nil || out.ImageScanStatus.Status != types.ScanStatusImageArchived {
		t.Errorf("archived: %+v, %v", out, err)
	}
}

func TestScansThatAreRefused(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	child, _ := w.image("app", "", "config")
	if err := w.put("app", indexOf(ociIndex, ociManifest, child), ociIndex, "index"); err != nil {
		t.Fatal(err)
	}
	w.image("app", "archived", "config", "a")
	w.archive("app", "archived")
	w.image("app", "scanned", "config", "b")
	if _, err := w.scan("scanned"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, tag, want string }{
		{"archived", "archived", "ImageArchivedException"},
		{"index", "index", "UnsupportedImageTypeException"},
		{"second within a day", "scanned", "LimitExceededException"},
		{"not there", "nope", "ImageNotFoundException"},
	} {
		if _, err := w.scan(tt.tag); awstest.Code(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	w.pass(24 * time.Hour)
	if _, err := w.scan("scanned"); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

func TestScansOnPush(t *testing.T) {
	w := newWorld(t)
	w.repository("app")
	out := awstest.Must[*awsecr.PutImageScanningConfigurationOutput](t)(w.ecr.PutImageScanningConfiguration(t.Context(),
		&awsecr.PutImageScanningConfigurationInput{
			RepositoryName:             aws.String("app"),
			ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true},
		}))
	if !out.ImageScanningConfiguration.ScanOnPush {
		t.Errorf("%+v", out)
	}
	child, _ := w.image("app", "1", "config")
	if out, err := w.findings("1"); err != nil || out.ImageScanStatus.Status != types.ScanStatusInProgress {
		t.Errorf("pushed: %+v, %v", out, err)
	}
	if _, err := w.scan("1"); awstest.Code(err) != "LimitExceededException" {
		t.Errorf("scanned after the push: %v", err)
	}
	if err := w.put("app", indexOf(ociIndex, ociManifest, child), ociIndex, "index"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.findings("index"); awstest.Code(err) != "ScanNotFoundException" {
		t.Errorf("index: %v", err)
	}
}
